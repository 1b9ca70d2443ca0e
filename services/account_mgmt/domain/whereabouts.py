"""Where a customer is: country, language and time zone, as far as nobody has said them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.contacts.countries import languages_of
from services.chassis.contacts.number_places import place_of_number
from services.chassis.contacts.whereabouts import Place, place_of
from workflows.contracts.base import ContactCard

HOME_ZONE = "Europe/Kyiv"
"""The clock by which times are told while a customer's own is not known."""


def place_of_customer(fields: dict[str, Any], phones: Sequence[str], read_as: str) -> None:
    """Fill language and time zone of a new card where nobody has said them: by its country, else by its numbers."""
    text = {name: str(value) for name, value in fields.items()}
    if not phones:
        text.setdefault("country", read_as)
    place = _place(text, phones, read_as)
    country = text.get("country") or place.country or read_as
    fields.setdefault("language", next(iter(languages_of(country)), "en"))
    if "timezone" not in fields:
        fields["timezone"] = place.timezone or HOME_ZONE
        fields["timezone_known"] = place.timezone is not None


def zones_of(contact: ContactCard, country: str) -> tuple[str, ...]:
    """The zones that a customer may be in: the one that is known, or all that country and numbers leave.

    None at all for whoever may be anywhere.
    """
    if contact.timezone_known:
        return (contact.timezone,)
    said = {"country": country, "region": contact.region or "", "city": contact.city or ""}
    place = _place(said, contact.phones, "")
    return (place.timezone,) if place.timezone else place.zones


def _place(said: Mapping[str, str], phones: Sequence[str], read_as: str) -> Place:
    numbers = tuple(map(place_of_number, phones))
    return place_of(numbers, said.get("country") or None, said.get("region", ""), said.get("city", ""), read_as)
