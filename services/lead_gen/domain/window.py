"""The calling window in the lead's own time: weekday, hours, public holidays. DST-proof.

All instants are aware UTC datetimes. A local wall time that does not exist (the hour skipped in spring) or exists
twice is resolved by going through UTC, so an answer is always a real instant.

A lead whose zone is not known has several, with commas between: it may be called only while it is open in each of them.
Without any it may be anywhere, and anywhere there is no such hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.chassis.business_time import first_in_every, is_public_holiday
from services.chassis.countries import country_of_zone
from services.lead_gen.domain.policy import HOME_ZONE, Policy

# Nobody stays closed for longer; a policy without a calling day in this span is wrong itself.
SEARCH_DAYS = 60
MIDDAY = time(13, 0)
# Clocks all around the world: it is never day for all of them.
_ANYWHERE = tuple(f"Etc/GMT{hours:+d}" for hours in range(-14, 13, 2))

Span = tuple[datetime, datetime]
"""From (included) until (excluded)."""


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
    return is_calling_day(policy, zone, local.date()) and policy.opens <= local.time() < policy.closes


def next_open(policy: Policy, timezone: str, instant: datetime) -> datetime:
    """The first instant at or after `instant` at which this lead may be called. Raises NoCallingDayError."""
    if policy.always_open:
        return instant
    within = timedelta(days=SEARCH_DAYS)
    at = first_in_every(zones_in(timezone), instant, lambda zone, since: _opens_in(policy, zone, since), within)
    if at is None:
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
        if is_calling_day(policy, timezone, day) and opening >= instant and _is_open_in(policy, timezone, opening):
            return opening
    raise NoCallingDayError(f"No calling day within {SEARCH_DAYS} days")


def open_hours(policy: Policy, timezone: str, start: datetime, end: datetime) -> float:
    """Hours between two instants at which the window is open."""
    return hours_in(open_spans(policy, timezone, start, end))


def open_spans(policy: Policy, timezone: str, start: datetime, end: datetime) -> Iterator[Span]:
    """The stretches between two instants at which the window is open, in order; of several zones, in all of them."""
    if policy.always_open:
        yield start, max(start, end)
        return
    first, *others = zones_in(timezone)
    spans = list(_open_spans_in(policy, first, start, end))
    for zone in others:
        spans = [shared for span in spans for shared in _open_spans_in(policy, zone, *span)]
    yield from spans


def _open_spans_in(policy: Policy, timezone: str, start: datetime, end: datetime) -> Iterator[Span]:
    zone = ZoneInfo(timezone)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        if is_calling_day(policy, timezone, day):
            opens, closes = local_instant(day, policy.opens, zone), local_instant(day, policy.closes, zone)
            if max(start, opens) < min(end, closes):
                yield max(start, opens), min(end, closes)
        day += timedelta(days=1)


def hours_in(spans: Iterable[Span]) -> float:
    """Hours of stretches of time; where they overlap, they count once."""
    total, reached = timedelta(0), None
    for start, end in sorted(spans):
        begins = start if reached is None else max(start, reached)
        total += max(end - begins, timedelta(0))
        reached = end if reached is None else max(reached, end)
    return total.total_seconds() / 3600


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
