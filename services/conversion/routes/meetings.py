"""Meetings: moving, cancelling, holding, and the calendar file."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Response

from services.chassis.http import Conn, Id, Who, allow, if_match, new_router, tagged
from services.conversion.actions.kinds import MEETING
from services.conversion.actions.meetings import calendar_entry, finish_meeting, reschedule_meeting
from services.conversion.repository import meetings
from services.conversion.schemas.meetings import MeetingAnswer, MeetingNote, NewTime

router = new_router(tags=["meetings"])
_STAFF = allow("manager", "supervisor")
OptionalNote = Annotated[MeetingNote | None, Body()]


async def read_meeting(meeting_id: Id, conn: Conn) -> MeetingAnswer:
    """As `GET /meetings/{meeting_id}` shows it."""
    await meetings.deal_id_of(conn, meeting_id)
    return MeetingAnswer.model_validate((await meetings.get(conn, meeting_id)).model_dump())


_EDITS = [_STAFF, if_match(read_meeting, MEETING, "meeting_id")]


@router.post("/meetings/{meeting_id}/reschedule", dependencies=_EDITS, summary="Move a meeting")
async def reschedule(meeting_id: Id, body: NewTime, conn: Conn, who: Who) -> MeetingAnswer:
    """409 `double_booked` with `free_slots` if the manager is taken then."""
    moved = await reschedule_meeting(conn, meeting_id, who, body.starts_at, body.ends_at)
    return MeetingAnswer.model_validate(moved.model_dump())


@router.post("/meetings/{meeting_id}/cancel", dependencies=_EDITS, summary="Cancel a meeting")
async def cancel(meeting_id: Id, conn: Conn, who: Who, body: OptionalNote = None) -> MeetingAnswer:
    """Its time is free again."""
    done = await finish_meeting(conn, meeting_id, who, "cancelled", body.note if body else None)
    return MeetingAnswer.model_validate(done.model_dump())


@router.post("/meetings/{meeting_id}/held", dependencies=_EDITS, summary="The meeting took place")
async def held(meeting_id: Id, conn: Conn, who: Who, body: OptionalNote = None) -> MeetingAnswer:
    """The next step is an offer."""
    done = await finish_meeting(conn, meeting_id, who, "held", body.note if body else None)
    return MeetingAnswer.model_validate(done.model_dump())


@router.post("/meetings/{meeting_id}/no-show", dependencies=_EDITS, summary="The customer did not come")
async def no_show(meeting_id: Id, conn: Conn, who: Who, body: OptionalNote = None) -> MeetingAnswer:
    """The next step is another meeting."""
    done = await finish_meeting(conn, meeting_id, who, "no_show", body.note if body else None)
    return MeetingAnswer.model_validate(done.model_dump())


@router.get(
    "/meetings/{meeting_id}.ics",
    dependencies=[_STAFF],
    summary="The meeting for one's calendar",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}},
)
async def ics(meeting_id: Id, conn: Conn, who: Who) -> Response:
    """An iCalendar file; importing a later one moves or cancels the same entry. To colleagues numbers are masked."""
    headers = {"Content-Disposition": f'attachment; filename="meeting-{meeting_id}.ics"', "Cache-Control": "no-store"}
    content = await calendar_entry(conn, meeting_id, who)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


# After the file's route, or its name would be taken for an id.
@router.get("/meetings/{meeting_id}", dependencies=[_STAFF, tagged()], summary="One meeting")
async def get_meeting(meeting_id: Id, conn: Conn) -> MeetingAnswer:
    """When, with whom, and what became of it."""
    return await read_meeting(meeting_id, conn)
