"""Free time of managers: their own working hours, or the tier's, minus meetings, absences and what is kept free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.conversion.actions.deals import now
from services.conversion.actions.routing import candidates
from services.conversion.domain.diaries import Diary
from services.conversion.domain.meetings import Meeting
from services.conversion.domain.policy import Policy
from services.conversion.domain.routing import PASSING, Candidate, Wanted, in_turn, refusal
from services.conversion.domain.slots import Stretch, free_slots, on_grid
from services.conversion.repository import managers, meetings

_ASKED = 10
"""Managers whose calendars are read for one lead."""
_MOST_SLOTS = 500
_OFFERED = 6
_LOOK_BACK = timedelta(hours=4)
_HORIZON = timedelta(days=14)


@dataclass(frozen=True)
class TimesAsked:
    """Whose free time is wanted, and when: of one manager, or without one of all to whom such a lead may go.

    From `start` (now, if not given) for so many `days`, in slots of `minutes` (the policy's length, if not given).
    """

    manager: str | None
    lead: Wanted
    start: datetime | None
    days: int
    minutes: int | None


async def free_times(conn: Connection, policy: Policy, asked: TimesAsked) -> list[Stretch]:
    """Free slots as they were asked for, none in the past, at most 500."""
    at = now()
    begin, end = on_grid(max(asked.start or at, at)), (asked.start or at) + timedelta(days=asked.days)
    if begin >= end:
        return []
    length = timedelta(minutes=asked.minutes or policy.meeting_minutes)
    if asked.manager is None:
        return await slots_for_lead(conn, asked.lead, policy, begin, end, length, _MOST_SLOTS)
    return await find_slots(conn, policy, asked.manager, begin, end, length, _MOST_SLOTS)


async def held_for(conn: Connection, lead_id: str) -> Meeting | None:
    """The time that is kept free for this lead at this moment, or none."""
    held = await meetings.reserved_for(conn, lead_id)
    return held if held is not None and held.expires_at is not None and held.expires_at > now() else None


async def managers_for_lead(conn: Connection, wanted: Wanted, policy: Policy) -> list[str]:
    """Managers to whom this lead may go, whoever's turn it is first; being off duty now does not matter."""

    def fits(who: Candidate) -> bool:
        return who.active and refusal(who, wanted) in {None, *PASSING}

    found = [who for who in await candidates(conn, policy, now()) if fits(who)]
    return [who.id for who in in_turn(found, wanted.sticky)][:_ASKED]


async def slots_for_lead(
    conn: Connection, wanted: Wanted, policy: Policy, start: datetime, end: datetime, length: timedelta, most: int
) -> list[Stretch]:
    """Times at which any manager to whom the lead may go is free, the earliest first."""
    found: set[Stretch] = set()
    for manager in await managers_for_lead(conn, wanted, policy):
        found.update(await find_slots(conn, policy, manager, start, end, length, most))
    return sorted(found)[:most]


async def find_slots(
    conn: Connection, policy: Policy, manager: str, start: datetime, end: datetime, length: timedelta, most: int
) -> list[Stretch]:
    """Free slots of a manager between two moments."""
    known = await managers.find(conn, manager)
    calendar = (known.hours if known else None) or policy.calendar
    booked = await meetings.busy(conn, manager, start, end)
    return free_slots(calendar, booked, start=start, end=end, length=length, most=most)


async def read_diaries(
    conn: Connection, policy: Policy, manager_ids: Sequence[str], start: datetime, end: datetime
) -> dict[str, Diary]:
    """The diaries of these managers for a time; of somebody who is no manager, the tier's hours."""
    known = {one.id: one for one in await managers.named(conn, manager_ids)}
    away: dict[str, list[Stretch]] = defaultdict(list)
    taken: dict[str, list[Stretch]] = defaultdict(list)
    for manager, is_away, stretch in await meetings.engagements(conn, manager_ids, start, end):
        (away if is_away else taken)[manager].append(stretch)
    return {
        one: Diary(
            name=known[one].name if one in known else one,
            active=one not in known or known[one].active,
            hours=(known[one].hours if one in known else None) or policy.calendar,
            away=away[one],
            taken=taken[one],
        )
        for one in manager_ids
    }


async def check_at_work(conn: Connection, policy: Policy, manager: str, starts_at: datetime, ends_at: datetime) -> None:
    """Raise Conflict `outside_hours` with `free_slots` unless the manager is at work then."""
    diary = (await read_diaries(conn, policy, [manager], starts_at, ends_at))[manager]
    why = diary.off_work(starts_at, ends_at)
    if why is not None:
        free = await slots_near(conn, policy, manager, starts_at, ends_at)
        raise Conflict(
            f"{diary.in_words(why)}: choose another time, or confirm that they come all the same",
            code="outside_hours",
            field="starts_at",
            detail={"why": why, "confirm_with": "outside_hours", "free_slots": as_json(free)},
        )


async def slots_near(
    conn: Connection, policy: Policy, manager: str, starts_at: datetime, ends_at: datetime
) -> list[Stretch]:
    """A few free slots to offer instead of a time that does not do."""
    start = on_grid(max(now(), starts_at - _LOOK_BACK))
    return await find_slots(conn, policy, manager, start, start + _HORIZON, ends_at - starts_at, _OFFERED)


def as_json(slots: Sequence[Stretch]) -> list[dict[str, str]]:
    """Slots in UTC, spelt as in every other answer."""
    return [{"starts_at": _zulu(opens), "ends_at": _zulu(closes)} for opens, closes in slots]


def _zulu(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
