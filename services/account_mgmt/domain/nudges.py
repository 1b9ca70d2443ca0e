"""Nudges, the reminders of the next purchase: the record, and the rules for holding out and answering one."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import Field

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


class CarriedOut(Record):
    """What an outcome has left in the records: order, when they are asked next, need, complaint, calls returned.

    `remind_at` is when the order's invoice is first reminded of, if nobody pays.
    """

    order: InvoicedOrder | None = None
    remind_at: datetime | None = None
    next_at: datetime | None = None
    need_id: str | None = None
    complaint_id: str | None = None
    calls: list[str] = Field(default_factory=list)

    @property
    def order_id(self) -> str | None:
        """Of the order, if there is one."""
        return self.order.id if self.order else None


class BeforeAnswer(Record):
    """How things stood before an answer, and what it has left: all that taking it back needs to know."""

    state: str
    next_nudge_at: datetime | None
    need_id: str | None
    complaint_id: str | None
    calls: list[str] = Field(default_factory=list)


class UndoableAnswer(Record):
    """An answer that may still be taken back, and until when."""

    item_id: str
    customer_id: str
    company: str
    outcome: str
    next_at: datetime | None
    until: datetime


UNDOABLE = frozenset({NudgeOutcome.LATER, NudgeOutcome.NOT_NOW, NudgeOutcome.NEED_CHANGED, NudgeOutcome.COMPLAINT})
"""What may be taken back for a moment. An order has a numbered invoice, and tier 2 hears of who left."""


def event_id_of(item_id: str) -> str:
    """The event of a nudge's answer."""
    return f"nudge:{item_id}"


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


def check_horizon(next_at: datetime | None, now: datetime, within: timedelta) -> None:
    """Raises Invalid on `next_at` for a time further ahead than the policy lets a customer be asked again."""
    if next_at is not None and next_at > now + within:
        latest = (now + within).date()
        raise Invalid(f"Ask again by {latest} at the latest: the policy allows {within.days} days", field="next_at")


class LastNudge(Record):
    """The number of a customer's last reminder; `item_id` only while it waits for its answer."""

    number: int
    item_id: str | None
    answer_by: datetime
