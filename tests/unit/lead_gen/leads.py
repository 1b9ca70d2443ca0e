"""Leads and calls as the rules see them, for tests without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.lead_gen.domain.calls import Call
from services.lead_gen.domain.leads import Lead

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


def lead(**changes: Any) -> Lead:
    """A new lead of which little is known."""
    unknown = dict.fromkeys(Lead.model_fields)
    known = {
        "id": "lead-1",
        "company": "Viter",
        "language": "uk",
        "version": 1,
        "timezone": "UTC",
        "source": "manual",
        "score": 0,
        "tier": "lead_gen",
        "stage": "new",
        "rounds": 0,
        "attempts": 0,
        "created_at": NOW,
        "updated_at": NOW,
        "phones": ["+380441230001"],
    }
    return Lead.model_validate({**unknown, **known, **changes})


def call(outcome: str, **changes: Any) -> Call:
    """A call of which nothing is known but its outcome."""
    unknown = dict.fromkeys(Call.model_fields)
    known = {"attempt": 1, "caller": "anna", "outcome": outcome, "products": [], "path": [], "at": NOW}
    return Call.model_validate({**unknown, **known, **changes})
