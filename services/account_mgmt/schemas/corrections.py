"""What was booked on an invoice is put right: payments undone, a surplus moved, differences written off."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.invoices import ReversalKind
from services.account_mgmt.domain.surplus_moves import SurplusMove
from services.account_mgmt.domain.write_offs import WriteOff, WriteOffKind
from services.account_mgmt.schemas.common import in_money
from services.chassis.currencies import Money as PayableMoney
from services.chassis.http import Body, Id, Model
from workflows.contracts.base import Money


class NewReversal(Body):
    """Why a payment counts no more."""

    model_config = ConfigDict(json_schema_extra={"example": {"kind": "returned", "reason": "the debit was returned"}})

    kind: ReversalKind = Field(
        default="mistake",
        description="`mistake`: mistyped, or matched to the wrong invoice; a bank transfer waits to be matched again. "
        "`returned`: the bank took the money back.",
    )
    reason: str = Field(min_length=1, max_length=300)
    whole_transfer: bool = Field(
        default=False, description="Also what the same bank transfer paid on other invoices (`also_paid`), in one act."
    )


class NewMove(Body):
    """Where what is too much goes; without an amount, as much as that invoice needs."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"to_invoice_id": "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10", "reason": "paid twice, as agreed"}
        }
    )

    to_invoice_id: Id
    amount: PayableMoney | None = None
    reason: str = Field(min_length=1, max_length=300)


class MoveView(Model):
    """Money that was moved; on the other invoice it is the payment `payment_id`."""

    id: str
    from_invoice: str
    from_number: str
    to_invoice: str
    to_number: str
    amount: Money
    reason: str
    payment_id: str
    moved_by: str
    moved_at: datetime
    undone_at: datetime | None

    @classmethod
    def of(cls, move: SurplusMove) -> Self:
        """From the record."""
        return cls.model_validate({**dict(move), **in_money(move, move.currency, "amount")})


class NewWriteOff(Body):
    """A difference or a bank charge that nobody asks for any more; without an amount, all that is open."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "amount": {"amount": "12.50", "currency": "UAH"},
                "kind": "bank_charge",
                "reason": "the payer's bank kept a fee",
            }
        }
    )

    amount: PayableMoney | None = None
    kind: WriteOffKind = "difference"
    reason: str = Field(min_length=1, max_length=300)


class UndoneWriteOff(Body):
    """Why what was written off is asked for again."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "the rest was paid after all"}})

    reason: str = Field(min_length=1, max_length=300)


class WriteOffView(Model):
    """What was written off, by whom and why, and whether that was undone."""

    id: str
    invoice_id: str
    amount: Money
    kind: WriteOffKind
    reason: str
    written_by: str
    at: datetime
    undone_at: datetime | None
    undone_by: str | None
    undone_reason: str | None

    @classmethod
    def of(cls, found: WriteOff) -> Self:
        """From the record."""
        return cls.model_validate({**dict(found), **in_money(found, found.currency, "amount")})
