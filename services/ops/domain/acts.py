"""What an operator's act changes."""

from __future__ import annotations

from pydantic import Field

from services.chassis.records import Record


class Changed(Record):
    """One thing that an act changes in a tier, in words."""

    tier: str
    words: str


class Acted(Record):
    """An act with all that it changes; nothing has changed yet if it was a dry run."""

    lead_id: str
    act: str
    dry_run: bool
    changes: list[Changed]


class Outcome(Record):
    """What an act changes for one lead of several, or why it is refused."""

    lead_id: str
    company: str
    tier: str
    changes: list[Changed] = Field(default_factory=list)
    refused: str | None = None
