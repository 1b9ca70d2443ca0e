"""Commission of the team: a month by person, the statement for the payroll, corrections, and closing the month."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import words_for
from services.conversion.actions.commissions import add_adjustment, close_month, read_statement
from services.conversion.actions.deal_board import colleagues
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.team_commission import read_team_month, role_to_correct
from services.conversion.desk.asks import body_of, number
from services.conversion.desk.commission import Month
from services.conversion.desk.forms import BoardForm, Words
from services.conversion.desk.team import READERS, SUPERVISOR, TEAM
from services.conversion.documents.payroll_csv import payroll_csv
from services.conversion.domain.commissions import Role
from services.conversion.schemas.commissions import NewAdjustment

COMMISSION = f"{TEAM}/commission"
router: APIRouter = page_router("/desk/team/commission")


class CorrectionForm(BoardForm):
    """Whose commission is corrected, by how much (less than zero takes away), and why."""

    person: Annotated[str, Field(max_length=100)] = ""
    amount: Annotated[str, Field(max_length=40)] = ""
    currency: Annotated[str, Field(max_length=3)] = ""
    reason: Words = ""

    def body(self, role: Role) -> NewAdjustment:
        """The same as REST takes it. Raises Invalid by field."""
        amount = number(self.amount, "amount")
        if not amount:
            raise Invalid("say how much, more or less than zero", field="amount")
        money = {"amount": f"{amount:f}", "currency": self.currency.upper()}
        return body_of(NewAdjustment, person=self.person, role=role, amount=money, reason=self.reason)


class CloseForm(BoardForm):
    """Which month is closed."""

    month: Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


async def _show(request: Request, conn: Connection, who: Principal, month: str | None) -> Response:
    found, ours = await read_team_month(conn, month), await colleagues(conn)
    return web_of(request).pages.answer(
        request,
        "team/commission.j2",
        found=found,
        first_day=date.fromisoformat(f"{found.statement.month}-01"),
        acts=who.role == "supervisor",
        bar=await desk_bar(conn, who),
        names={**found.elsewhere, **ours},
        ours=ours,
    )


@router.get("", dependencies=READERS)
async def commission_page(request: Request, conn: Conn, who: Who, month: Month = None) -> Response:
    """The month of everybody."""
    return await _show(request, conn, who, month)


@router.get("/statement.csv", dependencies=READERS)
async def statement(conn: Conn, month: Month = None, person: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The statement of the month as a file: of everybody for the payroll, or of one person."""
    found = await read_statement(conn, month, person or None)
    name = f"commission-{found.month}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(payroll_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/corrections", dependencies=SUPERVISOR)
async def correct(request: Request, conn: Conn, who: Who, form: Annotated[CorrectionForm, Form()]) -> Response:
    """An entry by hand, payable in the open month."""
    _ = words_for(request)
    entry = await add_adjustment(conn, form.body(await role_to_correct(conn, form.person)), who)
    show = partial(_show, request, conn, who, entry.month)
    said = _("Corrected. It is paid with the month that is open.")
    return await web_of(request).after(request, f"{COMMISSION}?month={entry.month}", show, said=said)


@router.post("/close", dependencies=SUPERVISOR)
async def close(request: Request, conn: Conn, who: Who, form: Annotated[CloseForm, Form()]) -> Response:
    """The month is closed for good."""
    _ = words_for(request)
    await close_month(conn, form.month, who)
    show = partial(_show, request, conn, who, form.month)
    said = _("Closed. What is heard of later goes into the next month.")
    return await web_of(request).after(request, f"{COMMISSION}?month={form.month}", show, said=said)
