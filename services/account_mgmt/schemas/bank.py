"""Bank statements as REST takes and gives them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Id, Model
from workflows.contracts.base import Money

TransferState = Literal["unmatched", "matched", "ignored", "failed", "settled_by_hand"]


class RowProblem(Model):
    """A row of the file that could not be taken: its line, and why."""

    line: int
    reason: str


class StateTotal(Model):
    """How many transfers of a statement are in this state now, and their sum in one currency."""

    state: TransferState
    transfers: int
    total: Money


class StatementView(Model):
    """A bank statement: of its `rows`, `outgoing` were money that went out, `known` had come in an earlier file."""

    id: str
    file_name: str
    format: str
    accounts: list[str]
    rows: int
    outgoing: int
    known: int
    rejected: int
    problems: list[RowProblem]
    totals: list[StateTotal]
    posted_by: str
    created_at: datetime


class CandidateView(Model):
    """An open invoice that a transfer may be for, as it stands now."""

    invoice_id: str
    number: str
    customer_id: str
    state: str
    open_amount: Money
    due_at: datetime
    why: str


class ShareView(Model):
    """What an invoice got of a transfer."""

    invoice_id: str
    number: str
    amount: Money


class TransferView(Model):
    """Money that came to an account of the house, and what was made of it; `booked` of `amount` is on invoices."""

    id: str
    statement_id: str
    line: int
    account: str
    booked_on: date
    amount: Money
    booked: Money
    payer_name: str
    payer_iban: str
    payer_tax_id: str
    purpose: str
    reference: str
    reversal: bool
    state: TransferState
    reason: str
    invoices: list[ShareView]
    candidates: list[CandidateView]
    settled_by: str | None
    settled_at: datetime | None
    created_at: datetime


class Share(Body):
    """An invoice and what it gets of the transfer."""

    invoice_id: Id
    amount: Money


class NewMatch(Body):
    """The invoices that a transfer pays; together at most its amount."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "invoices": [
                    {
                        "invoice_id": "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10",
                        "amount": {"amount": "28500.00", "currency": "UAH"},
                    }
                ]
            }
        }
    )

    invoices: list[Share] = Field(min_length=1, max_length=50)


class NewIgnore(Body):
    """Why a transfer is no payment of an invoice."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "interest of the bank"}})

    reason: str = Field(min_length=1, max_length=300)
