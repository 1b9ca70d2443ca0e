"""A deal, for all tiers: its stages, and the order that it is won with."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from workflows.contracts.base import ContactCard, Message, OrderLine


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


class WonOrder(Message):
    """The first order, agreed in tier 2 and carried out by tier 3."""

    deal_id: str
    lines: list[OrderLine] = Field(min_length=1)
    won_at: datetime
    won_by: str
    note: str | None = None
    contact: ContactCard | None = Field(default=None, description="The card, if a manager has corrected it.")
