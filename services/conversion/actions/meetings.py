"""Meetings: booked into the manager's calendar, moved, cancelled, held or missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NoReturn

from services.chassis.auth import Principal
from services.chassis.contacts.masks import mask_card
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.conversion.actions.deals import Step, check_owner, now, owns, policy_of, take_step
from services.conversion.actions.invitations import invite, propose_other_times, withdraw_invitations
from services.conversion.actions.meeting_holds import as_json
from services.conversion.actions.meeting_slots import find_slots
from services.conversion.actions.teams import deal_seen
from services.conversion.documents.calendar_file import calendar_file
from services.conversion.documents.meeting_mail import Change
from services.conversion.domain import stages
from services.conversion.domain.deals import Deal
from services.conversion.domain.meetings import Booking, Meeting, MeetingState, after_missed, check_time
from services.conversion.domain.policy import Policy, StepKind
from services.conversion.domain.slots import on_grid
from services.conversion.repository import deals, meetings, timeline
from services.conversion.schemas.meetings import NewMeeting
from workflows.contracts.conversion import Stage

_OFFERED_SLOTS = 6
_SLOT_HORIZON = timedelta(days=14)


async def book_meeting(conn: Connection, deal: Deal, who: Principal, asked: NewMeeting) -> Meeting:
    """Book a meeting of the deal's owner; without an end or a length it lasts as long as the policy says.

    Raises Invalid by field, Conflict `double_booked` with free slots.
    """
    policy = await policy_of(conn, deal)
    new = Booking(
        deal_id=deal.id, manager=deal.owner or who.person, starts_at=asked.starts_at,
        ends_at=asked.end(policy.meeting_minutes), kind=asked.kind, place=asked.place, created_by=who.person,
    )  # fmt: skip
    check_time(new.starts_at, new.ends_at, now())
    try:
        meeting = await meetings.add(conn, new)
    except meetings.DoubleBooked:
        await _refuse(conn, policy, new.manager, new.starts_at, new.ends_at)
    await meetings.free_reserved(conn, deal.lead_id)
    await _moved_to(conn, deal, who, meeting, "meeting booked", "booked")
    return meeting


async def reschedule_meeting(
    conn: Connection, meeting_id: str, who: Principal, starts_at: datetime, ends_at: datetime | None
) -> Meeting:
    """Move a booked meeting; without `ends_at` it lasts as long as before.

    Raises like `book_meeting`, and Conflict `wrong_state` if it is not booked any more.
    """
    meeting, deal = await _booked(conn, meeting_id, who)
    ends_at = ends_at or starts_at + (meeting.ends_at - meeting.starts_at)
    stages.require(deal.stage, stages.WORKED)
    check_time(starts_at, ends_at, now())
    try:
        meeting = await meetings.move(conn, meeting.id, starts_at, ends_at)
    except meetings.DoubleBooked:
        await _refuse(conn, await policy_of(conn, deal), meeting.manager, starts_at, ends_at)
    await _moved_to(conn, deal, who, meeting, "meeting moved", "moved")
    return meeting


async def finish_meeting(
    conn: Connection, meeting_id: str, who: Principal, state: MeetingState, note: str | None
) -> Meeting:
    """Write down that a meeting was held, missed by the customer, or cancelled.

    Of a deal that is over only the record changes. Raises Conflict `wrong_state` if it is not booked any more.
    """
    meeting, deal = await _booked(conn, meeting_id, who)
    meeting = await meetings.close(conn, meeting.id, state, note)
    await withdraw_invitations(conn, meeting)
    await publish(conn, "meeting.changed", meeting_id=meeting.id, deal_id=deal.id, state=state)
    what = {"held": "meeting held", "no_show": "customer missed the meeting"}.get(state, "meeting cancelled")
    text = f"{what}: {note}" if note else what
    policy = await policy_of(conn, deal)
    if state == "cancelled":
        await invite(conn, meeting, deal, policy, "cancelled")
    if deal.stage not in stages.WORKED:
        await timeline.add(conn, deal.id, at=now(), by=who.person, kind=f"meeting_{state}", text=text)
        return meeting
    missed = await _missed(conn, meeting, deal, policy) if state == "no_show" else 0
    held = state == "held"
    step = Step(
        kind=f"meeting_{state}",
        what=what,
        text=text,
        next_action="make an offer" if held else after_missed(missed),
        next_action_at=policy.next_step(StepKind.MEETING_HELD if held else StepKind.MEETING_FAILED, now()),
        data={"meeting_id": meeting.id, **({"missed": missed} if missed else {})},
    )
    await take_step(conn, deal, who, step)
    return meeting


async def calendar_entry(conn: Connection, meeting_id: str, who: Principal) -> bytes:
    """The meeting as an iCalendar file; to whoever may not act on its deal, numbers are masked. Raises NotFound."""
    meeting = await meetings.get(conn, meeting_id)
    deal = await deal_seen(conn, await meetings.deal_id_of(conn, meeting_id), who)
    return calendar_file(meeting, deal.contact if owns(deal, who) else mask_card(deal.contact))


async def _missed(conn: Connection, meeting: Meeting, deal: Deal, policy: Policy) -> int:
    """How often the customer has not come. The first time, other times are proposed by mail."""
    missed = sum(other.state == "no_show" for other in await meetings.of_deal(conn, deal.id))
    if missed == 1:
        await propose_other_times(conn, meeting, deal, policy)
    return missed


async def hand_meetings_over(conn: Connection, deal: Deal, manager: str) -> list[Meeting]:
    """Give a deal's coming meetings to its new manager; those at a time when they have another one are cancelled.

    The meetings that were cancelled: the first thing to do is to agree on other times.
    """
    cancelled = []
    for meeting in await meetings.of_deal(conn, deal.id):
        if meeting.state != "booked" or meeting.manager == manager or meeting.starts_at <= now():
            continue
        try:
            kept = await meetings.give(conn, meeting.id, manager)
        except meetings.DoubleBooked:
            kept = await meetings.close(conn, meeting.id, "cancelled", "the new manager has another meeting then")
            cancelled.append(kept)
        change: Change = "moved" if kept.state == "booked" else "cancelled"
        await invite(conn, kept, deal, await policy_of(conn, deal), change)
        await publish(conn, "meeting.changed", meeting_id=kept.id, deal_id=deal.id, state=kept.state)
    if cancelled:
        text = "the new manager has no time at the agreed hour: agree on another time"
        await timeline.add(conn, deal.id, at=now(), by="policy", kind="meeting_cancelled", text=text)
        await deals.update(conn, deal.id, next_action="agree on another time for the meeting")
    return cancelled


async def _booked(conn: Connection, meeting_id: str, who: Principal) -> tuple[Meeting, Deal]:
    deal = await deal_seen(conn, await meetings.deal_id_of(conn, meeting_id), who, lock=True)
    check_owner(deal, who)
    meeting = await meetings.get(conn, meeting_id)
    if meeting.state != "booked":
        raise Conflict(f"this meeting is {meeting.state}", code="wrong_state", detail={"state": meeting.state})
    return meeting, deal


async def _moved_to(conn: Connection, deal: Deal, who: Principal, meeting: Meeting, what: str, change: Change) -> None:
    await invite(conn, meeting, deal, await policy_of(conn, deal), change)
    await publish(conn, "meeting.changed", meeting_id=meeting.id, deal_id=deal.id, state=meeting.state)
    step = Step(
        kind="meeting_booked",
        what=what,
        towards=Stage.MEETING,
        next_action="meeting",
        next_action_at=meeting.ends_at,
        data={"meeting_id": meeting.id, "starts_at": meeting.starts_at, "ends_at": meeting.ends_at},
    )
    await take_step(conn, deal, who, step)


async def _refuse(conn: Connection, policy: Policy, manager: str, starts_at: datetime, ends_at: datetime) -> NoReturn:
    length = ends_at - starts_at
    start = max(now(), starts_at - timedelta(hours=4))
    slots = await find_slots(conn, policy, manager, on_grid(start), start + _SLOT_HORIZON, length, _OFFERED_SLOTS)
    raise Conflict(
        "the manager has another meeting at that time",
        code="double_booked",
        field="starts_at",
        detail={"free_slots": as_json(slots)},
    )
