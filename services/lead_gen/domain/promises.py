"""Promises to call back by a certain time."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import next_open, next_open_if_any


class CallbackPromise(Record):
    """Somebody was told that they will be called back by `due_at`. `kept_at` is when somebody spoke with them."""

    id: str
    inbound_call_id: str
    lead_id: str
    due_at: datetime
    state: str
    kept_at: datetime | None
    created_at: datetime


def promise_time(policy: Policy, timezone: str, now: datetime) -> datetime:
    """By when somebody will call, inside the lead's own hours: what the person on the phone may promise."""
    opens = next_open_if_any(policy, timezone, now)
    if opens is None:
        # They are on the telephone, so they are awake: within the time, whatever their clock says.
        return now + policy.promise_within
    return next_open(policy, timezone, opens + policy.promise_within)
