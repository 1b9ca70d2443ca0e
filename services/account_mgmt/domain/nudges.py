"""Nudges, the reminders of the next purchase: the record, and the rules for holding out and answering one."""

from __future__ import annotations

import zlib
from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.orders import InvoicedOrder
from services.account_mgmt.domain.policy import Policy
from services.chassis.errors import Invalid
from services.chassis.records import Record
from workflows.contracts.account_mgmt import NudgeOutcome

_HUNDRED_PERCENT = 10_000


class Nudge(Record):
    """A nudge that was opened as work, with the money that the next purchase is expected to bring."""

    item_id: str
    customer_id: str
    number: int
    opened_at: datetime
    answer_by: datetime
    account_manager: str | None
    state: str
    outcome: str | None
    answered_by: str | None = None
    expected_value: Decimal = Decimal(0)
    p_buys: float | None = None


class NudgeAnswer(Record):
    """A customer's answer as it was recorded, with the order if there was one."""

    item_id: str
    customer_id: str
    outcome: NudgeOutcome
    next_nudge_at: datetime | None
    order: InvoicedOrder | None


def is_held_out(policy: Policy, key: str) -> bool:
    """Whether this nudge is randomly held out. Drawn from its key: the same nudge is always decided alike."""
    return zlib.crc32(key.encode()) % _HUNDRED_PERCENT < policy.hold_out * _HUNDRED_PERCENT


def check_outcome(outcome: NudgeOutcome, *, has_lines: bool, next_at: datetime | None, now: datetime) -> None:
    """Raises Invalid with the field: an order has lines, `later` a time, and a time lies ahead."""
    if outcome is NudgeOutcome.ORDERED and not has_lines:
        raise Invalid("An order needs at least one line", field="lines")
    if outcome is not NudgeOutcome.ORDERED and has_lines:
        raise Invalid("Only an order has lines", field="lines")
    if outcome is NudgeOutcome.LATER and next_at is None:
        raise Invalid("When shall we ask again?", field="next_at")
    if next_at is not None and next_at <= now:
        raise Invalid("The time must lie in the future", field="next_at")
