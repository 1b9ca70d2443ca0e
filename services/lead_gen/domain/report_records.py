"""The records behind a figure: which figures can be opened, what they are narrowed to, and what is shown of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.chassis.records import Record
from services.lead_gen.domain.reports import Period

Figure = Literal[
    "calls", "contacts", "interested", "hard_questions", "called", "reached", "handed_over", "accepted", "won",
    "waiting", "inbound", "inbound_won", "first_called", "first_reached", "first_handed_over", "first_accepted",
    "first_won", "came", "came_called", "came_handed_over", "came_accepted", "came_won",
]  # fmt: skip


@dataclass(frozen=True)
class Narrowed:
    """Which of the records: of what period, campaign, caller and version of a script; none means all."""

    period: Period
    campaign_id: str | None = None
    caller: str | None = None
    script_id: str | None = None

    @property
    def values(self) -> tuple[datetime | None, datetime | None, str | None, str | None, str | None]:
        """As parameters, in the order in which the conditions name them."""
        return self.period.start, self.period.end, self.campaign_id, self.caller, self.script_id


class RecordRow(Record):
    """One record of a figure: a call, a hand-over or a lead, with where the lead is now."""

    id: str
    at: datetime
    company: str
    campaign: str | None
    caller_name: str | None
    outcome: str | None
    tier: str
    stage: str


@dataclass(frozen=True)
class RecordPage:
    """A page of the records and how many there are in all; `next` is where the following page begins."""

    total: int
    rows: list[RecordRow]
    next: tuple[datetime, str] | None
