"""Leads as operators find them, and their stories."""

from __future__ import annotations

from pydantic import Field

from services.chassis.http import Model
from services.chassis.http.paging import encode_cursor
from services.ops.domain.story import Coming, Head, ShownWorkflow, Told
from services.ops.domain.story import Story as StoryRecord
from services.ops.tiers import Found, Missing


class Lead(Found, Model):
    """A lead that may be meant. Numbers are masked."""


class Leads(Model):
    """A page of leads. `missing` names what could not be asked: without tier 1's register, nobody is found."""

    items: list[Lead]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last one.")
    missing: list[Missing] = Field(default_factory=list)


class Story(Model):
    """A lead's life through all tiers. `items` are the latest first; `missing` names what could not be asked."""

    lead_id: str
    head: Head
    items: list[Told]
    coming: list[Coming]
    workflows: list[ShownWorkflow]
    missing: list[Missing]
    next: str | None = Field(default=None, description="Cursor of the events before these; null at the beginning.")

    @classmethod
    def of(cls, story: StoryRecord) -> Story:
        """The answer."""
        older = story.older
        return cls(
            lead_id=story.head.lead_id,
            head=story.head,
            items=story.events,
            coming=story.coming,
            workflows=story.workflows,
            missing=story.missing,
            next=encode_cursor((older[0].isoformat(), older[1])) if older else None,
        )
