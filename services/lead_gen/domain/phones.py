"""Phone numbers as people write them into a request."""

from __future__ import annotations

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
