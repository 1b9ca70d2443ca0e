"""Free time, for managers and for callers with a lead on the phone: the only routes that take tier 1's tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query

from services.chassis.auth import Principal
from services.chassis.http import Conn, Id, Who, allow, new_router
from services.conversion.actions.deals import now
from services.conversion.actions.meeting_holds import hold_time, release_hold, slots_for_lead
from services.conversion.actions.slots import find_slots
from services.conversion.domain.routing import Wanted
from services.conversion.domain.slots import on_grid
from services.conversion.repository.policies import policies
from services.conversion.schemas.common import Moment
from services.conversion.schemas.meetings import Hold, Minutes, NewHold, Slot, Slots
from workflows.contracts.base import Tier

router = new_router(tags=["meetings"], guests={Tier.LEAD_GEN: ("caller", "supervisor")})
_DESK = allow("manager", "supervisor", "caller")
_MOST_SLOTS = 500
Fact = Annotated[str | None, Query(max_length=200)]


@router.get("/meeting-slots", dependencies=[_DESK], summary="Which times are free")
async def meeting_slots(
    conn: Conn,
    who: Who,
    manager: Annotated[
        str | None, Query(max_length=100, description="A manager reads their own, if not given.")
    ] = None,
    start: Annotated[Moment | None, Query(alias="from", description="Now, if not given.")] = None,
    days: Annotated[int, Query(ge=1, le=62)] = 7,
    duration_minutes: Annotated[Minutes | None, Query()] = None,
    language: Fact = None,
    segment: Fact = None,
    region: Fact = None,
) -> Slots:
    """Working hours minus meetings and absences, in slots of `duration_minutes` (the policy's length, if not given).

    To tier 1 they are the times of all managers to whom a lead of this language, segment and region may go; whose
    they are is not said.
    """
    policy = await policies.rules(conn)
    begin = on_grid(max(start or now(), now()))
    end = (start or now()) + timedelta(days=days)
    length = timedelta(minutes=duration_minutes or policy.meeting_minutes)
    person = None if _is_guest(who) else manager or who.person
    found: list[tuple[datetime, datetime]] = []
    if begin < end and person is None:
        wanted = Wanted(language=language, segment=segment, region=region)
        found = await slots_for_lead(conn, wanted, policy, begin, end, length, _MOST_SLOTS)
    elif begin < end and person is not None:
        found = await find_slots(conn, policy, person, begin, end, length, _MOST_SLOTS)
    items = [Slot(starts_at=opens, ends_at=closes) for opens, closes in found]
    return Slots(manager=person, timezone=policy.calendar.timezone, items=items)


@router.post("/meeting-holds", status_code=201, dependencies=[_DESK], summary="Keep a time free for a lead")
async def hold(body: NewHold, conn: Conn, who: Who) -> Hold:
    """With the manager whose turn it is. Asked again for the same lead, the earlier time is given back.

    409 `double_booked` with `free_slots` if nobody has time then. It ends at `expires_at`, unless the lead is handed
    over before; the manager who accepts the lead gets the meeting.
    """
    return Hold.of(await hold_time(conn, body, who))


@router.delete("/meeting-holds/{lead_id}", status_code=204, dependencies=[_DESK], summary="Give a time back")
async def release(lead_id: Id, conn: Conn) -> None:
    """404 if no time is kept free for this lead."""
    await release_hold(conn, lead_id)


def _is_guest(who: Principal) -> bool:
    return who.tier == Tier.LEAD_GEN
