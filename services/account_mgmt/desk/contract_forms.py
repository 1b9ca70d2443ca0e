"""What the forms of a contract send, as people type it. Fields that were left empty count as not given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.account_mgmt.actions.contract_drafts import TypedLine
from services.account_mgmt.domain.contract_dates import Unit
from services.account_mgmt.domain.contracts import Contract, PriceBy
from services.account_mgmt.domain.line_charges import ChargedLine
from services.account_mgmt.domain.typed_numbers import MOST_PIECES, Fault, TypedNumberError, read_number
from services.account_mgmt.schemas.contracts import ContractChange, NewContract
from services.chassis.currencies import LARGEST
from services.chassis.errors import Invalid
from services.chassis.meanings import day_of
from services.chassis.sentences import said
from services.chassis.web.refusals import reason_of

MOST_ROWS: Final = 20
Told = TypeVar("Told", NewContract, ContractChange)
_WRONG: Final[dict[Fault, str]] = {
    "missing": said("How much?"),
    "not_a_number": said("Write a number, such as 1234.50"),
    "too_precise": said("That has too many decimals"),
    "not_above_zero": said("This must be above zero"),
    "too_large": said("That is too much"),
}


@contextmanager
def at_its_field() -> Iterator[None]:
    """What is refused meanwhile stands at its field of the form: the rules say `lines[0].quantity`, as REST does."""
    try:
        yield
    except Invalid as error:
        error.field = re.sub(r"\[(\d+)\]", r".\1", error.field) if error.field else error.field
        raise


class ContractForm(BaseModel):
    """A contract as it is typed; its lines are `lines.0.description` and so on, as `at_its_field` names them."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(default="", max_length=300)
    every: str = Field(default="", max_length=20)
    unit: Literal["day", "week", "month", "year"] = "month"
    first_on: str = Field(default="", max_length=20)
    next_on: str = Field(default="", max_length=20)
    last_of_month: bool = False
    issue_at: str = Field(default="", max_length=20)
    last_on: str = Field(default="", max_length=20)
    times: str = Field(default="", max_length=20)
    payment_days: str = Field(default="", max_length=20)
    price_by: PriceBy = "fixed"
    by_mail: bool = False
    entity: str = Field(default="", max_length=10)
    currency: str = Field(default="UAH", min_length=3, max_length=3)
    seen: str = Field(default="", max_length=100)

    def typed_lines(self, contract: Contract | None = None) -> list[TypedLine]:
        """The rows in which something stands. Raises Invalid with the field."""
        old = contract.lines if contract else []
        rows = [(n, self._row(n)) for n in range(MOST_ROWS)]
        return [
            _line(n, row, old[n] if n < len(old) else None)
            for n, row in rows
            if any(row[name] for name in ("product_id", "description", "unit_price"))
        ]

    def _row(self, n: int) -> dict[str, str]:
        names = ("product_id", "description", "quantity", "unit_price")
        given = self.model_extra or {}
        return {name: str(given.get(f"lines.{n}.{name}", ""))[:300].strip() for name in names}

    def told_new(self, lines: list[ChargedLine]) -> NewContract:
        """The same as REST takes it. Raises Invalid with the field."""
        told = self._told(lines) | {"entity": self.entity or None, "first_on": _day(self.first_on, "first_on")}
        return _checked(NewContract, told)

    def told_change(self, contract: Contract, lines: list[ChargedLine]) -> ContractChange:
        """What has become different. Raises Invalid with the field."""
        told = self._told(lines)
        next_on = _day(self.next_on, "next_on") if self.next_on else contract.next_on
        wants_last, moved = told.pop("day") == 31, next_on != contract.next_on
        other = {name: value for name, value in told.items() if value != getattr(contract, name)}
        if moved:
            other["next_on"] = next_on
        was_last = contract.unit == "month" and contract.anchor_day == 31
        if told["unit"] == "month" and (wants_last != was_last or (moved and wants_last)):
            other["day"] = 31 if wants_last else next_on and next_on.day
        if not other:
            raise Invalid("Nothing is different yet", field="name")
        return _checked(ContractChange, other)

    def _told(self, lines: list[ChargedLine]) -> dict[str, Any]:
        unit: Unit = "month" if self.unit == "year" else self.unit
        every = _whole(self.every, "every") or 1
        return {
            "name": self.name.strip(),
            "lines": lines,
            "price_by": self.price_by,
            "every": every * 12 if self.unit == "year" else every,
            "unit": unit,
            "day": 31 if self.last_of_month and unit == "month" else None,
            "last_on": _day(self.last_on, "last_on") if self.last_on else None,
            "times": _whole(self.times, "times"),
            "issue_at": _time(self.issue_at),
            "payment_days": _whole(self.payment_days, "payment_days"),
            "by_mail": self.by_mail,
        }


class WhyForm(BaseModel):
    """Why a contract is paused or ended."""

    model_config = ConfigDict(extra="ignore")

    reason: str = Field(default="", max_length=300)

    def told(self) -> str:
        """The words. Raises Invalid with the field."""
        if not self.reason.strip():
            raise Invalid("A few words are needed here", field="reason")
        return self.reason.strip()


def _line(n: int, row: dict[str, str], old: ChargedLine | None) -> TypedLine:
    price = _number(row["unit_price"], f"lines[{n}].unit_price", places=2, most=LARGEST) if row["unit_price"] else None
    return TypedLine(
        product_id=row["product_id"] or None,
        description=row["description"],
        quantity=_number(row["quantity"] or "1", f"lines[{n}].quantity", places=3, most=MOST_PIECES),
        unit_price=price,
        old=old,
    )


def _checked(body: type[Told], told: dict[str, Any]) -> Told:
    try:
        return body.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        reason = reason_of(dict(first))
        raise Invalid(reason[:1].upper() + reason[1:], field=".".join(map(str, first["loc"]))) from None


def _number(text: str, name: str, *, places: int, most: Decimal) -> Decimal:
    try:
        return read_number(text, places=places, most=most)
    except TypedNumberError as error:
        raise Invalid(_WRONG[error.fault], field=name) from None


def _whole(text: str, name: str) -> int | None:
    if not text.strip():
        return None
    if text.strip() == "0":
        return 0
    return int(_number(text, name, places=0, most=Decimal(10_000)))


def _day(text: str, name: str) -> date:
    try:
        return day_of(text)
    except ValueError as error:
        raise Invalid(str(error), field=name) from None


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip()) if text.strip() else time(9)
    except ValueError:
        raise Invalid("This is not a time of day", field="issue_at") from None
