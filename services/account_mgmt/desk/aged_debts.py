"""Overdue money: by age and currency, by customer and reminder, with what a supervisor decides about an invoice."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from starlette.responses import Response

from services.account_mgmt.actions.aged_debts import read_aged_debts
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.dunning_decisions import decide
from services.account_mgmt.actions.write_offs import write_off
from services.account_mgmt.desk.correction_forms import WriteOffForm
from services.account_mgmt.desk.cursors import place_of, read_amount
from services.account_mgmt.desk.dunning import DecisionForm, decided_words
from services.account_mgmt.desk.places import OVERDUE, SUPERVISOR
from services.account_mgmt.domain.aged_debts import DebtQuery
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.chassis.web.site import words_for

router: APIRouter = page_router("/desk/portfolio/overdue")


class Asked(BaseModel):
    """Which debts, and whose invoices are open."""

    model_config = ConfigDict(extra="ignore")

    currency: Annotated[str, StringConstraints(pattern="^([A-Z]{3})?$")] = ""
    age: Annotated[int | None, Field(ge=1, le=4)] = None
    step: Annotated[int | None, Field(ge=0, le=100)] = None
    owner: str = Field(default="", max_length=64)
    customer: Id | None = None
    after: str = Field(default="", max_length=1000)

    @field_validator("age", "step", "customer", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        return None if value == "" else value

    @property
    def query(self) -> DebtQuery:
        """The question."""
        return DebtQuery(currency=self.currency, age=self.age, step=self.step, owner=self.owner)

    def address(self, **changes: str | int | None) -> str:
        """The query string of the same list with these changes; another filter begins on its first page."""
        told = {**self.model_dump(exclude=set() if changes.keys() <= {"customer"} else {"after"}), **changes}
        return urlencode({name: value for name, value in told.items() if value not in (None, "")})


Query_ = Annotated[Asked, Query()]


@router.get("", dependencies=SUPERVISOR)
async def overdue(request: Request, conn: Conn, who: Who, asked: Query_) -> Response:
    """Every currency by age, and the debtors of one, who owes most first."""
    return await _page(request, conn, who, asked)


@router.post("/{invoice_id}/dunning", dependencies=SUPERVISOR)
async def decided(
    request: Request, conn: Conn, who: Who, invoice_id: Id, asked: Query_, form: Annotated[DecisionForm, Form()]
) -> Response:
    """Reminders rest, go on, one more goes out, or an agency collects."""
    await decide(conn, who, invoice_id, form.told(Reader.of(request).formats().zone))
    return await _after(request, conn, who, asked, decided_words(words_for(request), form.decision))


@router.post("/{invoice_id}/write-offs", dependencies=SUPERVISOR)
async def write(
    request: Request, conn: Conn, who: Who, invoice_id: Id, asked: Query_, form: Annotated[WriteOffForm, Form()]
) -> Response:
    """Within the limit of a supervisor."""
    made = await write_off(conn, who, invoice_id, form.told())
    _, fmt = words_for(request), Reader.of(request).formats()
    said = _("%(money)s is written off.") % {"money": fmt.money(made.amount, made.currency)}
    return await _after(request, conn, who, asked, said)


async def _after(request: Request, conn: Connection, who: Principal, asked: Asked, said: str) -> Response:
    place = f"{OVERDUE}?{asked.address(customer=asked.customer)}"
    return await web_of(request).after(request, place, partial(_page, request, conn, who, asked), said=said)


async def _page(request: Request, conn: Connection, who: Principal, asked: Asked) -> Response:
    now, after = datetime.now(UTC), read_amount(asked.after)
    found = await read_aged_debts(conn, asked.query, who.role, customer_id=asked.customer, after=after)
    shown: dict[str, Any] = {
        "found": found,
        "asked": asked,
        "more": place_of(found.next),
        "acts": who.role == "supervisor",
    }
    return web_of(request).pages.answer(
        request, "aged_debts.j2", **shown, bar=await read_bar(conn, who, now), live=True
    )
