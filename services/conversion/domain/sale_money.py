"""What became of a sale by the money of its invoice: how much of it is undone, and how much of the rest is paid.

In words, with everything in the currency of the invoice and with tax:

- What was paid counts up to what is owed. More than that is a surplus, and giving a surplus back undoes nothing.
- A payment that was reversed (mistyped, matched wrongly, returned by the bank) never was: the sale waits for its money
  again, and is not undone.
- A credit note undoes its part of the sale. What it leaves overpaid is a surplus too.
- A refund that gives no surplus back undoes a part of the sale of its own: what was returned without a credit note.
- A credit note of exactly what was given back before is the paper of that refund: one part, not two. Several refunds
  may have one paper, and one refund several.

From this follows that nothing waits for ever: once payments and credit notes cover the invoice, what is left of the
sale is what is paid of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

ZERO = Decimal("0.00")
UNDATED = datetime.min.replace(tzinfo=UTC)
_LOOSE = 10
"""Refunds and credit notes among which those of one part are sought; the search doubles by each."""

MoneyKind = Literal["paid", "reversed", "refunded", "credited", "cancelled"]


class MoneyMoved(BaseModel):
    """Something that happened to a sale's money, or to the whole of it; what has no time happened before everything."""

    model_config = ConfigDict(frozen=True)

    key: str
    kind: str
    amount: Decimal
    total: Decimal | None = None
    at: datetime = UNDATED


@dataclass(frozen=True)
class Fate:
    """What is left of a sale, and what is paid of that; both of `whole`, so that cents are rounded once."""

    left: Decimal
    paid: Decimal
    whole: Decimal


def fate(events: Sequence[MoneyMoved]) -> Fate:
    """What became of a sale by all that happened to it, in whatever order it was heard of."""
    total = max((event.total for event in events if event.total), default=None)
    if any(event.kind == "cancelled" for event in events):
        return Fate(left=ZERO, paid=ZERO, whole=Decimal(1))
    if total is None:
        return Fate(left=Decimal(1), paid=ZERO, whole=Decimal(1))
    left = max(ZERO, total - _undone(events, total))
    in_hand = max(ZERO, _sum(events, "paid") - _sum(events, "reversed") - _sum(events, "refunded"))
    return Fate(left=left, paid=min(left, in_hand), whole=total)


def _undone(events: Sequence[MoneyMoved], total: Decimal) -> Decimal:
    """How much of the invoice is undone: credited, or given back without being a surplus."""
    payments, refunds = _without_returned_payments(events, total)
    paid = max(ZERO, sum(payments.elements(), ZERO))
    walk = _Walk(total, min(paid, total), too_much=max(ZERO, paid - total))
    credited = [event for event in events if event.kind == "credited"]
    # A refund and a credit note of one moment: the credit note is the later, for it may be the refund's paper.
    for event in sorted([*refunds, *credited], key=lambda one: (one.at, one.kind == "credited", one.amount, one.key)):
        if event.kind == "credited":
            walk.credit(event.amount)
        else:
            walk.refund(event.amount)
    return walk.credited + sum(walk.loose, ZERO)


def _without_returned_payments(
    events: Sequence[MoneyMoved], total: Decimal
) -> tuple[Counter[Decimal], Sequence[MoneyMoved]]:
    """Amounts of payments, and refunds, without payments that went back whole: bounced, or paid twice by mistake.

    Only as far as more was paid than the whole invoice; else a part of the sale may have been returned.
    """
    payments = _standing_payments(events)
    too_much, refunds = sum(payments.elements(), ZERO) - total, []
    for event in sorted((one for one in events if one.kind == "refunded"), key=lambda one: (one.at, one.key)):
        if payments[event.amount] and event.amount <= too_much:
            payments[event.amount] -= 1
            too_much -= event.amount
        else:
            refunds.append(event)
    return payments, refunds


def _standing_payments(events: Sequence[MoneyMoved]) -> Counter[Decimal]:
    """Amounts of payments without those that were reversed; what was reversed of one in part is below zero."""
    payments = Counter(event.amount for event in events if event.kind == "paid")
    for event in sorted((one for one in events if one.kind == "reversed"), key=lambda one: (one.at, one.key)):
        if payments[event.amount]:
            payments[event.amount] -= 1
        else:
            payments[-event.amount] += 1
    return payments


class _Walk:
    """Credit notes and refunds in their order. `loose` are refunds that undo a part of the sale of their own."""

    def __init__(self, total: Decimal, paid: Decimal, too_much: Decimal) -> None:
        self._total, self._paid, self._too_much = total, paid, too_much
        self._returned = ZERO
        self._no_paper: list[Decimal] = []
        self.credited = ZERO
        self.loose: list[Decimal] = []

    @property
    def _surplus(self) -> Decimal:
        """What credit notes have left overpaid, and what was not given back yet."""
        return max(ZERO, self._paid + self.credited - self._total) - self._returned

    def refund(self, amount: Decimal) -> None:
        """Give back what was paid above the invoice, then what credit notes left overpaid; the rest is a part."""
        too_much = min(amount, self._too_much)
        self._too_much -= too_much
        by_credit = min(amount - too_much, self._surplus)
        self._returned += by_credit
        if rest := amount - too_much - by_credit:
            self.loose.append(rest)

    def credit(self, amount: Decimal) -> None:
        """Undo this much more, unless it is what refunds before it have undone."""
        self.credited += amount
        refunds, notes = self._paper_of(amount)
        covered = min(sum(refunds, ZERO), self._surplus)
        if not covered:
            self._no_paper.append(amount)
            return
        for one in refunds:
            self.loose.remove(one)
        for one in notes:
            self._no_paper.remove(one)
        self._returned += covered
        if rest := sum(refunds, ZERO) - covered:
            self.loose.append(rest)

    def _paper_of(self, amount: Decimal) -> tuple[Sequence[Decimal], Sequence[Decimal]]:
        """The refunds that this credit note covers to the cent, with as few as possible of those before it."""
        refunds, notes = _sums(self.loose[-_LOOSE:]), _sums(self._no_paper[-_LOOSE:])
        together = sorted((len(parts), so_far) for so_far, parts in notes.items() if so_far + amount in refunds)
        if not together:
            return (), ()
        so_far = together[0][1]
        return refunds[so_far + amount], notes[so_far]


def _sums(amounts: Sequence[Decimal]) -> dict[Decimal, tuple[Decimal, ...]]:
    """What some of these amounts come to together, by which of them; none of them come to nothing."""
    sums: dict[Decimal, tuple[Decimal, ...]] = {ZERO: ()}
    for amount in amounts:
        for so_far, parts in list(sums.items()):
            sums.setdefault(so_far + amount, (*parts, amount))
    return sums


def _sum(events: Sequence[MoneyMoved], kind: MoneyKind) -> Decimal:
    return sum((event.amount for event in events if event.kind == kind), ZERO)
