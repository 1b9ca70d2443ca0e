"""Money that is given back."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.refunds import Refund
from services.account_mgmt.schemas.common import Reference, in_money
from services.chassis.currencies import Money as PayableMoney
from services.chassis.http import Body, Id, Model
from workflows.contracts.base import Money


class NewRefund(Body):
    """Money given back of what was paid for an invoice. `reference` is the bank's, unique per invoice."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "amount": {"amount": "28500.00", "currency": "UAH"},
                "reference": "R-2030-17",
                "reason": "the truck did not come",
            }
        }
    )

    amount: PayableMoney
    reference: Reference = Field(min_length=1, max_length=100)
    reason: str = Field(min_length=1, max_length=300)
    credit_note_id: Id | None = Field(
        default=None, description="The credit note whose money this is; at most what it took back."
    )


class RefundView(Model):
    """A refund, and how much of the invoice's money was given back so far."""

    id: str
    invoice_id: str
    amount: Money
    refunded: Money
    reference: str
    reason: str
    made_by: str
    made_at: datetime
    credit_note_id: str | None = None

    @classmethod
    def of(cls, refund: Refund) -> Self:
        """From the record."""
        return cls.model_validate({**dict(refund), **in_money(refund, refund.currency, "amount", "refunded")})
