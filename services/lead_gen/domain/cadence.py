"""The cadence: when the next call of a lead is due after an outcome."""

from __future__ import annotations

from datetime import datetime

from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import next_open, next_open_if_any, other_part_of_day
from workflows.contracts.lead_gen import CallAnswered, CallOutcome, OpenCall

# A line that is busy is free again sooner than a person who is away comes back.
BUSY_FACTOR = 3
_ENDS = frozenset(
    {CallOutcome.INTERESTED, CallOutcome.HARD_QUESTION, CallOutcome.NOT_INTERESTED, CallOutcome.DO_NOT_CALL}
)


def next_attempt_at(
    policy: Policy, timezone: str, *, attempt: int, after: CallOutcome | None, after_at: datetime | None, now: datetime
) -> datetime:
    """Due time of the `attempt`-th call: inside the window, later the more calls went unanswered."""
    if after is None or after_at is None:
        return next_open(policy, timezone, now)
    if after is CallOutcome.WRONG_NUMBER:
        # Nobody of theirs was disturbed, and another number waits: neither a pause nor another part of the day.
        return next_open(policy, timezone, max(after_at, now))
    gap = policy.gaps[min(max(attempt - 2, 0), len(policy.gaps) - 1)]
    if after is CallOutcome.BUSY:
        gap = gap / BUSY_FACTOR
    planned = next_open(policy, timezone, max(after_at + max(gap, policy.min_gap), now))
    if not policy.other_part_of_day:
        return planned
    # The other half of that day may have begun already: such a call is due at once, not in the past, and never
    # sooner after the last one than the cadence allows.
    other = other_part_of_day(policy, timezone, after_at, planned)
    return next_open(policy, timezone, max(now, other, after_at + policy.min_gap))


def due_at(policy: Policy, timezone: str, request: OpenCall, now: datetime) -> datetime:
    """When a call is due: a promised callback to the minute, anything else by the cadence."""
    if next_open_if_any(policy, timezone, now) is None:
        # Nobody gets it before its place is known; it stands in the queue until then.
        return max(request.callback_at or now, now)
    if request.callback_at is not None and request.after is CallOutcome.CALLBACK:
        return next_open(policy, timezone, max(request.callback_at, now))
    return next_attempt_at(
        policy, timezone, attempt=request.attempt, after=request.after, after_at=request.after_at, now=now
    )


def ends_the_round(answer: CallAnswered) -> bool:
    """Whether no other call follows from an answer, however many there were before it."""
    no_number_left = answer.outcome is CallOutcome.WRONG_NUMBER and not answer.other_number_left
    return answer.outcome in _ENDS or no_number_left
