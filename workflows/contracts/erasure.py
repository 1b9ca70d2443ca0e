"""Erasing a person's data in every tier."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from workflows.contracts.base import ContactCard, Message

ERASED = "erased"
"""What stands where a word may not be missing."""


class ErasePerson(Message):
    """Erase what a tier holds of a person. Carries ids alone: the tier finds the data in its own records."""

    key: str
    lead_ids: list[str] = Field(min_length=1, description="The lead and everything that was ever merged into it.")
    by: str = Field(description="Person id of whoever ordered it.")
    at: datetime


def erased_card(lead_id: str) -> ContactCard:
    """The contact card of somebody who was erased."""
    return ContactCard(lead_id=lead_id, company=ERASED)
