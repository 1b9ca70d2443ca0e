"""Meetings: booked into the manager's calendar, moved, cancelled, held or missed."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from services.chassis.auth import Principal
from services.chassis.contacts.masks import mask_card
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.sentences import said
from services.chassis.webhooks import announce
from services.conversion.actions.deals import Step, check_owner, now, owns, policy_of, take_step
from services.conversion.actions.invitations import entry_of, invite, propose_other_times, withdraw_invitations
from services.conversion.actions.meeting_slots import as_json, check_at_work, slots_near
from services.conversion.actions.teams import deal_seen
from services.conversion.documents.meeting_mail import Change
from services.conversion.domain import stages
from services.conversion.domain.deals import Deal
from services.conversion.domain.meetings import (
    Booking,
    Meeting,
    MeetingState,
    after_missed,
    check_ahead,
    check_begun,
    check_time,
)
from services.conversion.domain.policy import Policy, StepKind
from services.conversion.repository import meetings, timeline
from services.conversion.schemas.meetings import NewMeeting, NewTime
from services.conversion.schemas.webhooks import MeetingBooked
from workflows.contracts.conversion import Stage

_NOT_CLOSED = stages.WORKED | {Stage.OFFERED, Stage.WON}


async def book_meeting(conn: Connection, deal: Deal, who: Principal, asked: NewMeeting) -> Meeting:
    """Book a meeting of the deal's owner; without an end or a length it lasts as long as the policy says.

    Raises Invalid by field, Conflict with free slots: `double_booked`, and `outside_hours` unless that is confirmed.
    """
    policy = await policy_of(conn, deal)
    new = Booking(
        deal_id=deal.id, manager=deal.owner or who.person, starts_at=asked.starts_at,
        ends_at=asked.end(policy.meeting_minutes), kind=asked.kind, place=asked.place, created_by=who.person,
        message_to_customer=asked.message_to_customer,
    )  # fmt: skip
    check_time(new.starts_at, new.ends_at, now())
    if not asked.outside_hours:
        await check_at_work(conn, policy, new.manager, new.starts_at, new.ends_at)
    try:
        meeting = await meetings.add(conn, new)
    except meetings.DoubleBooked:
        await refuse_double(conn, policy, new.manager, new.starts_at, new.ends_at)
    await meetings.free_reserved(conn, deal.lead_id)
    await _moved_to(conn, deal, who, meeting, "meeting booked", "booked")
    await announce(conn, MeetingBooked.of(deal, meeting), key=meeting.id, at=now())
    return meeting


async def reschedule_meeting(conn: Connection, meeting_id: str, who: Principal, asked: NewTime) -> Meeting:
    """Move a booked meeting; without an end it lasts as long as before. To the time that it has, nothing happens.

    One to which nobody came as yet is the deal's owner's then. Raises like `book_meeting`, and Conflict `wrong_state`
    or `meeting_over` if it cannot be moved any more.
    """
    meeting, deal = await booked_meeting(conn, meeting_id, who)
    stages.require(deal.stage, stages.WORKED)
    check_ahead(meeting, now())
    starts_at, ends_at = asked.starts_at, asked.ends_at or asked.starts_at + (meeting.ends_at - meeting.starts_at)
    if (starts_at, ends_at) == (meeting.starts_at, meeting.ends_at) and meeting.needs_person is None:
        if asked.message_to_customer:
            raise Invalid("is the time that the meeting has", field="starts_at")
        return meeting
    check_time(starts_at, ends_at, now())
    manager = (deal.owner if meeting.needs_person else None) or meeting.manager
    policy = await policy_of(conn, deal)
    if not asked.outside_hours:
        await check_at_work(conn, policy, manager, starts_at, ends_at)
    try:
        moved = await meetings.move(conn, meeting.id, manager, starts_at, ends_at, asked.message_to_customer)
    except meetings.DoubleBooked:
        await refuse_double(conn, policy, manager, starts_at, ends_at)
    if (starts_at, ends_at) != (meeting.starts_at, meeting.ends_at):
        await _moved_to(conn, deal, who, moved, "meeting moved", "moved")
        return moved
    told = moved.manager != meeting.manager or asked.message_to_customer is not None
    await _moved_to(conn, deal, who, moved, "meeting kept", "reassigned", customer_too=told)
    return moved


async def cancel_meeting(
    conn: Connection, meeting_id: str, who: Principal, note: str | None, message: str | None
) -> Meeting:
    """Call a meeting off. The customer gets `message` with the cancellation, and never reads `note`.

    Raises Conflict `wrong_state` if it is not booked any more or the deal is lost, `meeting_over`.
    """
    meeting, deal = await booked_meeting(conn, meeting_id, who)
    stages.require(deal.stage, _NOT_CLOSED)
    check_ahead(meeting, now())
    meeting = await _close(conn, meeting, deal, "cancelled", note, message)
    await invite(conn, meeting, deal, await policy_of(conn, deal), "cancelled")
    await _note(conn, meeting, deal, who, said("meeting cancelled"), missed=0)
    return meeting


async def finish_meeting(
    conn: Connection, meeting_id: str, who: Principal, state: MeetingState, note: str | None
) -> Meeting:
    """Write down that a meeting was held, or missed by the customer; `note` is for colleagues.

    Whoever came to it may do so too. Of a deal that is over only the record changes. Raises Conflict `wrong_state` if
    it is not booked any more, `too_early` before it has begun.
    """
    meeting, deal = await booked_meeting(conn, meeting_id, who, or_who_comes=True)
    check_begun(meeting, now())
    meeting = await _close(conn, meeting, deal, state, note, None)
    worked, is_missed = deal.stage in stages.WORKED, state == "no_show"
    missed = await _missed(conn, meeting, deal, await policy_of(conn, deal)) if worked and is_missed else 0
    what = said("customer missed the meeting") if is_missed else said("meeting held")
    await _note(conn, meeting, deal, who, what, missed=missed)
    return meeting


async def calendar_entry(conn: Connection, meeting_id: str, who: Principal) -> bytes:
    """The meeting as an iCalendar file; to whoever may not act on its deal, numbers are masked. Raises NotFound."""
    meeting = await meetings.get(conn, meeting_id)
    deal = await deal_seen(conn, await meetings.deal_id_of(conn, meeting_id), who)
    contact = deal.contact if owns(deal, who) else mask_card(deal.contact)
    return await entry_of(conn, meeting, deal, await policy_of(conn, deal), contact)


async def _close(
    conn: Connection, meeting: Meeting, deal: Deal, state: MeetingState, note: str | None, message: str | None
) -> Meeting:
    closed = await meetings.close(conn, meeting.id, state, note, message)
    await withdraw_invitations(conn, closed)
    await publish(conn, "meeting.changed", meeting_id=closed.id, deal_id=deal.id, state=state)
    return closed


async def _note(conn: Connection, meeting: Meeting, deal: Deal, who: Principal, what: str, *, missed: int) -> None:
    """What became of a meeting is the deal's next entry, and its next step as long as it is worked."""
    text = f"{what}: {meeting.note}" if meeting.note else what
    if deal.stage not in stages.WORKED:
        await timeline.add(conn, deal.id, at=now(), by=who.person, kind=f"meeting_{meeting.state}", text=text)
        return
    held, policy = meeting.state == "held", await policy_of(conn, deal)
    step = Step(
        kind=f"meeting_{meeting.state}",
        what=what,
        text=text,
        next_action=said("make an offer") if held else after_missed(missed),
        next_action_at=policy.next_step(StepKind.MEETING_HELD if held else StepKind.MEETING_FAILED, now()),
        data={"meeting_id": meeting.id, **({"missed": missed} if missed else {})},
    )
    await take_step(conn, deal, who, step)


