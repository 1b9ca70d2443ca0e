"""Leads: the companies of the register with their numbers, and where each is now."""

from __future__ import annotations

from datetime import datetime

from services.chassis.contacts.countries import languages_of
from services.chassis.records import Record

# Closed because nobody might, or could, call them; both can change.
REOPENED = frozenset({"do_not_call", "wrong_number"})


class Lead(Record):
    """A row of the register with its numbers, the best first."""

    id: str
    company: str
    contact_name: str | None
    email: str | None
    industry: str | None
    size: str | None
    region: str | None
    city: str | None
    country: str | None = None
    language: str | None
    timezone: str | None
    website: str | None
    tax_id: str | None
    source: str
    score: float
    tier: str
    stage: str
    owner: str | None
    workflow_id: str | None
    campaign_id: str | None
    rounds: int
    attempts: int
    next_call_at: datetime | None
    rest_until: datetime | None
    created_at: datetime
    updated_at: datetime
    phones: list[str]
    language_from: str | None = None
    timezone_from: str | None = None
    zones: str | None = None
    version: int = 1

    @property
    def calling_zones(self) -> str:
        """Where it is for its calling window: its zone, or the zones it may be in; empty for anywhere."""
        return self.timezone or self.zones or ""

    @property
    def possible_zones(self) -> list[str]:
        """The zones it may be in while its own is not known."""
        return self.zones.split(",") if self.zones and not self.timezone else []

    @property
    def gaps(self) -> list[str]:
        """What is missing of what a call needs."""
        return [name for name in ("language", "timezone") if getattr(self, name) is None]

    @property
    def calling_languages(self) -> str:
        """What a caller must speak: its language, or one of those of its country; empty while nobody knows."""
        return ",".join(self.spoken)

    @property
    def spoken(self) -> list[str]:
        """The same, one by one."""
        return [self.language] if self.language else list(languages_of(self.country) if self.country else ())


class Place(Record):
    """Where a lead is from `at` on, or from now on. `key` keeps the move a single line of its history.

    Without `workflow_id` the lead's workflow stays as it was.
    """

    tier: str
    stage: str
    key: str
    workflow_id: str | None = None
    owner: str | None = None
    at: datetime | None = None


class LeadFilter(Record):
    """Which leads are wanted; what is left out does not matter. `q` is part of the company's name."""

    tier: str | None = None
    stage: str | None = None
    campaign_id: str | None = None
    q: str | None = None


class Erasure(Record):
    """What was erased, and how many do-not-call entries had to stay."""

    lead_id: str
    erased_at: datetime
    ledger_entries_kept: int
