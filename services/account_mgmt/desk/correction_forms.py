"""What the forms send by which a bookkeeper puts an invoice's money right."""

from __future__ import annotations

from pydantic import Field

from services.account_mgmt.desk.money_forms import MoneyForm, Words, amount_of
from services.account_mgmt.domain.invoices import ReversalKind
from services.account_mgmt.domain.write_offs import WriteOffKind
from services.account_mgmt.schemas.corrections import NewMove, NewReversal, NewWriteOff
from services.chassis.currencies import Currency
from services.chassis.http import Id


class ReversalForm(MoneyForm):
    """Why a payment counts no more."""

    kind: ReversalKind = "mistake"
    reason: Words
    whole_transfer: bool = False

    def told(self) -> NewReversal:
        """The same as REST takes it."""
        return NewReversal(kind=self.kind, reason=self.reason, whole_transfer=self.whole_transfer)


class MoveForm(MoneyForm):
    """Where what is too much goes."""

    to_invoice_id: Id
    amount: str = Field(max_length=40)
    currency: Currency
    reason: Words

    def told(self) -> NewMove:
        """The same as REST takes it. Raises Invalid."""
        amount = amount_of(self.amount, self.currency)
        return NewMove(to_invoice_id=self.to_invoice_id, amount=amount, reason=self.reason)


class WriteOffForm(MoneyForm):
    """What nobody asks for any more."""

    amount: str = Field(max_length=40)
    currency: Currency
    kind: WriteOffKind = "difference"
    reason: Words

    def told(self) -> NewWriteOff:
        """The same as REST takes it. Raises Invalid."""
        return NewWriteOff(amount=amount_of(self.amount, self.currency), kind=self.kind, reason=self.reason)


class UndoForm(MoneyForm):
    """Why what was written off is asked for again."""

    reason: Words
