"""The calling window in the lead's own time: weekday, hours, public holidays. DST-proof.

All instants are aware UTC datetimes. A local wall time that does not exist (the hour skipped in spring) or exists
twice is resolved by going through UTC, so an answer is always a real instant.

A lead whose zone is not known has several, with commas between: it may be called only while it is open in each of them.
Without any it may be anywhere, and anywhere there is no such hour.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.chassis.business_time import is_public_holiday
from services.lead_gen.domain.policy import HOME_ZONE, Policy

# Nobody stays closed for longer; a policy without a calling day in this span is wrong itself.
SEARCH_DAYS = 60
MIDDAY = time(13, 0)
# Clocks all around the world: it is never day for all of them.
_ANYWHERE = tuple(f"Etc/GMT{hours:+d}" for hours in range(-14, 13, 2))


class NoCallingDayError(Exception):
    """The policy leaves no calling day within two months."""


def is_calling_day(policy: Policy, day: date) -> bool:
    """A weekday of the policy that is no public holiday."""
    return day.weekday() in policy.weekdays and not is_public_holiday(policy.holidays_of, day)


def zones_in(timezone: str) -> list[str]:
    """The zones that a lead may be in: one that is known, or those that are possible."""
    return timezone.split(",") if timezone else list(_ANYWHERE)


def clock_of(timezone: str) -> ZoneInfo:
    """The clock by which times are told: the lead's own, or the house's while the lead's is not known."""
    return ZoneInfo(timezone if is_known(timezone) else HOME_ZONE)


def is_known(timezone: str) -> bool:
    """Is this one zone?"""
    return bool(timezone) and "," not in timezone


def is_open(policy: Policy, timezone: str, instant: datetime) -> bool:
    """May this lead be called at this instant?"""
    return policy.always_open or all(_is_open_in(policy, zone, instant) for zone in zones_in(timezone))


def _is_open_in(policy: Policy, zone: str, instant: datetime) -> bool:
    local = instant.astimezone(ZoneInfo(zone))
    return is_calling_day(policy, local.date()) and policy.opens <= local.time() < policy.closes


def next_open(policy: Policy, timezone: str, instant: datetime) -> datetime:
    """The first instant at or after `instant` at which this lead may be called. Raises NoCallingDayError."""
    at, zones = instant, zones_in(timezone)
    while not is_open(policy, timezone, at):
        at = max(_opens_in(policy, zone, at) for zone in zones)
        if at - instant > timedelta(days=SEARCH_DAYS):
            raise NoCallingDayError(f"No calling hour within {SEARCH_DAYS} days")
    return at


def next_open_if_any(policy: Policy, timezone: str, instant: datetime) -> datetime | None:
    """The same; None for a lead that may not be called at any hour: it waits until its place is known."""
    try:
        return next_open(policy, timezone, instant)
    except NoCallingDayError:
        return None


def _opens_in(policy: Policy, timezone: str, instant: datetime) -> datetime:
    if _is_open_in(policy, timezone, instant):
        return instant
    zone = ZoneInfo(timezone)
    first = instant.astimezone(zone).date()
    for offset in range(SEARCH_DAYS):
        day = first + timedelta(days=offset)
        opening = local_instant(day, policy.opens, zone)
        if is_calling_day(policy, day) and opening >= instant and _is_open_in(policy, timezone, opening):
            return opening
    raise NoCallingDayError(f"No calling day within {SEARCH_DAYS} days")


def open_hours(policy: Policy, timezone: str, start: datetime, end: datetime) -> float:
    """Hours between two instants at which the window is open."""
    if policy.always_open:
        return max(0.0, (end - start).total_seconds() / 3600)
    zone = ZoneInfo(timezone)
    day, last, total = start.astimezone(zone).date(), end.astimezone(zone).date(), 0.0
    while day <= last:
        if is_calling_day(policy, day):
            opens, closes = local_instant(day, policy.opens, zone), local_instant(day, policy.closes, zone)
            total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
        day += timedelta(days=1)
    return total / 3600


def other_part_of_day(policy: Policy, timezone: str, last: datetime, planned: datetime) -> datetime:
    """Move a call on another day than the last one into the other half of the day: before or after 13:00."""
    if not is_known(timezone):
        return planned
    zone = ZoneInfo(timezone)
    before, after = last.astimezone(zone), planned.astimezone(zone)
    if before.date() == after.date() or (before.time() < MIDDAY) != (after.time() < MIDDAY):
        return planned
    wanted = MIDDAY if before.time() < MIDDAY else policy.opens
    return next_open(policy, timezone, max(last, local_instant(after.date(), wanted, zone)))


def local_instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant at which a clock there shows this time on this day."""
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)
