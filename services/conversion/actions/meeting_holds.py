"""A caller keeps a time free while the lead is on the phone, with the manager whom routing will choose."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict, Invalid, NotFound
from services.chassis.events import publish
from services.chassis.sentences import said
from services.chassis.webhooks import announce
from services.conversion.actions.deals import now
from services.conversion.actions.invitations import invite
from services.conversion.actions.meeting_slots import (
    as_json,
    find_slots,
    managers_for_lead,
    read_diaries,
    slots_for_lead,
)
from services.conversion.domain.deals import Deal
from services.conversion.domain.meetings import Meeting
from services.conversion.domain.policy import Policy
from services.conversion.domain.routing import Wanted
from services.conversion.domain.slots import on_grid
from services.conversion.repository import deals, managers, meetings, timeline
from services.conversion.repository.policies import policies
from services.conversion.schemas.meeting_holds import NewHold
from services.conversion.schemas.webhooks import MeetingBooked

_OFFERED = 12
_HORIZON = timedelta(days=14)


async def hold_time(conn: Connection, asked: NewHold, who: Principal) -> Meeting:
    """Keep a time free for a lead; an earlier one of the same lead is given back.

    Raises Invalid on `starts_at`, Conflict `double_booked` with `free_slots` when nobody has time then.
    """
    policy = await policies.rules(conn)
    lead_id, starts_at = asked.lead_id, asked.starts_at
    length = timedelta(minutes=asked.duration_minutes or policy.meeting_minutes)
    wanted = Wanted(language=asked.language, segment=asked.segment, region=asked.region)
    if starts_at <= now():
        raise Invalid("must be in the future", field="starts_at")
    if on_grid(starts_at) != starts_at:
        raise Invalid("must be a quarter of an hour, as the slots are", field="starts_at")
    await managers.lock_routing(conn)
    await meetings.free_reserved(conn, lead_id)
    latest = await deals.lock_latest(conn, lead_id)
    if latest is not None and latest.last_owner:
        wanted = Wanted(**{**vars(wanted), "sticky": latest.last_owner})
    ends_at = starts_at + length
    for manager in await managers_for_lead(conn, wanted, policy):
        if not await find_slots(conn, policy, manager, starts_at, ends_at, length, 1):
            continue
        try:
            held = await meetings.reserve(
                conn, lead_id=lead_id, manager=manager, starts_at=starts_at, ends_at=ends_at,
                expires_at=min(starts_at, now() + policy.hold_for), by=who.person,
            )  # fmt: skip
        except meetings.DoubleBooked:
            continue
        await publish(conn, "meeting.held", meeting_id=held.id, lead_id=lead_id)
        return held
    start = max(on_grid(now()), starts_at - timedelta(hours=4))
    free = await slots_for_lead(conn, wanted, policy, start, start + _HORIZON, length, _OFFERED)
    raise Conflict(
        "nobody has time then", code="double_booked", field="starts_at", detail={"free_slots": as_json(free)}
    )


async def release_hold(conn: Connection, lead_id: str) -> None:
    """Give the time back that is kept free for a lead. Raises NotFound."""
    if not await meetings.free_reserved(conn, lead_id):
        raise NotFound("no time is kept free for this lead")
    await publish(conn, "meeting.changed", lead_id=lead_id, state="cancelled")


async def confirm_hold(conn: Connection, deal: Deal, owner: str, policy: Policy) -> Meeting | None:
    """The time that was kept free for this lead becomes a meeting with the manager who took it; none if there is none.

    If they are taken then, or not at work, the time is given back and the timeline says so.
    """
    held = await meetings.reserved_for(conn, deal.lead_id)
    if held is None:
        return None
    if held.starts_at <= now():
        await meetings.free_reserved(conn, deal.lead_id)
        return None
    meeting = await _confirmed(conn, deal, held, owner, policy)
    if meeting is None:
        await meetings.free_reserved(conn, deal.lead_id)
        text = said(f"{owner} has no time at the hour that was agreed on the phone: agree on another one")
        await timeline.add(conn, deal.id, at=now(), by="policy", kind="meeting_cancelled", text=text)
        return None
    text = said(f"meeting with {owner} as agreed on the phone")
    await timeline.add(
        conn, deal.id, at=now(), by=held.created_by, kind="meeting_booked", text=text,
        data={"meeting_id": meeting.id, "starts_at": meeting.starts_at, "ends_at": meeting.ends_at},
    )  # fmt: skip
    await invite(conn, meeting, deal, policy, "booked")
    await publish(conn, "meeting.changed", meeting_id=meeting.id, deal_id=deal.id, state="booked")
    await announce(conn, MeetingBooked.of(deal, meeting), key=meeting.id, at=now())
    return meeting


async def _confirmed(conn: Connection, deal: Deal, held: Meeting, owner: str, policy: Policy) -> Meeting | None:
    diary = (await read_diaries(conn, policy, [owner], held.starts_at, held.ends_at))[owner]
    if diary.off_work(held.starts_at, held.ends_at) is not None:
        return None
    try:
        return await meetings.confirm(conn, held.id, deal.id, owner)
    except meetings.DoubleBooked:
        return None


async def free_holds(pool: Pool) -> int:
    """A periodic job: give back times kept free for leads that were never handed over; how many."""
    async with pool.acquire() as conn:
        freed = await meetings.free_reserved(conn)
        if freed:
            await publish(conn, "meeting.changed", state="cancelled")
        return freed
