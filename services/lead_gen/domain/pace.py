"""The pace of a campaign: how many leads it may take now, given what callers can call and managers can accept."""

from __future__ import annotations

import math

from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.supply import PlannedHours

# What a caller finds when they sign on, before the first look at the campaign after that.
STARTER = 20
# Dialled by hand with an answer noted down, until the organisation's own figures are there (30 an hour at most:
# callcenteradvisor.com, "What is predictive dialing", read in 2026).
CALLS_PER_HOUR = 30.0


def calls_ahead(shifts: PlannedHours, calls_per_hour: float | None) -> float | None:
    """How many calls the coming shifts can make at the rate so far; None if nobody plans shifts."""
    return shifts.hours_soon * (calls_per_hour or CALLS_PER_HOUR) if shifts.planned else None


def room(
    policy: Policy, *, in_flight: int, stock: int, waiting_calls: int, callable_soon: float | None, drought: bool
) -> int:
    """Leads to enrol now, 0 to the policy's batch.

    `in_flight` of the campaign are in cold calling, `stock` interested leads wait for tier 2, `waiting_calls` of all
    campaigns wait for a caller; `callable_soon` is how many calls the planned shifts can make in the hours ahead, None
    when nobody plans shifts. While managers are overloaded nobody is enrolled; while they run dry, as many as the
    window holds.
    """
    free = min(policy.window - in_flight, policy.batch)
    if stock >= policy.stock_limit or free <= 0:
        return 0
    if callable_soon is None or drought:
        return free
    return max(0, min(free, math.ceil(max(callable_soon, STARTER)) - waiting_calls))
