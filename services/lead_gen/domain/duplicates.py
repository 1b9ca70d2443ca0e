"""Pairs of leads that may be one company."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record
from services.lead_gen.domain.leads import Lead


class Pair(Record):
    """A pair as it is kept; `similarity` is the share of common trigrams of the names, 0 to 1."""

    id: str
    lead_a: str
    lead_b: str
    similarity: float
    reason: str
    state: str
    decided_by: str | None
    decided_at: datetime | None
    created_at: datetime


class FreshLead(Record):
    """A lead that has not been compared with the others yet."""

    id: str
    company: str
    city: str | None
    created_at: datetime


class DuplicateOffer(Record):
    """A pair with both leads, and either the `result` of a merge or the `obstacle` to it."""

    pair: Pair
    a: Lead
    b: Lead
    keeps: str | None
    result: Lead | None
    obstacle: str | None
