"""Places in a list, as addresses carry them: a time and an id."""

from __future__ import annotations

import uuid
from datetime import datetime

from services.chassis.errors import Invalid

Place = tuple[datetime, str]


def place_of(at: datetime, one: str) -> str:
    """A place as a text for addresses."""
    return f"{at.isoformat()}_{one}"


def read_place(text: str) -> Place | None:
    """The place that an address names; none for none. Raises Invalid for one that somebody has changed."""
    if not text:
        return None
    at, _, one = text.partition("_")
    try:
        moment = datetime.fromisoformat(at)
        found = str(uuid.UUID(one))
    except ValueError:
        raise _wrong() from None
    if moment.tzinfo is None:
        raise _wrong()
    return moment, found


def _wrong() -> Invalid:
    return Invalid("this page of the list is not known; begin again at its top", field="after")
