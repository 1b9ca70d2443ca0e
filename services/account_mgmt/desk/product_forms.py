"""What the forms of the catalogue send, as people type it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, Final, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.account_mgmt.documents.standard_mails import LANGUAGES
from services.account_mgmt.domain.products import Product
from services.account_mgmt.domain.typed_numbers import Fault, TypedNumberError, read_number
from services.account_mgmt.schemas.products import NewPrice, NewProduct, ProductChange
from services.chassis.currencies import LARGEST
from services.chassis.errors import Invalid
from services.chassis.meanings import day_of
from services.chassis.web.refusals import reason_of
from workflows.contracts.base import Money

Told = TypeVar("Told", NewProduct, ProductChange, NewPrice)
_NAMED: Final = "name_"
_LONG: Final = 300
_WRONG: Final[dict[Fault, str]] = {
    "missing": "How much?",
    "not_a_number": "Write a number, such as 1234.50",
    "too_precise": "That has too many decimals",
    "not_above_zero": "This must be 0 or more",
    "too_large": "That is too much",
}


class ProductForm(BaseModel):
    """A product as it is typed; its names in other languages are `name_en` and so on."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(default="", max_length=_LONG)
    name: str = Field(default="", max_length=_LONG)
    kind: str = Field(default="service", max_length=20)
    unit: str = Field(default="", max_length=_LONG)
    tax_percent: str = Field(default="20", max_length=20)
    tax_category: str = Field(default="", max_length=10)
    tax_reason: str = Field(default="", max_length=_LONG)
    amount: str = Field(default="", max_length=40)
    currency: str = Field(default="UAH", max_length=10)
    seen: int | None = None

    @classmethod
    def of(cls, product: Product) -> Self:
        """The form with what is known."""
        known = product.model_dump(mode="json", include={"id", "name", "kind", "unit", "tax_category", "tax_reason"})
        names = {f"{_NAMED}{language}": name for language, name in product.names.items()}
        rate = f"{product.tax_percent.normalize():f}"
        return cls.model_validate({**known, **names, "tax_percent": rate, "seen": product.version})

    @property
    def names(self) -> dict[str, str]:
        """The name in each language, empty where there is none."""
        typed = {key.removeprefix(_NAMED): str(value) for key, value in (self.model_extra or {}).items()
                 if key.startswith(_NAMED)}  # fmt: skip
        return {language: typed.get(language, "")[:_LONG].strip() for language in sorted({*LANGUAGES, *typed})}

    def told_new(self) -> NewProduct:
        """The product that is to be added. Raises Invalid with the field of the form."""
        price = Money(amount=amount_of(self.amount, "amount"), currency=_currency(self.currency))
        return _checked(NewProduct, {**self._told(), "id": self.id.strip(), "kind": self.kind, "price": price})

    def told(self) -> ProductChange:
        """The change that is asked for. Raises Invalid with the field of the form."""
        return _checked(ProductChange, self._told())

    def _told(self) -> dict[str, Any]:
        if not self.name.strip():
            raise Invalid("It needs a name", field="name")
        return {
            "name": self.name,
            "names": {language: name for language, name in self.names.items() if name},
            "unit": self.unit.strip(),
            "tax_percent": amount_of(self.tax_percent, "tax_percent", most=Decimal(100)),
            "tax_category": self.tax_category,
            "tax_reason": self.tax_reason,
        }


class PriceForm(BaseModel):
    """A price as it is typed; without a day it is valid from now on."""

    model_config = ConfigDict(extra="ignore")

    amount: str = Field(default="", max_length=40)
    currency: str = Field(default="", max_length=10)
    day: str = Field(default="", max_length=20)
    at: str = Field(default="", max_length=20)

    def told(self, zone: ZoneInfo, now: datetime) -> NewPrice:
        """The price that is to be set, from the start of that day on. Raises Invalid with the field."""
        since = _moment(self.day, self.at, zone) if self.day.strip() else None
        if since is not None and since.astimezone(zone).date() < now.astimezone(zone).date():
            raise Invalid("A price begins today or later: what was sold before keeps its price", field="day")
        price = Money(amount=amount_of(self.amount, "amount"), currency=_currency(self.currency))
        return _checked(NewPrice, {"price": price, "valid_from": since})


class WithdrawForm(BaseModel):
    """Which price is taken back."""

    model_config = ConfigDict(extra="ignore")

    currency: str = Field(max_length=3)
    valid_from: datetime

    @property
    def since(self) -> datetime:
        """When it would have begun."""
        return self.valid_from if self.valid_from.tzinfo else self.valid_from.replace(tzinfo=UTC)


def amount_of(text: str, name: str, *, most: Decimal = LARGEST) -> Decimal:
    """The amount that was typed, 0 or more. Raises Invalid with the field."""
    try:
        if not text.strip():
            raise TypedNumberError("missing")
        return read_number(text, places=2, most=most, may_be_none=True)
    except TypedNumberError as error:
        raise Invalid(_WRONG[error.fault], field=name) from None


def _currency(text: str) -> str:
    return text.strip().upper()


def _moment(day: str, at: str, zone: ZoneInfo) -> datetime:
    try:
        on = day_of(day)
    except ValueError as error:
        raise Invalid(str(error), field="day") from None
    try:
        clock = time.fromisoformat(at.strip()) if at.strip() else time(0)
    except ValueError:
        raise Invalid("This is not a time of day", field="at") from None
    return datetime.combine(on, clock, tzinfo=zone)


def _checked(body: type[Told], told: dict[str, Any]) -> Told:
    try:
        return body.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(reason_of(dict(first)), field=_field(first["loc"])) from None


def _field(place: tuple[int | str, ...]) -> str | None:
    """The field of the form; `price.currency` is `currency` there, and a name by language `name_uk`."""
    parts = [str(part) for part in place]
    if parts[:1] == ["price"]:
        return parts[-1] if parts[-1] in ("amount", "currency") else "amount"
    if parts[:1] == ["names"]:
        return f"{_NAMED}{parts[1]}" if len(parts) > 1 else "name"
    return parts[0] if parts else None
