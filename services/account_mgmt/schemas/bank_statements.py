"""Bank statements as REST gives them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import Field

from services.account_mgmt.domain.bank_statements import (
    BankStatement,
    RowProblem,
    StatementState,
    StateSum,
    TransferState,
)
from services.chassis.http import Model
from workflows.contracts.base import Money


class StateTotal(Model):
    """How many transfers of a statement are in this state now, and their sum in one currency."""

    state: TransferState
    transfers: int
    total: Money
    reversal: bool = Field(description="Whether these are bookings that the bank undid; the rest is money that came.")

    @classmethod
    def of(cls, one: StateSum) -> Self:
        """From the record."""
        total = Money(amount=one.amount, currency=one.currency)
        return cls(state=one.state, transfers=one.transfers, total=total, reversal=one.reversal)


class StatementView(Model):
    """A bank statement: of its `rows`, `outgoing` were money that went out, `known` had come in an earlier file.

    A short one is `done` when it is answered. A long one is `queued`, then `running`, until it is `done`, `failed`
    (with the reason in `error`) or `cancelled`; `rows_taken` of its `rows` are dealt with so far.
    """

    id: str
    state: StatementState
    file_name: str
    format: str
    accounts: list[str]
    rows: int
    outgoing: int
    known: int
    rejected: int
    problems: list[RowProblem]
    totals: list[StateTotal]
    rows_taken: int
    error: str | None
    posted_by: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, statement: BankStatement) -> Self:
        """From the record."""
        return cls.model_validate({**dict(statement), "totals": [StateTotal.of(one) for one in statement.totals]})
