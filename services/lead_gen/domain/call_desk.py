"""The call desk as one caller sees it at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from services.chassis.records import Record
from services.lead_gen.domain.call_drafts import CallDraft, LostCall
from services.lead_gen.domain.calls import CallInHand, Why
from services.lead_gen.domain.shifts import Shift
from services.lead_gen.domain.waiting import Waiting

State = Literal["call", "lost", "break", "ready", "waiting", "before", "begun", "over"]


class CallFigures(Record):
    """What somebody has done in a shift: calls made, people reached, and what came of them."""

    calls: int
    contacts: int
    interested: int
    callbacks: int
    handed_over: int


class CallingHours(Record):
    """The lead's window today, on its own clock. `until` is when it closes; none while it is closed."""

    opens_minute: int
    closes_minute: int
    until: datetime | None


class LastCall(Record):
    """The call that was reported last: what came of it, and when the lead is called again; or why nothing did."""

    item_id: str
    lead_id: str
    company: str
    outcome: str
    reason: str | None
    callback_at: datetime | None
    wished_meeting: datetime | None
    promised_by: datetime | None
    attempt: int
    campaign_id: str | None
    timezone: str
    not_followed: Why | None = None
    at: datetime


class AfterCall(Record):
    """What follows a reported call: `again_at` the next try, or `rests` after the last one.

    It may be taken back until `undo_until`, if there is one.
    """

    call: LastCall
    again_at: datetime | None
    rests: bool
    undo_until: datetime | None


class OnTheLine(Record):
    """A call in hand with what only its page needs."""

    call: CallInHand
    draft: CallDraft | None
    campaign: str | None
    max_attempts: int
    hours: CallingHours
    promised_by: datetime
    names: Mapping[str, str]
    """What the callers of its earlier calls are called, by their ids."""

    @property
    def dialled(self) -> str | None:
        """The number that was dialled last, else the first."""
        numbers = self.call.lead.phones
        last = self.call.dial.phone if self.call.dial else None
        return last if last in numbers else next(iter(numbers), None)


class CallDesk(Record):
    """Everything on the page. `figures` count from the beginning of the shift, or of the one that has just ended.

    What calls need is looked for when there is none in hand: `is_listed` as a caller, and a campaign that `runs`.
    """

    state: State
    shift: Shift | None
    ended: Shift | None
    line: OnTheLine | None
    lost: LostCall | None
    waiting: Waiting | None
    figures: CallFigures
    quota: int | None
    after: AfterCall | None
    is_listed: bool = True
    runs: bool = True


def state_of(
    *, shift: Shift | None, ended: Shift | None, holds: bool, has_lost: bool, asked: bool, now: datetime
) -> State:
    """Which page it is. `asked`: they want the next lead, and there is none; what was lost is told before that."""
    if holds:
        return "call"
    if shift is not None and shift.is_on and shift.break_since is not None:
        return "break"
    if has_lost:
        return "lost"
    if shift is not None and not shift.is_on:
        if ended is not None:
            return "over"
        return "begun" if shift.starts_at <= now else "before"
    if shift is None and ended is not None:
        return "over"
    return "waiting" if asked else "ready"
