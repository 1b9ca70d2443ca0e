"""Needs of customers, with everything that became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.chassis.records import Record

NeedState = Literal["open", "met", "gone"]


class NeedEvent(Record):
    """What became of a need, and when."""

    state: NeedState
    text: str
    note: str | None
    by: str
    at: datetime


class Need(Record):
    """A need as it stands, with its history, the first entry first."""

    id: str
    customer_id: str
    text: str
    product_id: str | None
    state: NeedState
    recorded_by: str
    created_at: datetime
    updated_at: datetime
    history: list[NeedEvent] = Field(default_factory=list)
