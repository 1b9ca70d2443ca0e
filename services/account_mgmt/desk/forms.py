"""What the forms of the account desk send. Fields that were left empty count as not given."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.account_mgmt.domain.repeat_order import quantity_of
from services.account_mgmt.domain.typed_numbers import Fault, TypedNumberError
from services.account_mgmt.schemas.people import NewPerson
from services.account_mgmt.schemas.said import Said
from services.chassis.contacts.phones import BadPhoneError, to_e164
from services.chassis.errors import Invalid
from services.chassis.meanings import day_of
from services.chassis.sentences import said
from workflows.contracts.account_mgmt import NudgeOutcome

# Where numbers without a country are dialled from.
_REGION = "UA"
_WRONG: Final[dict[Fault, str]] = {
    "missing": said("How many?"),
    "not_a_number": said("{} is not a number"),
    "too_precise": said("A quantity has three decimals at most"),
    "not_above_zero": said("A quantity is a number of 0 or more"),
    "too_large": said("That is too many"),
}


class SaidForm(BaseModel):
    """One outcome; `then` is the customer to go on with."""

    model_config = ConfigDict(extra="ignore")

    outcome: NudgeOutcome
    item_id: str = Field(default="", max_length=64)
    then: str = Field(default="", max_length=64)
    reason: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=1700)
    next_at: str = Field(default="", max_length=40)
    day: str = Field(default="", max_length=20)
    quantity: list[str] = Field(default_factory=list, max_length=100)
    order_id: str = Field(default="", max_length=64)

    def told(self) -> Said:
        """The same as the action takes it. Raises Invalid with the field."""
        words = [part.strip() for part in (self.reason, self.note) if part.strip()]
        return Said(
            outcome=self.outcome,
            item_id=self.item_id or None,
            note=": ".join(words) or None,
            next_at=_moment(self.next_at),
            day=_day(self.day) if not self.next_at else None,
            quantities=[_number(text) for text in self.quantity],
            order_id=self.order_id or None,
        )


class PersonForm(BaseModel):
    """Somebody to talk to at the customer's; the phone as people write it."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(default="", max_length=200)
    role: str = Field(default="", max_length=100)
    phone: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=254)

    def told(self) -> NewPerson:
        """The same as REST takes it. Raises Invalid with the field."""
        if not self.name.strip():
            raise Invalid("A name is needed", field="name")
        try:
            phones = [to_e164(self.phone, _REGION)] if self.phone.strip() else []
        except BadPhoneError as bad:
            raise Invalid(f"This number {bad}", field="phone") from None
        try:
            return NewPerson(name=self.name, role=self.role.strip(), phones=phones, email=self.email.strip() or None)
        except ValidationError:
            raise Invalid("This is not an e-mail address", field="email") from None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("This is not a date and a time", field="next_at") from None


def _day(text: str) -> date | None:
    try:
        return day_of(text) if text else None
    except ValueError as error:
        raise Invalid(str(error), field="day") from None


def _number(text: str) -> Decimal:
    try:
        return quantity_of(text)
    except TypedNumberError as error:
        raise Invalid(_WRONG[error.fault].format(text.strip()[:20]), field="quantity") from None
