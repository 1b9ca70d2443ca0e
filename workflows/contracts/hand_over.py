"""A lead on its way into tier 2: why it comes, who it is, and everything that was said before."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from workflows.contracts.base import ContactCard, Message


class HandOverReason(StrEnum):
    """Why a lead comes to tier 2. A hard question is answered before anything else."""

    INTERESTED = "interested"
    HARD_QUESTION = "hard_question"
    INBOUND = "inbound"
    WIN_BACK = "win_back"
    RETURNED = "returned"


class CallRecord(Message):
    """One earlier conversation, as its reader in the next tier needs it."""

    at: datetime
    by: str
    by_name: str | None = Field(default=None, description="What `by` is called, where their tier knows it.")
    outcome: str
    note: str | None = None
    script_version: int | None = None
    path: list[str] = Field(default_factory=list, description="Script nodes passed, in order.")


class HandOver(Message):
    """A lead with its whole story. Contact data: encrypted in transit."""

    id: str = Field(description="Business id, e.g. `cold-call:42:1` or `inbound:7`; keys of effects contain it.")
    contact: ContactCard
    reason: HandOverReason
    question: str | None = None
    needs: str | None = None
    wished_meeting: datetime | None = None
    story: list[CallRecord] = Field(default_factory=list)
    campaign_id: str | None = None
    campaign_name: str = ""
    segment: str = ""
    sourced_by: str | None = Field(default=None, description="Caller who found the interest.")
    sticky_manager: str | None = Field(default=None, description="Manager who knew them before.")
    inbound_call_id: str | None = None
    products: list[str] = Field(default_factory=list, description="Catalogue ids they asked about.")
    promised_by: datetime | None = Field(default=None, description="By when they were told that somebody calls.")

    @property
    def callers(self) -> dict[str, str]:
        """What those are called who talked to them, by id, as far as it was told."""
        return {call.by: call.by_name for call in self.story if call.by_name}
