"""Bank transfers as REST takes and gives them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.bank_statements import TransferState
from services.account_mgmt.domain.bank_transfers import BankTransfer, CandidateInvoice, InvoiceShare
from services.account_mgmt.schemas.common import in_money
from services.chassis.currencies import Money as PayableMoney
from services.chassis.http import Body, Id, Model
from workflows.contracts.base import Money


class CandidateView(Model):
    """An open invoice that a transfer may be for, as it stands now."""

    invoice_id: str
    number: str
    customer_id: str
    state: str
    open_amount: Money
    due_at: datetime
    why: str

    @classmethod
    def of(cls, invoice: CandidateInvoice) -> Self:
        """From the record."""
        return cls.model_validate({**dict(invoice), **in_money(invoice, invoice.currency, "open_amount")})


class ShareView(Model):
    """What an invoice got of a transfer."""

    invoice_id: str
    number: str
    amount: Money

    @classmethod
    def of(cls, share: InvoiceShare, currency: str) -> Self:
        """From the record of a transfer in this currency."""
        return cls.model_validate({**dict(share), **in_money(share, currency, "amount")})


class TransferView(Model):
    """Money that came to an account of the company, and what was made of it; `booked` of `amount` is on invoices."""

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

    @classmethod
    def of(cls, transfer: BankTransfer) -> Self:
        """From the record."""
        return cls.model_validate(
            {
                **dict(transfer),
                **in_money(transfer, transfer.currency, "amount", "booked"),
                "invoices": [ShareView.of(one, transfer.currency) for one in transfer.invoices],
                "candidates": [CandidateView.of(one) for one in transfer.candidates],
            }
        )


class Share(Body):
    """An invoice and what it gets of the transfer."""

    invoice_id: Id
    amount: PayableMoney


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


class NewReturn(Body):
    """The payment that the bank took back."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "invoice_id": "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10",
                "payment_id": "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b11",
            }
        }
    )

    invoice_id: Id
    payment_id: Id
    whole_transfer: bool = Field(
        default=False, description="The bank took back the whole transfer that brought this payment and others."
    )


class NewIgnore(Body):
    """Why a transfer does not pay an invoice."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "interest of the bank"}})

    reason: str = Field(min_length=1, max_length=300)
