"""Phone numbers as people write them into a request."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from services.chassis.contacts import phones
from services.chassis.errors import Invalid


def read_phone(raw: str, region: str, field: str) -> str:
    """A number in E.164. Raises Invalid naming `field`, or `default_region` for an unknown region."""
    if not phones.known_region(region):
        raise Invalid(f"'{region}' is not a region whose numbers can be read", field="default_region")
    try:
        return phones.to_e164(raw, region)
    except phones.BadPhoneError as error:
        raise Invalid(f"The number {error}", field=field) from None


def read_phone_of(raw: str, regions: Sequence[str], field: str) -> str:
    """As `read_phone`, by the first of these regions in which it is a number: a lead's own country, then the default.

    Raises Invalid as the first of them says it.
    """
    first, *others = regions
    try:
        return read_phone(raw, first, field)
    except Invalid:
        for region in others:
            with suppress(Invalid):
                return read_phone(raw, region, field)
        raise


def calling_number(raw: str | None, region: str, field: str) -> str | None:
    """The number of somebody who calls, in E.164; none if it is withheld, short, of the house, or no number at all.

    Raises Invalid `default_region` for an unknown region.
    """
    try:
        return read_phone(raw or "", region, field)
    except Invalid as error:
        if error.field != field:
            raise
        return None


_TELLING = 7
"""So many last digits tell the numbers of one company apart."""


def number_among(known: Sequence[str], written: str) -> str | None:
    """Which of a company's numbers somebody means, however they write it; none if it may be another or two of them."""
    if written in known:
        return written
    digits = "".join(letter for letter in written if letter.isdecimal()).lstrip("0")
    meant = [number for number in known if number.endswith(digits)]
    return meant[0] if len(digits) >= _TELLING and len(meant) == 1 else None
