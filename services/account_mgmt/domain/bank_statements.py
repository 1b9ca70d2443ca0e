"""Bank statements: the record of a file, with what became of its transfers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from services.chassis.records import Record

TransferState = Literal["unmatched", "matched", "ignored", "failed", "settled_by_hand"]


StatementState = Literal["queued", "running", "done", "failed", "cancelled"]


class RowProblem(Record):
    """A row of the file that could not be taken: its line, and why."""

    line: int
    reason: str


class StateSum(Record):
    """How many transfers of a statement are in this state now, and their sum in one currency.

    Bookings that the bank undid (`reversal`) are summed by themselves: they went the other way.
    """

    state: TransferState
    currency: str
    reversal: bool = False
    transfers: int
    amount: Decimal


class BankStatement(Record):
    """A bank statement: of its `rows`, `outgoing` were money that went out, `known` had come in an earlier file.

    A long one is booked by the worker: `rows_taken` of its `rows` are dealt with so far.
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
    totals: list[StateSum]
    rows_taken: int
    error: str | None
    posted_by: str
    created_at: datetime
    finished_at: datetime | None


class StatementJob(Record):
    """What the worker needs of a long statement. `taken`: so many of its transfers are behind the checkpoint."""

    id: str
    state: StatementState
    options: dict[str, Any]
    taken: int
    posted_by: str
