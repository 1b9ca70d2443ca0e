"""Meetings: moving, cancelling, holding, and the calendar file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Body, Depends, Query, Response

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.conversion.actions.deals import now
from services.conversion.actions.kinds import MEETING
from services.conversion.actions.meeting_hand_over import assign_meeting
from services.conversion.actions.meetings import calendar_entry, cancel_meeting, finish_meeting, reschedule_meeting
from services.conversion.actions.teams import deal_seen, whose_deals
from services.conversion.domain.meetings import MeetingState
from services.conversion.repository import meeting_list, meetings
from services.conversion.repository.meeting_list import MeetingFilter
from services.conversion.schemas.meetings import Cancelled, MeetingAnswer, MeetingFor, MeetingNote, NewTime

router = new_router(tags=["meetings"])
_STAFF = allow("manager", "supervisor")
OptionalNote = Annotated[MeetingNote | None, Body()]


async def read_meeting(meeting_id: Id, conn: Conn, who: Who) -> MeetingAnswer:
    """As `GET /meetings/{meeting_id}` shows it."""
    await deal_seen(conn, await meetings.deal_id_of(conn, meeting_id), who)
    return MeetingAnswer.model_validate((await meetings.get(conn, meeting_id)).model_dump())


@dataclass(frozen=True)
class MeetingQuery:
    """What a list of meetings is narrowed to."""

    state: Annotated[MeetingState | None, Query()] = None
    manager: Annotated[str | None, Query(max_length=100)] = None
    needs_person: Annotated[bool | None, Query(description="True: those to which nobody comes as yet.")] = None
    coming: Annotated[bool, Query(description="Only those that are not over.")] = False


@router.get("/meetings", dependencies=[_STAFF], summary="List meetings")
async def list_meetings(
    conn: Conn, who: Who, pager: Pager, query: Annotated[MeetingQuery, Depends()]
) -> Page[MeetingAnswer]:
    """In order of their time: of one's own and the team's deals; the supervisor's are everybody's."""
    after = now() if query.coming else None
    people = await whose_deals(conn, who)
    wanted = MeetingFilter(query.state, query.manager, query.needs_person, after, people, who.person)
    found = await meeting_list.page(conn, wanted, pager.limit + 1, pager.time_and_id())
    items = [MeetingAnswer.model_validate(one.model_dump()) for one in found]
    return Page.of(items, pager.limit, key=lambda one: (one.starts_at.isoformat(), one.id))


_EDITS = [_STAFF, if_match(read_meeting, MEETING, "meeting_id")]


@router.post("/meetings/{meeting_id}/reschedule", dependencies=_EDITS, summary="Move a meeting")
async def reschedule(meeting_id: Id, body: NewTime, conn: Conn, who: Who) -> MeetingAnswer:
    """409 `double_booked` or `outside_hours`, with `free_slots`; `meeting_over` once it is over."""
    moved = await reschedule_meeting(conn, meeting_id, who, body)
    return MeetingAnswer.model_validate(moved.model_dump())


@router.post("/meetings/{meeting_id}/cancel", dependencies=_EDITS, summary="Cancel a meeting")
async def cancel(
    meeting_id: Id, conn: Conn, who: Who, body: Annotated[Cancelled | None, Body()] = None
) -> MeetingAnswer:
    """Its time is free again. 409 `meeting_over` once it is over."""
    asked = body or Cancelled()
    done = await cancel_meeting(conn, meeting_id, who, asked.note, asked.message_to_customer)
    return MeetingAnswer.model_validate(done.model_dump())


@router.post("/meetings/{meeting_id}/assign", dependencies=_EDITS, summary="Somebody else comes to a meeting")
async def assign(meeting_id: Id, body: MeetingFor, conn: Conn, who: Who) -> MeetingAnswer:
    """The deal stays its owner's. 409 `double_booked` or `outside_hours`, with the manager's `free_slots`."""
    given = await assign_meeting(conn, meeting_id, who, body)
    return MeetingAnswer.model_validate(given.model_dump())


@router.post("/meetings/{meeting_id}/held", dependencies=_EDITS, summary="The meeting took place")
async def held(meeting_id: Id, conn: Conn, who: Who, body: OptionalNote = None) -> MeetingAnswer:
    """The next step is an offer. 409 `too_early` before it has begun."""
    done = await finish_meeting(conn, meeting_id, who, "held", body.note if body else None)
    return MeetingAnswer.model_validate(done.model_dump())


@router.post("/meetings/{meeting_id}/no-show", dependencies=_EDITS, summary="The customer did not come")
async def no_show(meeting_id: Id, conn: Conn, who: Who, body: OptionalNote = None) -> MeetingAnswer:
    """The next step is another meeting. 409 `too_early` before it has begun."""
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
async def get_meeting(meeting_id: Id, conn: Conn, who: Who) -> MeetingAnswer:
    """When, with whom, and what became of it."""
    return await read_meeting(meeting_id, conn, who)
