"""Places in a list, as addresses carry them."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from datetime import datetime
from decimal import Decimal, InvalidOperation

from services.chassis.errors import Invalid

Place = tuple[str | datetime | Decimal, str]

_TOO_MUCH = Decimal(10) ** 28


def place_of(place: Place | None) -> str:
    """A place as a text for addresses; empty for none."""
    if place is None:
        return ""
    first, second = place
    said = first.isoformat() if isinstance(first, datetime) else str(first)
    return base64.urlsafe_b64encode(json.dumps([said, second]).encode()).decode().rstrip("=")


def read_name(text: str) -> tuple[str, str] | None:
    """A name and an id. Raises Invalid for an address that somebody has changed."""
    found = _read(text)
    if found is None:
        return None
    try:
        return found[0], str(uuid.UUID(found[1]))
    except ValueError:
        raise _wrong() from None


def read_amount(text: str) -> tuple[Decimal, str] | None:
    """An amount and an id. Raises Invalid for an address that somebody has changed."""
    found = _read(text)
    if found is None:
        return None
    try:
        amount, one = Decimal(found[0]), str(uuid.UUID(found[1]))
    except (InvalidOperation, ValueError):
        raise _wrong() from None
    if not amount.is_finite() or abs(amount) >= _TOO_MUCH:
        raise _wrong()
    return amount, one


def read_moment(text: str) -> tuple[datetime, str] | None:
    """A time and a reference. Raises Invalid for an address that somebody has changed."""
    found = _read(text)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[0])
    except ValueError:
        raise _wrong() from None
    if at.tzinfo is None:
        raise _wrong()
    return at, found[1]


def _read(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    try:
        first, second = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error):
        raise _wrong() from None
    if not isinstance(first, str) or not isinstance(second, str) or "\0" in first + second:
        raise _wrong()
    return first, second


def _wrong() -> Invalid:
    return Invalid("this page of the list is not known; begin again at its top", field="after")
