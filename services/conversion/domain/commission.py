"""Who earns what by a sale: rates are a policy, the same event gives the same cents."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.conversion.domain.money import percent_of

Percent = Decimal


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


class Accrual(BaseModel):
    """One person's share of one sale."""

    model_config = ConfigDict(frozen=True)

    person: str
    role: Role
    percent: Decimal
    amount: Decimal


def accruals(net: Decimal, rates: Rates, *, sourced_by: str | None, closed_by: str) -> list[Accrual]:
    """Shares of a first sale of `net` before tax: the caller who found it, if any, and the manager."""
    people = [(sourced_by, Role.SOURCED, rates.sourced), (closed_by, Role.CLOSED, rates.closed)]
    return [
        Accrual(person=person, role=role, percent=percent, amount=percent_of(net, percent))
        for person, role, percent in people
        if person is not None
    ]
