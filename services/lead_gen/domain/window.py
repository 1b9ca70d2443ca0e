"""The calling window in the lead's own time: weekday, hours, public holidays. DST-proof.

All instants are aware UTC datetimes. A local wall time that does not exist (the hour skipped in spring) or exists
twice is resolved by going through UTC, so an answer is always a real instant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.chassis.business_time import is_public_holiday
from services.chassis.countries import country_of_zone
from services.lead_gen.domain.policy import Policy

# Nobody stays closed for longer; a policy without a calling day in this span is wrong itself.
SEARCH_DAYS = 60
MIDDAY = time(13, 0)


class NoCallingDayError(Exception):
    """The policy leaves no calling day within two months."""


def is_calling_day(policy: Policy, timezone: str, day: date) -> bool:
    """A weekday of the policy on which neither the house is closed nor the lead's own country has a public holiday."""
    if day.weekday() not in policy.weekdays or day in policy.closed_days:
        return False
    if policy.holidays_of is None:
        return True
    country = country_of_zone(timezone) or policy.holidays_of
    return not is_public_holiday(country, day, observed=policy.observed)


def is_open(policy: Policy, timezone: str, instant: datetime) -> bool:
    """May this lead be called at this instant?"""
    if policy.always_open:
        return True
    local = instant.astimezone(ZoneInfo(timezone))
    return is_calling_day(policy, timezone, local.date()) and policy.opens <= local.time() < policy.closes


def next_open(policy: Policy, timezone: str, instant: datetime) -> datetime:
    """The first instant at or after `instant` at which this lead may be called. Raises NoCallingDayError."""
    if is_open(policy, timezone, instant):
        return instant
    zone = ZoneInfo(timezone)
    first = instant.astimezone(zone).date()
    for offset in range(SEARCH_DAYS):
        day = first + timedelta(days=offset)
        opening = local_instant(day, policy.opens, zone)
        if is_calling_day(policy, timezone, day) and opening >= instant and is_open(policy, timezone, opening):
            return opening
    raise NoCallingDayError(f"No calling day within {SEARCH_DAYS} days")


def open_hours(policy: Policy, timezone: str, start: datetime, end: datetime) -> float:
    """Hours between two instants at which the window is open."""
    if policy.always_open:
        return max(0.0, (end - start).total_seconds() / 3600)
    zone = ZoneInfo(timezone)
    day, last, total = start.astimezone(zone).date(), end.astimezone(zone).date(), 0.0
    while day <= last:
        if is_calling_day(policy, timezone, day):
            opens, closes = local_instant(day, policy.opens, zone), local_instant(day, policy.closes, zone)
            total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
        day += timedelta(days=1)
    return total / 3600


def other_part_of_day(policy: Policy, timezone: str, last: datetime, planned: datetime) -> datetime:
    """Move a call on another day than the last one into the other half of the day: before or after 13:00."""
    zone = ZoneInfo(timezone)
    before, after = last.astimezone(zone), planned.astimezone(zone)
    if before.date() == after.date() or (before.time() < MIDDAY) != (after.time() < MIDDAY):
        return planned
    wanted = MIDDAY if before.time() < MIDDAY else policy.opens
    return next_open(policy, timezone, max(last, local_instant(after.date(), wanted, zone)))


def local_instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant at which a clock there shows this time on this day."""
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)
