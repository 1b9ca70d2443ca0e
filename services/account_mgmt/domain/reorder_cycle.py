"""The reorder cycle: when a customer needs the next order, by the median of their gaps, and when to contact them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from services.account_mgmt.domain.policy import ContactHours, Policy
from services.chassis.business_time import after, first_in_every, is_public_holiday

_SEARCHED = timedelta(days=60)


def interval(policy: Policy, placed: Sequence[datetime]) -> timedelta:
    """The median gap between the orders, oldest first, within the policy's bounds; the default for one order."""
    return min(policy.longest_interval, max(policy.shortest_interval, usual_gap(policy, placed)))


def usual_gap(policy: Policy, placed: Sequence[datetime]) -> timedelta:
    """The median gap between the orders as it is, which is what people are told; the default for one order.

    Days are those of the tier's clock: 30 of them are 30, also if one is of 23 hours.
    """
    local = [at.astimezone(policy.zone).replace(tzinfo=None) for at in placed]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(local)]
    return timedelta(seconds=median(gaps)) if gaps else policy.default_interval


def next_expected(policy: Policy, placed: Sequence[datetime]) -> datetime:
    """The next order is expected one interval after the last one. `placed` holds at least one time."""
    return after(placed[-1], interval(policy, placed), policy.zone)


def next_nudge(policy: Policy, placed: Sequence[datetime], now: datetime) -> datetime:
    """Shortly before the expected order, on a working day, never in the past."""
    return working_time(policy, max(now, after(next_expected(policy, placed), -policy.nudge_ahead, policy.zone)))


def nudge_for(policy: Policy, last: datetime, expected: datetime, now: datetime) -> datetime:
    """Shortly before an order that is expected at a time, which the policy's bounds keep sensible; a working day."""
    zone = policy.zone
    soonest, latest = after(last, policy.shortest_interval, zone), after(last, policy.longest_interval, zone)
    within = min(latest, max(soonest, expected))
    return working_time(policy, max(now, after(within, -policy.nudge_ahead, zone)))


def working_time(policy: Policy, moment: datetime) -> datetime:
    """The same time of day on the first working day of the tier from `moment` on (UTC)."""
    local = moment.astimezone(policy.zone)
    while not _works(policy, local.date()):
        local += timedelta(days=1)
    return local.astimezone(UTC)


def contact_time(policy: Policy, moment: datetime, zones: str | Sequence[str]) -> datetime:
    """The first moment from `moment` on at which the customer may be contacted: working day, contact hours (UTC).

    Of several `zones` that they may be in, when it is such a time in all; where these share none, or nobody knows any,
    by the tier's own clock.
    """
    if policy.contact_hours is None:
        return working_time(policy, moment)
    several = [zones] if isinstance(zones, str) else list(zones)
    at = first_in_every(several, moment, partial(_opens_in, policy), _SEARCHED) if several else None
    return at or _opens_in(policy, policy.timezone, moment)


def _opens_in(policy: Policy, timezone: str, moment: datetime) -> datetime:
    hours, zone = policy.contact_hours or ContactHours(), ZoneInfo(timezone)
    local = moment.astimezone(zone)
    while True:
        if not _works(policy, local.date()) or local.time() >= hours.end:
            local = datetime.combine(local.date() + timedelta(days=1), hours.begin, zone)
        elif local.time() < hours.begin:
            local = datetime.combine(local.date(), hours.begin, zone)
        else:
            # Hours that begin where an hour comes twice have begun in the first of the two.
            return max(moment, local.astimezone(UTC))


def _works(policy: Policy, day: date) -> bool:
    if not policy.working_days_only:
        return True
    return day.weekday() < 5 and not is_public_holiday(policy.holidays_of, day, observed=policy.observed)
