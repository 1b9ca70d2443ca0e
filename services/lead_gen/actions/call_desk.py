"""The call desk, put together for one caller; nothing is leased by looking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from services.chassis.db import Connection
from services.lead_gen.actions.call_undo import undoable_call
from services.lead_gen.actions.calls import held_call
from services.lead_gen.domain.cadence import next_attempt_at
from services.lead_gen.domain.call_desk import (
    AfterCall,
    CallDesk,
    CallFigures,
    CallingHours,
    LastCall,
    OnTheLine,
    state_of,
)
from services.lead_gen.domain.callers import Standing
from services.lead_gen.domain.calls import CallInHand
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.promises import promise_time
from services.lead_gen.domain.shifts import Shift
from services.lead_gen.domain.waiting import Waiting, may_call, why_nothing
from services.lead_gen.domain.window import clock_of, is_calling_day, is_known, is_open, local_instant, next_open_if_any
from services.lead_gen.repository import call_drafts, callers, calls, campaigns, shifts
from services.lead_gen.repository.policies import policies
from workflows.contracts.lead_gen import CallOutcome

_ENDED_LATELY = timedelta(hours=1)
_TOLD = timedelta(seconds=8)
"""How long the page tells what was reported last, and lets it be taken back."""
_NEEDS_CALLS = ("ready", "waiting")


async def call_desk(conn: Connection, caller: str, now: datetime, *, asked: bool = False) -> CallDesk:
    """What this caller has before them now. `asked`: they wait for the next lead."""
    shift, policy = await shifts.at_hand(conn, caller), await policies.rules(conn)
    held = await held_call(conn, caller)
    ended = await shifts.ended_lately(conn, caller, now - _ENDED_LATELY) if held is None else None
    lost = await call_drafts.lost(conn, caller) if held is None else None
    state = state_of(shift=shift, ended=ended, holds=held is not None, has_lost=lost is not None, asked=asked, now=now)
    standing = await callers.standing(conn, caller) if state in _NEEDS_CALLS else None
    running = await campaigns.running_ids(conn, None) if standing else []
    waiting = None
    if standing and state == "waiting":
        waiting = await _waiting(conn, caller, standing, running, policy, now)
    return CallDesk(
        state=state,
        shift=shift,
        ended=ended,
        line=None if held is None else await _on_the_line(conn, held, caller, policy, now),
        lost=lost,
        waiting=waiting,
        figures=await _figures(conn, caller, shift, ended if state == "over" else None, now),
        quota=await callers.quota(conn, caller),
        after=await _after(conn, caller, policy, now),
        is_listed=standing is None or standing.known,
        runs=standing is None or bool(may_call(running, standing)),
    )


async def _figures(
    conn: Connection, caller: str, shift: Shift | None, ended: Shift | None, now: datetime
) -> CallFigures:
    """Of the shift that has ended, of the one they are signed on to, or of the last twelve hours."""
    if ended is not None and ended.signed_on_at is not None:
        return await calls.figures_since(conn, caller, ended.signed_on_at, ended.signed_off_at)
    began = shift.signed_on_at if shift is not None else None
    return await calls.figures_since(conn, caller, began or now - timedelta(hours=12))


async def _on_the_line(conn: Connection, call: CallInHand, caller: str, policy: Policy, now: datetime) -> OnTheLine:
    lead = call.lead
    campaign = await campaigns.find_name(conn, lead.campaign_id)
    return OnTheLine(
        call=call,
        draft=await call_drafts.get(conn, call.item_id, caller),
        campaign=campaign,
        max_attempts=policy.max_attempts,
        hours=calling_hours(policy, lead.calling_zones, now),
        promised_by=promise_time(policy, lead.calling_zones, now),
        names=await callers.names(conn, {earlier.caller for earlier in call.history}),
    )


def calling_hours(policy: Policy, timezone: str, now: datetime) -> CallingHours:
    """The window of the lead's day."""
    if policy.always_open:
        return CallingHours(opens_minute=0, closes_minute=24 * 60, until=None)
    zone = clock_of(timezone)
    today = now.astimezone(zone).date()
    opens, closes = policy.opens, policy.closes
    if not is_known(timezone) or not is_calling_day(policy, timezone, today):
        opens = closes = time(0)
    return CallingHours(
        opens_minute=opens.hour * 60 + opens.minute,
        closes_minute=closes.hour * 60 + closes.minute,
        until=local_instant(today, closes, zone) if is_known(timezone) and is_open(policy, timezone, now) else None,
    )


async def _waiting(
    conn: Connection, caller: str, standing: Standing, running: Sequence[str], policy: Policy, now: datetime
) -> Waiting:
    found = await calls.waiting(conn, caller)
    waiting = why_nothing(found, running=running, standing=standing, policy=policy, now=now)
    return waiting.model_copy(update={"callback": await calls.next_callback(conn, caller)})


async def _after(conn: Connection, caller: str, policy: Policy, now: datetime) -> AfterCall | None:
    """What was reported in the last seconds, and what follows from it."""
    last = await calls.last_of(conn, caller, now - _TOLD)
    if last is None:
        return None
    undoable = await undoable_call(conn, caller)
    until = undoable.until if undoable is not None and undoable.item_id == last.item_id else None
    return _follows(last, policy, now, until)


def _follows(last: LastCall, policy: Policy, now: datetime, until: datetime | None) -> AfterCall:
    outcome = CallOutcome(last.outcome)
    tries_again = outcome in (CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.VOICEMAIL)
    if last.not_followed is not None:
        return AfterCall(call=last, again_at=None, rests=False, undo_until=None)
    if not tries_again or last.attempt >= policy.max_attempts:
        return AfterCall(call=last, again_at=None, rests=tries_again, undo_until=until)
    if next_open_if_any(policy, last.timezone, now) is None:
        return AfterCall(call=last, again_at=None, rests=False, undo_until=until)
    again = next_attempt_at(policy, last.timezone, attempt=last.attempt + 1, after=outcome, after_at=last.at, now=now)
    return AfterCall(call=last, again_at=again, rests=False, undo_until=until)
