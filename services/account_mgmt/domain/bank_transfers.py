"""Bank transfers: money that came to one of the company's accounts, and what was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.account_mgmt.domain.bank.matching import Candidate
from services.account_mgmt.domain.bank_statements import TransferState
from services.chassis.errors import Conflict, Invalid
from services.chassis.records import Record
from workflows.contracts.base import Money

_WAITING = ("unmatched", "failed", "ignored")


def payment_reference(transfer_id: str, key: str, reference: str) -> str:
    """What a payment of this transfer is booked under, once per invoice.

    The bank's reference, so that nobody books by hand what the bank has brought; the transfer's own id where the bank
    gave none, or gave the same one to another transfer.
    """
    return reference if reference and key == f"ref:{reference}" else f"transfer:{transfer_id}"


class InvoiceShare(Record):
    """What an invoice got of a transfer."""

    invoice_id: str
    number: str
    amount: Decimal


class CandidateInvoice(Record):
    """An open invoice that a transfer may be for, as it stands now, and why."""

    invoice_id: str
    number: str
    customer_id: str
    state: str
    open_amount: Decimal
    currency: str
    due_at: datetime
    why: str


class BankTransfer(Record):
    """Money that came; `booked` of `amount` is on invoices. A `reversal` is a booking that the bank undid."""

    id: str
    statement_id: str
    key: str
    line: int
    account: str
    booked_on: date
    amount: Decimal
    booked: Decimal
    currency: str
    payer_name: str
    payer_iban: str
    payer_tax_id: str
    purpose: str
    reference: str
    reversal: bool
    state: TransferState
    reason: str
    invoices: list[InvoiceShare]
    candidates: list[CandidateInvoice]
    settled_by: str | None
    settled_at: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class Settlement:
    """What became of a transfer: its new state and why, the invoices it may be for, what of it each invoice got."""

    transfer_id: str
    state: TransferState
    reason: str
    candidates: Sequence[Candidate] = ()
    shares: Sequence[tuple[str, Decimal]] = ()


def check_match(transfer: BankTransfer, shares: Sequence[tuple[str, Money]]) -> None:
    """Whether a person may book a transfer on these invoices.

    Raises Conflict (`wrong_state`) for one that is settled, Invalid for another currency, an invoice named twice, or
    more money than came.
    """
    if transfer.state not in _WAITING or transfer.reversal:
        raise Conflict(
            "The transfer is settled, or undone by the bank", code="wrong_state", detail={"state": transfer.state}
        )
    if len({invoice_id for invoice_id, _ in shares}) < len(shares):
        raise Invalid("An invoice is named twice", field="invoices")
    for number, (_, amount) in enumerate(shares):
        if amount.currency != transfer.currency:
            raise Invalid(f"The money is in {transfer.currency}", field=f"invoices[{number}].amount.currency")
    total = sum(amount.amount for _, amount in shares)
    if total > transfer.amount - transfer.booked:
        left = f", of which {transfer.booked:.2f} is booked" if transfer.booked else ""
        raise Invalid(f"The transfer is {transfer.amount:.2f}{left}, these are {total:.2f}", field="invoices")


def check_returned(transfer: BankTransfer, amount: Decimal, currency: str) -> None:
    """Whether a person may say that this entry of the bank took a payment of this amount back.

    Raises Conflict (`wrong_state`) for money that came, or an entry that is settled; Invalid on `payment_id` for a
    payment in another currency or of more than the bank took.
    """
    if not transfer.reversal or transfer.state not in _WAITING:
        raise Conflict(
            "Only what the bank took back, and nobody has settled yet, undoes a payment",
            code="wrong_state",
            detail={"state": transfer.state},
        )
    if currency != transfer.currency:
        raise Invalid(f"The bank took {transfer.currency} back, that payment is in {currency}", field="payment_id")
    if amount > transfer.amount:
        raise Invalid(f"The bank took {transfer.amount} back, that payment is {amount}", field="payment_id")
