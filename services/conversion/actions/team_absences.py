"""Absences of the team: who is away when, what falls into it, and moving the steps of that time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis import outbox
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.conversion.actions.deals import close_work, deal_for, now, policy_of
from services.conversion.domain.deals import Deal
from services.conversion.domain.team_absences import FallsInto, PlannedAbsence
from services.conversion.repository import deals, managers, timeline
from services.conversion.repository import team_absences as rows
from services.conversion.repository.policies import policies
from workflows.contracts.conversion import DealMoved

_AHEAD = timedelta(days=92)
_MOST = 100
_MOST_STEPS = 200
_MEETING = "meeting"
"""The next step of a deal whose meeting is ahead: it moves with the meeting, and not alone."""


async def read_absences(conn: Connection) -> Sequence[PlannedAbsence]:
    """Who is away now or in the next three months, the first one first; breaks of some minutes are left out."""
    at = now()
    return [one for one in await rows.planned(conn, at, at + _AHEAD, _MOST) if not one.is_break]


async def read_absence(conn: Connection, absence_id: str) -> FallsInto:
    """One absence with everything that falls into it. Raises NotFound."""
    absence = await rows.one(conn, absence_id)
    start, end = max(absence.starts_at, now()), absence.ends_at
    steps = await rows.steps_in(conn, absence.manager, start, end, _MOST_STEPS)
    promised = await rows.promised_in(conn, absence.manager, start, end, _MOST)
    kept = {one.deal_id for one in promised}
    return FallsInto(
        absence=absence,
        meetings=await rows.meetings_in(conn, absence.manager, start, end, _MOST),
        promised=promised,
        steps=[one for one in steps if one.id not in kept and one.next_action != _MEETING],
        back=await _back(conn, absence),
        cut=len(steps) == _MOST_STEPS,
    )


async def move_steps(conn: Connection, absence_id: str, who: Principal, deal_ids: Sequence[str]) -> int:
    """Move the steps of these deals that fall into an absence to when the manager is back; how many.

    Whatever has another time by now, or another owner, is left alone. Raises NotFound, Conflict `nothing_to_move`.
    """
    absence = await read_absence(conn, absence_id)
    wanted = [one.id for one in absence.steps if one.id in set(deal_ids)]
    if not wanted:
        raise Conflict("none of these steps falls into the absence any more", code="nothing_to_move")
    # In one order, so that two who move the same steps wait for each other and do not block.
    for deal_id in sorted(wanted):
        deal = await deal_for(conn, deal_id, who)
        await postpone(conn, deal, who, absence.back, f"{absence.absence.name} is away")
    return len(wanted)


async def postpone(conn: Connection, deal: Deal, who: Principal, to: datetime, why: str) -> Deal:
    """The same next step, at another time. The lead has not been spoken with: stage and promise stay as they are."""
    event_id = await timeline.add(
        conn, deal.id, at=now(), by=who.person, kind="next_step", text=f"{deal.next_action}, later: {why}",
        data={"at": to, "was": deal.next_action_at},
    )  # fmt: skip
    moved = await deals.update(conn, deal.id, next_action_at=to)
    await close_work(conn, deal, ["reminder"], "the step is due later")
    answer = DealMoved(
        event_id=f"moved:{event_id}", at=now(), by=who.person, what="next step postponed", stage=deal.stage,
        next_action_at=to, stale_at=(await policy_of(conn, deal)).stale_at(deal.stage, deal.stage_since),
    )  # fmt: skip
    await outbox.signal(conn, deal.workflow_id, "moved", answer)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)
    return moved


async def _back(conn: Connection, absence: PlannedAbsence) -> datetime:
    """The first moment of work after an absence, by the manager's own hours or the tier's."""
    known = await managers.get(conn, absence.manager)
    calendar = known.hours or (await policies.rules(conn)).calendar
    return calendar.add(absence.ends_at, timedelta(0))
