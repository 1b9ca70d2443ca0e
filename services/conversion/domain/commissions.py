"""Who earns what by a sale, as a pure function of what happened to it: the same events give the same cents.

A share accrues at the win, vests as the customer pays, and is taken back as far as the sale is undone. All of it
follows from sums, so the order in which the events arrive does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.conversion.domain.money import CENT, percent_of, to_unit
from services.conversion.domain.sale_money import ZERO, MoneyMoved, fate

Percent = Decimal
Kind = Literal["accrued", "vested", "clawed_back", "adjusted"]
EventKind = Literal["sold", "ordered", "paid", "reversed", "refunded", "credited", "cancelled"]


class Role(StrEnum):
    """What somebody did for a sale: found it (tier 1), closed it (tier 2), kept the customer (tier 3)."""

    SOURCED = "sourced"
    CLOSED = "closed"
    KEPT = "kept"


class Rates(BaseModel):
    """Per cent of the net value of a sale, by role. Closing is always paid higher than finding."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sourced: Percent = Field(default=Decimal("2"), ge=0, le=100, decimal_places=2)
    closed: Percent = Field(default=Decimal("5"), ge=0, le=100, decimal_places=2)
    kept: Percent = Field(default=Decimal("1"), ge=0, le=100, decimal_places=2)

    @model_validator(mode="after")
    def _tier_2_above_tier_1(self) -> Rates:
        if self.closed <= self.sourced:
            raise ValueError("closing (tier 2) must be paid a higher percentage than sourcing (tier 1)")
        return self


class Split(BaseModel):
    """A person's part of a role's share, in per cent of it."""

    model_config = ConfigDict(frozen=True)

    person: str
    role: Role
    percent: Decimal


class Accrual(BaseModel):
    """One person's share of one sale; `percent` is the role's rate."""

    model_config = ConfigDict(frozen=True)

    person: str
    role: Role
    percent: Decimal
    amount: Decimal


class Event(MoneyMoved):
    """What happened to a sale. `amount` is the net value for `sold` and `ordered`, money with tax for the others.

    `total` is the whole of its invoice with tax; `shares` are those of a sale at its beginning.
    """

    kind: EventKind
    shares: list[Accrual] = Field(default_factory=list)


class Standing(BaseModel):
    """Where one share stands: all that was ever accrued, taken back (as a negative amount), and vested."""

    model_config = ConfigDict(frozen=True)

    accrued: Decimal = ZERO
    clawed_back: Decimal = ZERO
    vested: Decimal = ZERO


def accruals(
    net: Decimal, rates: Rates, *, sourced_by: str | None, closed_by: str, splits: Sequence[Split] = (),
    unit: Decimal = CENT,
) -> list[Accrual]:  # fmt: skip
    """Shares of a first sale of `net` before tax: the caller who found it, if any, and the manager, or their splits.

    `unit` is the currency's smallest: nobody is paid a part of a yen.
    """
    found: list[Accrual] = []
    for role, rate, person in ((Role.SOURCED, rates.sourced, sourced_by), (Role.CLOSED, rates.closed, closed_by)):
        parts = [(split.person, split.percent) for split in splits if split.role is role]
        if not parts and person is not None:
            parts = [(person, Decimal(100))]
        found += _divided(percent_of(net, rate, unit), role, rate, parts, unit)
    return found


def _divided(
    whole: Decimal, role: Role, rate: Decimal, parts: Sequence[tuple[str, Decimal]], unit: Decimal
) -> list[Accrual]:
    """The whole in its parts to the cent: each takes the difference of two rounded running sums."""
    shares, done, so_far = [], ZERO, Decimal(0)
    for person, percent in sorted(parts):
        so_far += percent
        upto = percent_of(whole, so_far, unit)
        shares.append(Accrual(person=person, role=role, percent=rate, amount=upto - done))
        done = upto
    return shares


def kept(net: Decimal, rates: Rates, person: str, unit: Decimal = CENT) -> list[Accrual]:
    """The share of a further order: the account manager's."""
    return [Accrual(person=person, role=Role.KEPT, percent=rates.kept, amount=percent_of(net, rates.kept, unit))]


def of_net(shares: Sequence[Accrual], net: Decimal, unit: Decimal = CENT) -> list[Accrual]:
    """These shares as they are of another net value: of a corrected order, by the rates and parts of the first."""
    found: list[Accrual] = []
    for role in dict.fromkeys(share.role for share in shares):
        mine = [share for share in shares if share.role is role]
        whole = sum((share.amount for share in mine), ZERO)
        weights = [share.amount * 100 / whole if whole else Decimal(100) / len(mine) for share in mine]
        parts = [(share.person, weight) for share, weight in zip(mine, weights, strict=True)]
        found += _divided(percent_of(net, mine[0].percent, unit), role, mine[0].percent, parts, unit)
    return found


def standings(events: Sequence[Event]) -> Mapping[tuple[str, Role], Standing]:
    """Where each share of one sale stands after these events, in whatever order they came."""
    shares = next((event.shares for event in events if event.shares), [])
    return standing_by(shares, events)


def standing_by(
    shares: Sequence[Accrual], events: Sequence[Event], unit: Decimal = CENT
) -> Mapping[tuple[str, Role], Standing]:
    """Where these shares stand by what happened to the money: taken back as far as undone, vested as far as paid."""
    became = fate(events)
    found = {}
    for share in shares:
        left = to_unit(share.amount * became.left / became.whole, unit)
        found[share.person, share.role] = Standing(
            accrued=share.amount,
            clawed_back=left - share.amount,
            vested=to_unit(share.amount * became.paid / became.whole, unit),
        )
    return found


def check_splits(splits: Sequence[Split]) -> str | None:
    """What is wrong with splits, in words; none if each role that has any adds up to 100 per cent."""
    for role in {split.role for split in splits}:
        parts = [split for split in splits if split.role is role]
        if role is Role.KEPT:
            return "only sourcing and closing are split before the win"
        if sum(split.percent for split in parts) != 100:
            return f"the parts of {role.value} must add up to 100"
        if len({split.person for split in parts}) != len(parts):
            return f"somebody is named twice for {role.value}"
    return None
