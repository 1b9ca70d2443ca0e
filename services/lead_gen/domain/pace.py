"""How many leads a campaign may take now: what the callers can call and what the managers can bear."""

from __future__ import annotations

import math

# What a caller finds when he signs on, before the first look at the campaign after that.
STARTER = 20


def room(
    *,
    window: int,
    batch: int,
    stock_limit: int,
    in_flight: int,
    stock: int,
    waiting_calls: int,
    callable_soon: float | None,
    drought: bool,
) -> int:
    """Leads to enrol now, 0 to `batch`.

    `in_flight` of the campaign are in cold calling, `waiting_calls` of all campaigns wait for a caller;
    `callable_soon` is how many calls the planned shifts can make in the hours ahead, None when nobody plans shifts.
    With managers drowning nobody is enrolled; with managers running dry as many as the window holds.
    """
    free = min(window - in_flight, batch)
    if stock >= stock_limit or free <= 0:
        return 0
    if callable_soon is None or drought:
        return free
    return max(0, min(free, math.ceil(max(callable_soon, STARTER)) - waiting_calls))
