"""Meetings: free time, moving, cancelling, holding, and the calendar file."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Body, Query, Response

from services.chassis.http import Conn, Id, Who, allow, new_router
from services.conversion.actions import meetings as actions
from services.conversion.actions.steps import now
from services.conversion.documents.calendar_file import calendar_file
from services.conversion.domain.slots import on_grid
from services.conversion.repository import deals, meetings, policies
from services.conversion.schemas.common import Moment
from services.conversion.schemas.meetings import MeetingAnswer, MeetingNote, Minutes, NewTime, Slot, Slots

router = new_router(tags=["meetings"])
_STAFF = allow("manager", "supervisor")
_MOST_SLOTS = 500
OptionalNote = Annotated[MeetingNote | None, Body()]


@router.get("/meeting-slots", dependencies=[_STAFF], summary="When a manager has time")
async def meeting_slots(
    conn: Conn,
    who: Who,
    manager: Annotated[str | None, Query(max_length=100, description="Oneself, if not given.")] = None,
    start: Annotated[Moment | None, Query(alias="from", description="Now, if not given.")] = None,
    days: Annotated[int, Query(ge=1, le=62)] = 7,
    duration_minutes: Annotated[Minutes | None, Query()] = None,
) -> Slots:
    """Opening hours minus meetings, in slots of `duration_minutes` (the policy's length, if not given)."""
    policy = (await policies.current(conn)).body
    begin = on_grid(max(start or now(), now()))
    end = (start or now()) + timedelta(days=days)
    length = timedelta(minutes=duration_minutes or policy.meeting_minutes)
    person = manager or who.person
    slots = await actions.find_slots(conn, policy, person, begin, end, length, _MOST_SLOTS) if begin < end else []
    items = [Slot(starts_at=opens, ends_at=closes) for opens, closes in slots]
    return Slots(manager=person, timezone=policy.calendar.timezone, items=items)


@router.post("/meetings/{meeting_id}/reschedule", dependencies=[_STAFF], summary="Move a meeting")
async def reschedule(meeting_id: Id, body: NewTime, conn: Conn, who: Who) -> MeetingAnswer:
    """409 `double_booked` with `free_slots` if the manager is taken then."""
    meeting = await meetings.get(conn, meeting_id)
    ends_at = body.ends_at or body.starts_at + (meeting.ends_at - meeting.starts_at)
    moved = await actions.reschedule(conn, meeting_id, who, body.starts_at, ends_at)
    return MeetingAnswer.model_validate(moved.model_dump())


@router.post("/meetings/{meeting_id}/cancel", dependencies=[_STAFF], summary="Cancel a meeting")
async def cancel(meeting_id: Id, conn: Conn, who: Who, body: OptionalNote = None) -> MeetingAnswer:
    """Its time is free again."""
    done = await actions.finish(conn, meeting_id, who, "cancelled", body.note if body else None)
    return MeetingAnswer.model_validate(done.model_dump())


@router.post("/meetings/{meeting_id}/held", dependencies=[_STAFF], summary="The meeting took place")
async def held(meeting_id: Id, conn: Conn, who: Who, body: OptionalNote = None) -> MeetingAnswer:
    """The next step is an offer."""
    done = await actions.finish(conn, meeting_id, who, "held", body.note if body else None)
    return MeetingAnswer.model_validate(done.model_dump())


@router.post("/meetings/{meeting_id}/no-show", dependencies=[_STAFF], summary="The customer did not come")
async def no_show(meeting_id: Id, conn: Conn, who: Who, body: OptionalNote = None) -> MeetingAnswer:
    """The next step is another meeting."""
    done = await actions.finish(conn, meeting_id, who, "no_show", body.note if body else None)
    return MeetingAnswer.model_validate(done.model_dump())


@router.get(
    "/meetings/{meeting_id}.ics",
    dependencies=[_STAFF],
    summary="The meeting for one's calendar",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}},
)
async def ics(meeting_id: Id, conn: Conn) -> Response:
    """An iCalendar file; importing a later one moves or cancels the same entry."""
    meeting = await meetings.get(conn, meeting_id)
    deal = await deals.get(conn, meeting.deal_id)
    headers = {"Content-Disposition": f'attachment; filename="meeting-{meeting.id}.ics"', "Cache-Control": "no-store"}
    return Response(calendar_file(meeting, deal.contact), media_type="text/calendar; charset=utf-8", headers=headers)
