"""Exports, revealed numbers and erasures, and the audit of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model


class Reveal(Body):
    """Why somebody needs the numbers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the lead asked us to check its numbers"}]})

    reason: str = Field(min_length=3, max_length=300)


class Revealed(Model):
    """The lead's contact data in clear."""

    lead_id: str
    contact_name: str | None
    email: str | None
    phones: list[str]


class Erase(Body):
    """On what ground a person's data is erased, and where the request is kept."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"basis": "GDPR art. 17, asked by e-mail", "reference": "ticket 4711"}]}
    )

    basis: str = Field(min_length=3, max_length=300)
    reference: str | None = Field(default=None, max_length=200)


class Erased(Model):
    """What is left."""

    lead_id: str
    erased_at: datetime
    ledger_entries_kept: int = Field(description="Do-not-call entries of its numbers; they must stay to be honoured.")


class AuditView(Model):
    """One line of the audit. `rows` and `completed_at` stay empty for an export that broke off."""

    id: str
    action: str
    by: str
    lead_id: str | None
    facts: dict[str, Any]
    rows: int | None
    at: datetime
    completed_at: datetime | None
