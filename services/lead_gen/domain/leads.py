"""Leads: the companies of the register with their numbers, and where each is now."""

from __future__ import annotations

from datetime import datetime

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
    language: str
    timezone: str
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
