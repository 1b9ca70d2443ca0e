"""What a deal is made of, for all tiers: why it came, its stages, the hand-over with the whole story, the order."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from workflows.contracts.base import ContactCard, Message, OrderLine


class HandOverReason(StrEnum):
    """Why a lead comes to tier 2. A hard question is answered before anything else."""

    INTERESTED = "interested"
    HARD_QUESTION = "hard_question"
    INBOUND = "inbound"
    WIN_BACK = "win_back"
    RETURNED = "returned"


class Stage(StrEnum):
    """Stages of a deal. `won` and `lost` are final; `asleep` returns."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    INFORMING = "informing"
    QUALIFIED = "qualified"
    MEETING = "meeting"
    OFFER = "offer"
    NEGOTIATING = "negotiating"
    WON = "won"
    LOST = "lost"
    ASLEEP = "asleep"


class CallRecord(Message):
    """One earlier conversation, as its reader in the next tier needs it."""

    at: datetime
    by: str
    outcome: str
    note: str | None = None
    script_version: int | None = None
    path: list[str] = Field(default_factory=list, description="Script nodes passed, in order.")


class HandOver(Message):
    """A lead on its way into tier 2, with the whole story. Contact data: encrypted in transit."""

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


class WonOrder(Message):
    """The first order, agreed in tier 2 and carried out by tier 3."""

    deal_id: str
    lines: list[OrderLine] = Field(min_length=1)
    won_at: datetime
    won_by: str
    note: str | None = None
