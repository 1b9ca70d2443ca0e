"""Commission rates: typed, tried on a sale, published as the next version of the policy."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.currencies import LARGEST, check_money
from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.http import Conn, Who
from services.chassis.meanwhile import MEANWHILE, now_there
from services.chassis.typed_numbers import typed_number
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors, reason_of
from services.chassis.web.seen import told_of
from services.chassis.web.site import is_lively, words_for
from services.conversion.actions.commission_rates import publish_rates, read_rates, shares_of
from services.conversion.desk.settings import SETTERS, SETTINGS, SUPERVISION, SUPERVISOR, settings_page
from services.conversion.domain.commissions import Rates
from workflows.contracts.base import Money

router: APIRouter = page_router("/desk/settings/commission")
HERE = f"{SETTINGS}/commission"
_RATES = {"sourced", "closed", "kept"}


class RatesForm(BaseModel):
    """Rates as they are typed, with the sale that they are tried on."""

    model_config = ConfigDict(extra="ignore")

    sourced: str = Field(default="", max_length=20)
    closed: str = Field(default="", max_length=20)
    kept: str = Field(default="", max_length=20)
    amount: str = Field(default="100000", max_length=30)
    currency: str = Field(default="UAH", max_length=10)
    seen: str = Field(default="", max_length=100)

    @classmethod
    def of(cls, rates: Rates, seen: str) -> RatesForm:
        """The form with the rates in force."""
        plain = {name: f"{value.normalize():f}" for name, value in rates}
        return cls(**plain, seen=seen)

    def told(self) -> Rates:
        """The rates. Raises Invalid with the field."""
        typed = {name: _number(getattr(self, name), name) for name in ("sourced", "closed", "kept")}
        try:
            rates = Rates.model_validate(typed)
        except ValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][0]) if first["loc"] else "closed"
            raise Invalid(reason_of(dict(first)), field=field) from None
        if sum(typed.values()) > 100:
            raise Invalid("The three shares come to more than 100 per cent", field="closed")
        return rates

    def sale(self) -> Money:
        """The sale that they are tried on. Raises Invalid with the field."""
        amount, currency = _number(self.amount, "amount"), self.currency.strip().upper()
        if not 0 <= amount <= LARGEST:
            raise Invalid("This is too much", field="amount")
        try:
            money = Money(amount=amount, currency=currency)
            check_money(money)
        except ValidationError as error:
            first = error.errors()[0]
            raise Invalid(reason_of(dict(first)), field=str(first["loc"][-1])) from None
        return money


@router.get("", dependencies=SUPERVISION)
async def rates(request: Request, conn: Conn, who: Who) -> Response:
    """The rates in force, and an example."""
    return await _show(request, conn, who)


@router.put("/look", dependencies=SUPERVISOR)
async def look(request: Request, conn: Conn, form: Annotated[RatesForm, Form()]) -> Response:
    """While they are typed: what they come to on the sale."""
    shown = {**_example(form), "page": await read_rates(conn)}
    return web_of(request).pages.parts(request, {"look": "settings/_rates_look.j2"}, **shown)


@router.post("/look", dependencies=SUPERVISOR)
async def look_again(request: Request, conn: Conn, who: Who, form: Annotated[RatesForm, Form()]) -> Response:
    """The same without script: the page with what was typed."""
    return await _show(request, conn, who, form)


@router.post("", dependencies=SETTERS)
async def publish(request: Request, conn: Conn, who: Who, form: Annotated[RatesForm, Form()]) -> Response:
    """The next version of the policy has these rates."""
    try:
        async with conn.transaction():
            await publish_rates(conn, form.told(), who, form.seen)
    except DomainError as error:
        error = await _noted(conn, form, error)
        if is_lively(request):
            raise
        return await _show(request, conn, who, told_of(error, form), error)
    said = words_for(request)("Published: deals that begin from now on take these rates.")
    return await web_of(request).after(request, HERE, partial(_show, request, conn, who), said=said)


async def _noted(conn: Connection, form: RatesForm, error: DomainError) -> DomainError:
    """The refusal at the fields of the form; whoever was second is told at each what the first has published."""
    error.field = "closed" if error.field == "commission" else error.field
    if error.code == MEANWHILE:
        now = RatesForm.of((await read_rates(conn)).rates, "")
        error.also = now_there(now.model_dump(include=_RATES), form.model_dump(include=_RATES))
    return error


async def _show(
    request: Request, conn: Connection, who: Principal, form: RatesForm | None = None,
    error: DomainError | None = None,
) -> Response:  # fmt: skip
    page = await read_rates(conn)
    typed = form or RatesForm.of(page.rates, page.seen)
    shown = {"page": page, "form": typed, **_example(typed), "refused": error, "status": error.status if error else 200}
    shown["errors"] = field_errors(error) if error else {}
    return await settings_page(request, conn, who, "settings/rates.j2", **shown)


def _example(form: RatesForm) -> dict[str, Any]:
    """What typed rates come to, or why they cannot be."""
    try:
        sale, typed = form.sale(), form.told()
    except DomainError as error:
        return {"problem": error.message, "sale": None, "typed": None, "shares_of": shares_of}
    return {"problem": None, "sale": sale, "typed": typed, "shares_of": shares_of}


def _number(text: str, name: str) -> Decimal:
    if (number := typed_number(text.replace("%", ""))) is None:
        raise Invalid("Write a number, such as 2.5", field=name)
    return Decimal(f"{number.normalize():f}")
