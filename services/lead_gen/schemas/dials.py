"""Dials at the call desk."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.chassis.http import Body, Model
from services.lead_gen.domain.dials import Dial, Result, State, Way
from services.lead_gen.schemas.fields import example


class AskDial(Body):
    """Dial a number of the lead in hand."""

    model_config = example(token=3, phone="+380441234567")

    token: int
    phone: str | None = Field(default=None, max_length=40, description="One of the lead's numbers; unset: the first.")


class DialView(Model):
    """One dial: by whom, and what became of it so far. Of a dial by `link` nobody hears again."""

    call_id: str
    item_id: str
    phone: str
    way: Way
    state: State
    result: Result | None
    reason: str | None
    asked_at: datetime
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    talk_seconds: int | None

    @classmethod
    def of(cls, dial: Dial) -> DialView:
        """The answer."""
        return cls.model_validate(dial, from_attributes=True)
