"""Figures of managers and their team, of playbooks, of callers, and why deals come to nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from services.chassis.records import Record
from workflows.contracts.base import Money
from workflows.contracts.conversion import Stage

_SUMMED = (
    "offered", "accepted", "declined", "expired", "returned", "promises_kept", "promises_late", "open", "overdue",
    "won", "lost",
)  # fmt: skip


class ManagerFigures(Record):
    """What a manager did in a time, or (without `manager`) the team.

    `first_contact_seconds` is the median from accepting a lead to the first step, `age_days` the median age of the
    open deals, `value` the sales before tax by currency.
    """

    manager: str | None
    name: str
    offered: int = 0
    accepted: int = 0
    declined: int = 0
    expired: int = 0
    returned: int = 0
    first_contact_seconds: float | None = None
    promises_kept: int = 0
    promises_late: int = 0
    open: int = 0
    stages: dict[Stage, int] = Field(default_factory=dict)
    overdue: int = 0
    age_days: float | None = None
    won: int = 0
    lost: int = 0
    value: list[Money] = Field(default_factory=list)


class PlaybookFigures(Record):
    """What became of the deals that a version of a playbook (none: no playbook at all) worked on."""

    name: str = "no playbook"
    version: int | None = None
    entered: int = 0
    running: int = 0
    finished: int = 0
    stopped: int = 0
    positive: int = 0
    negative: int = 0
    won: int
    lost: int
    stopped_because: dict[str, int] = Field(default_factory=dict)


class PlaybookStops(Record):
    """How many runs of a playbook's version were stopped for one reason."""

    name: str
    version: int
    reason: str
    runs: int


class LossCount(Record):
    """Deals given up for one reason; an empty `code` is free text."""

    code: str
    lost: int
    asleep: int


class DeclineCount(Record):
    """Offers declined and deals given back in the same words."""

    reason: str
    declined: int
    returned: int


class CallerFigures(Record):
    """What became of the leads that a caller found."""

    caller: str
    offered: int
    accepted: int
    declined: int
    won: int


def team(
    items: Sequence[ManagerFigures], first_contact_seconds: float | None, age_days: float | None = None
) -> ManagerFigures:
    """The sums of all managers; the two medians are the team's own."""
    sums = {name: sum(getattr(item, name) for item in items) for name in _SUMMED}
    stages: Counter[Stage] = Counter()
    value: dict[str, Decimal] = {}
    for item in items:
        stages.update(item.stages)
        for money in item.value:
            value[money.currency] = value.get(money.currency, Decimal(0)) + money.amount
    return ManagerFigures(
        manager=None,
        name="team",
        **sums,
        first_contact_seconds=first_contact_seconds,
        age_days=age_days,
        stages=dict(stages),
        value=[Money(amount=value[currency], currency=currency) for currency in sorted(value)],
    )


def share(part: int, whole: int) -> float | None:
    """Part of whole, or none of nothing."""
    return part / whole if whole else None


def with_reasons(figures: Sequence[PlaybookFigures], stops: Sequence[PlaybookStops]) -> list[PlaybookFigures]:
    """The figures of each version with why its runs were stopped."""
    why: dict[tuple[str, int | None], dict[str, int]] = {}
    for stop in stops:
        why.setdefault((stop.name, stop.version), {})[stop.reason] = stop.runs
    return [one.model_copy(update={"stopped_because": why.get((one.name, one.version), {})}) for one in figures]
