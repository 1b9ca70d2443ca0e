"""What a plan takes from tier 1's records."""

from __future__ import annotations

from pydantic import Field

from services.chassis.records import Record


class Talks(Record):
    """Conversations whose length is known."""

    talks: int
    talk_minutes: float | None = Field(description="The mean of those talks; null without any.")


class Rates(Talks):
    """Counts of the time that was asked for: a plan makes its rates of them, and says of how many cases."""

    people: int = Field(description="Callers who made a call or were signed on.")
    calls: int
    contacts: int = Field(description="Calls that ended in a conversation with somebody.")
    handed_over: int
    hours: float = Field(description="Of work, by everybody.")
    new_leads: int = Field(description="Leads that were called for the first time.")
