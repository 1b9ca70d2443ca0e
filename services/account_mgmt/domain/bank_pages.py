"""Bank statements as their pages show them: what adds up, what waits for a person, what is too much or went back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from services.account_mgmt.domain.bank_statements import BankStatement, StateSum
from services.account_mgmt.domain.bank_transfers import BankTransfer
from services.chassis.records import Record

Shelf = Literal["waiting", "booked", "ignored", "all"]
SHELVES = {
    "waiting": ("unmatched", "failed"),
    "booked": ("matched", "settled_by_hand"),
    "ignored": ("ignored",),
    "all": ("unmatched", "failed", "matched", "settled_by_hand", "ignored"),
}
"""States of transfers, as people look for them."""


class Balance(Record):
    """Where the rows of a statement went. `unread` are those that nothing became of; its lines say why."""

    rows: int
    booked: int
    waiting: int
    ignored: int
    known: int
    outgoing: int
    unread: int

    @property
    def adds_up(self) -> bool:
        """Whether every row is accounted for."""
        return self.unread == 0


def balance(statement: BankStatement) -> Balance:
    """What became of the rows of a statement; of one under way, of those it has dealt with."""

    def count(shelf: Shelf) -> int:
        return sum(one.transfers for one in statement.totals if one.state in SHELVES[shelf])

    taken = count("all") + statement.known + statement.outgoing
    is_over = statement.state not in ("queued", "running")
    return Balance(
        rows=statement.rows,
        booked=count("booked"),
        waiting=count("waiting"),
        ignored=count("ignored"),
        known=statement.known,
        outgoing=statement.outgoing,
        unread=max(0, statement.rows - taken) if is_over else 0,
    )


class Suggested(Record):
    """A payment that the bank may have taken back."""

    invoice_id: str
    payment_id: str
    number: str
    amount: Decimal
    paid_at: datetime
    reference: str


class Surplus(Record):
    """An invoice on which more was paid than it comes to."""

    id: str
    number: str
    customer_id: str
    company: str
    currency: str
    surplus: Decimal


class GivenBack(Record):
    """Money that went back to a customer."""

    invoice_id: str
    number: str
    company: str
    amount: Decimal
    currency: str
    reason: str
    reference: str
    made_by: str
    made_at: datetime


class TransferPage(Record):
    """Transfers of a kind in the order in which they came; `companies` of the invoices they paid or may be for.

    `payments` are those that the bank may have taken back, by the transfer.
    """

    items: list[BankTransfer]
    companies: dict[str, str]
    payments: dict[str, list[Suggested]]
    next: tuple[datetime, str] | None = None


class BankDesk(Record):
    """The whole desk: transfers of a kind with the sums of what waits, the latest statements, surpluses, refunds."""

    transfers: TransferPage
    waiting: list[StateSum]
    statements: list[BankStatement]
    surpluses: list[Surplus]
    refunds: list[GivenBack]
    people: dict[str, str]
