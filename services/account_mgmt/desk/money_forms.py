"""What the forms of an invoice's page send, with amounts and days as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.account_mgmt.domain.invoices import FullInvoice, amount_of_lines
from services.account_mgmt.domain.typed_numbers import Fault, TypedNumberError, read_number
from services.account_mgmt.schemas import common
from services.account_mgmt.schemas.invoices import NewCreditNote, NewPayment
from services.account_mgmt.schemas.people import Address
from services.account_mgmt.schemas.refunds import NewRefund
from services.chassis.currencies import LARGEST, Currency, check_amount
from services.chassis.errors import Invalid
from services.chassis.http import Id
from services.chassis.meanings import Day
from services.chassis.sentences import said
from workflows.contracts.base import Money

_WORDS: Final[dict[Fault, str]] = {
    "missing": said("Say how much"),
    "not_a_number": said("Write an amount, such as 1234.50"),
    "too_precise": said("An amount has two decimals at most"),
    "not_above_zero": said("The amount must be above zero"),
    "too_large": said("That is more than can be booked"),
}
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
MaybeId = Annotated[Id | None, BeforeValidator(lambda typed: typed or None)]
Reference = Annotated[common.Reference, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class MoneyForm(BaseModel):
    """A form; what it sends for the door is not its own."""

    model_config = ConfigDict(extra="ignore")


def amount_of(text: str, currency: str) -> Money:
    """Money as somebody typed it. Raises Invalid on `amount`."""
    try:
        amount = read_number(text, places=2, most=LARGEST)
        check_amount(amount, currency)
    except TypedNumberError as error:
        raise Invalid(_WORDS[error.fault], field="amount") from None
    except ValueError as error:
        raise Invalid(f"{error}"[:1].upper() + f"{error}"[1:], field="amount") from None
    return Money(amount=amount, currency=currency)


class PaymentForm(MoneyForm):
    """Money that came: how much, on which day, under which reference."""

    amount: str = Field(max_length=40)
    currency: Currency
    paid_on: Day
    reference: Reference

    def told(self, now: datetime, zone: ZoneInfo) -> NewPayment:
        """The same as REST takes it; the day is one of the reader's calendar. Raises Invalid."""
        if self.paid_on > now.astimezone(zone).date():
            raise Invalid("Money of a day to come cannot be booked yet", field="paid_on")
        # Noon is the same day in every zone the company works in; of today, nothing after this moment.
        paid_at = min(datetime.combine(self.paid_on, time(12), UTC), now)
        amount = amount_of(self.amount, self.currency)
        return NewPayment(amount=amount, reference=self.reference, paid_at=paid_at)


class CreditForm(MoneyForm):
    """What of an invoice is taken back, and why."""

    what: Literal["open", "whole", "lines", "amount"]
    amount: str = Field(default="", max_length=40)
    lines: list[int] = Field(default_factory=list, max_length=200)
    currency: Currency
    reason: Words

    def told(self, full: FullInvoice) -> NewCreditNote:
        """The same as REST takes it. Raises Invalid."""
        match self.what:
            case "open":
                amount = None
            case "whole":
                amount = Money(amount=full.invoice.creditable, currency=self.currency)
            case "lines":
                amount = Money(amount=amount_of_lines(full.order, self.lines), currency=self.currency)
            case "amount":
                amount = amount_of(self.amount, self.currency)
        return NewCreditNote(amount=amount, reason=self.reason)


class RefundForm(MoneyForm):
    """Money that goes back."""

    amount: str = Field(max_length=40)
    currency: Currency
    reference: Reference
    reason: Words
    credit_note_id: MaybeId = None

    def told(self) -> NewRefund:
        """The same as REST takes it. Raises Invalid."""
        amount = amount_of(self.amount, self.currency)
        return NewRefund(
            amount=amount, reference=self.reference, reason=self.reason, credit_note_id=self.credit_note_id
        )


class MailForm(MoneyForm):
    """Where the invoice goes."""

    to: Address