async def _missed(conn: Connection, meeting: Meeting, deal: Deal, policy: Policy) -> int:
    """How often the customer has not come. The first time, other times are proposed by mail."""
    missed = sum(other.state == "no_show" for other in await meetings.of_deal(conn, deal.id))
    if missed == 1:
        await propose_other_times(conn, meeting, deal, policy)
    return missed


async def booked_meeting(
    conn: Connection, meeting_id: str, who: Principal, *, or_who_comes: bool = False
) -> tuple[Meeting, Deal]:
    """A meeting that this person may change (or to which they come), with its deal, locked.

    Raises NotFound, Forbidden `not_owner`, Conflict `wrong_state`.
    """
    deal = await deal_seen(conn, await meetings.deal_id_of(conn, meeting_id), who, lock=True)
    meeting = await meetings.get(conn, meeting_id)
    if not (or_who_comes and meeting.manager == who.person and meeting.needs_person is None):
        check_owner(deal, who)
    if meeting.state != "booked":
        raise Conflict(f"this meeting is {meeting.state}", code="wrong_state", detail={"state": meeting.state})
    return meeting, deal


async def _moved_to(
    conn: Connection, deal: Deal, who: Principal, meeting: Meeting, what: str, change: Change, *,
    customer_too: bool = True,
) -> None:  # fmt: skip
    await invite(conn, meeting, deal, await policy_of(conn, deal), change, customer_too=customer_too)
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


async def refuse_double(
    conn: Connection, policy: Policy, manager: str, starts_at: datetime, ends_at: datetime
) -> NoReturn:
    """Raise Conflict `double_booked` with free slots."""
    slots = await slots_near(conn, policy, manager, starts_at, ends_at)
    raise Conflict(
        "the manager has another meeting at that time",
        code="double_booked",
        field="starts_at",
        detail={"free_slots": as_json(slots)},
    )
