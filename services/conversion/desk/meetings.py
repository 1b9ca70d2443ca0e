"""Meetings on a deal's page: booked from the week's free times, moved, cancelled, held, missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import Field
from starlette.responses import Response

from services.chassis.errors import Invalid
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router
from services.conversion.actions.deal_page import check_seen
from services.conversion.actions.deals import deal_for
from services.conversion.actions.meeting_hand_over import assign_meeting
from services.conversion.actions.meetings import (
    book_meeting,
    calendar_entry,
    cancel_meeting,
    finish_meeting,
    reschedule_meeting,
)
from services.conversion.desk.asks import SentForm, body_of, instant
from services.conversion.desk.deal import STAFF
from services.conversion.desk.visits import Here, Visit, attempt
from services.conversion.domain.meetings import MeetingState
from services.conversion.schemas.meetings import Cancelled, MeetingFor, MeetingNote, NewMeeting, NewTime

router: APIRouter = page_router()


class TimeForm(SentForm):
    """A free time that was chosen, or another one that was typed, and what kind of meeting it is."""

    meeting: str = Field(default="", max_length=64)
    week: str = Field(default="", max_length=3)
    starts_at: str = Field(default="", max_length=40)
    other_at: str = Field(default="", max_length=40)
    minutes: str = Field(default="", max_length=4)
    kind: str = Field(default="phone", max_length=20)
    place: str = Field(default="", max_length=1000)
    message: str = Field(default="", max_length=6000)
    outside_hours: str = Field(default="", max_length=5)


class OutcomeForm(SentForm):
    """What came of a meeting, for colleagues; and what the customer is told of a cancellation."""

    meeting: str = Field(default="", max_length=64)
    note: str = Field(default="", max_length=6000)
    message: str = Field(default="", max_length=6000)


class GiveForm(SentForm):
    """Who comes to a meeting."""

    meeting: str = Field(default="", max_length=64)
    manager: str = Field(default="", max_length=100)
    outside_hours: str = Field(default="", max_length=5)


@router.post("/deals/{deal_id}/meetings", dependencies=STAFF)
async def book(visit: Here, form: Annotated[TimeForm, Form()]) -> Response:
    """Book a meeting of the deal's owner."""

    async def act() -> str:
        body = body_of(
            NewMeeting, starts_at=_chosen(visit, form).isoformat(), duration_minutes=form.minutes or None,
            kind=form.kind, place=form.place.strip() or None, outside_hours=bool(form.outside_hours),
            message_to_customer=form.message.strip() or None,
        )  # fmt: skip
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await book_meeting(visit.conn, deal, visit.who, body)
        return "booked"

    return await attempt(visit, "book", form, act)


def _chosen(visit: Visit, form: TimeForm) -> datetime:
    at = instant(form.other_at or form.starts_at, visit.fmt.zone, "starts_at")
    if at is None:
        raise Invalid("choose a time", field="starts_at")
    return at


@router.post("/deals/{deal_id}/meetings/{meeting_id}/move", dependencies=STAFF)
async def move(visit: Here, meeting_id: Id, form: Annotated[TimeForm, Form()]) -> Response:
    """Give a meeting another time."""

    async def act() -> str:
        starts_at = _chosen(visit, form)
        minutes = int(form.minutes) if form.minutes.isdecimal() else 0
        ends_at = (starts_at + timedelta(minutes=minutes)).isoformat() if minutes else None
        body = body_of(
            NewTime, starts_at=starts_at.isoformat(), ends_at=ends_at, outside_hours=bool(form.outside_hours),
            message_to_customer=form.message.strip() or None,
        )  # fmt: skip
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await check_seen(visit.conn, deal, visit.who, form.seen, "meeting_booked")
        await reschedule_meeting(visit.conn, meeting_id, visit.who, body)
        return "meeting_moved"

    return await attempt(visit, "move", form, act)


async def _finish(visit: Visit, meeting_id: str, form: OutcomeForm, name: str, state: MeetingState) -> Response:
    async def act() -> str:
        body = body_of(MeetingNote, note=form.note.strip() or None)
        await finish_meeting(visit.conn, meeting_id, visit.who, state, body.note)
        return state

    return await attempt(visit, name, form, act)


@router.post("/deals/{deal_id}/meetings/{meeting_id}/held", dependencies=STAFF)
async def held(visit: Here, meeting_id: Id, form: Annotated[OutcomeForm, Form()]) -> Response:
    """It took place; the next step is an offer."""
    return await _finish(visit, meeting_id, form, "held", "held")


@router.post("/deals/{deal_id}/meetings/{meeting_id}/no-show", dependencies=STAFF)
async def no_show(visit: Here, meeting_id: Id, form: Annotated[OutcomeForm, Form()]) -> Response:
    """They did not come; the next step is another meeting."""
    return await _finish(visit, meeting_id, form, "no_show", "no_show")


@router.post("/deals/{deal_id}/meetings/{meeting_id}/cancel", dependencies=STAFF)
async def cancel(visit: Here, meeting_id: Id, form: Annotated[OutcomeForm, Form()]) -> Response:
    """Its time is free again, and they are told."""

    async def act() -> str:
        body = body_of(Cancelled, note=form.note.strip() or None, message_to_customer=form.message.strip() or None)
        await cancel_meeting(visit.conn, meeting_id, visit.who, body.note, body.message_to_customer)
        return "cancelled"

    return await attempt(visit, "cancel", form, act)


@router.post("/deals/{deal_id}/meetings/{meeting_id}/give", dependencies=STAFF)
async def give(visit: Here, meeting_id: Id, form: Annotated[GiveForm, Form()]) -> Response:
    """A colleague comes to the meeting; the deal stays its owner's."""

    async def act() -> str:
        body = body_of(MeetingFor, manager=form.manager, outside_hours=bool(form.outside_hours))
        await assign_meeting(visit.conn, meeting_id, visit.who, body)
        return "given"

    return await attempt(visit, "give", form, act)


@router.get("/meetings/{meeting_id}.ics", dependencies=STAFF)
async def ics(meeting_id: Id, conn: Conn, who: Who) -> Response:
    """The meeting for one's own calendar."""
    headers = {"Content-Disposition": f'attachment; filename="meeting-{meeting_id}.ics"', "Cache-Control": "no-store"}
    text = await calendar_entry(conn, meeting_id, who)
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)
