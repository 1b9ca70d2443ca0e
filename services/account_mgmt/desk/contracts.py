"""A contract on a page of its own: typed with its next invoices beside it, changed, paused, gone on with, ended."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from services.account_mgmt.actions.contract_drafts import complete_lines, preview_change, preview_new
from services.account_mgmt.actions.contract_invoices import issue_again
from services.account_mgmt.actions.contract_pages import (
    COMING,
    ContractPage,
    find_products,
    read_contract_page,
    read_new_page,
)
from services.account_mgmt.actions.contracts import (
    change_contract,
    end_contract,
    make_contract,
    pause_contract,
    resume_contract,
    skip_period,
)
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.desk.contract_forms import ContractForm, WhyForm, at_its_field
from services.account_mgmt.desk.places import STAFF, contract_path
from services.account_mgmt.domain.contracts import Missed, Preview
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.formats import zone_of
from services.chassis.web.site import words_for

router: APIRouter = page_router()
Number = Annotated[int, Path(ge=1, le=100_000)]
Typed = Annotated[ContractForm, Form()]


async def _show(request: Request, conn: Connection, who: Principal, page: ContractPage) -> Response:
    now = datetime.now(UTC)
    zone = zone_of(page.contract.zone if page.contract else page.sellers[0].timezone if page.sellers else None)
    _ = words_for(request)
    problem = None if page.contract else _("Say what it is for and what it costs: the dates and sums show here.")
    shown: dict[str, Any] = {"page": page, "zone": zone, "problem": problem, "preview": page.preview, "live": True}
    return web_of(request).pages.answer(request, "contract.j2", bar=await read_bar(conn, who, now), **shown)


async def show_contract(request: Request, conn: Connection, who: Principal, contract_id: str) -> Response:
    """The page of one contract."""
    return await _show(request, conn, who, await read_contract_page(conn, who, contract_id))


async def _after(request: Request, conn: Connection, who: Principal, contract_id: str, said: str) -> Response:
    show = partial(show_contract, request, conn, who, contract_id)
    return await web_of(request).after(request, contract_path(contract_id), show, said=said)


def _coming(request: Request, preview: Preview | None, problem: str | None) -> Response:
    """The next invoices alone, or why there would be none."""
    return web_of(request).pages.answer(request, "contract_coming.j2", preview=preview, problem=problem, page=None)


@router.get("/customers/{customer_id}/contracts/new", dependencies=STAFF)
async def new(request: Request, conn: Conn, who: Who, customer_id: Id) -> Response:
    """A new contract to be typed."""
    return await _show(request, conn, who, await read_new_page(conn, who, customer_id))


@router.put("/customers/{customer_id}/contracts/coming", dependencies=STAFF)
async def coming_of_new(request: Request, conn: Conn, who: Who, customer_id: Id, form: Typed) -> Response:
    """While it is typed: the next invoices, or what is still missing."""
    try:
        lines = await complete_lines(conn, customer_id, form.typed_lines(), form.currency)
        return _coming(request, await preview_new(conn, who, customer_id, form.told_new(lines), COMING), None)
    except DomainError as error:
        return _coming(request, None, error.message)


@router.post("/customers/{customer_id}/contracts", dependencies=STAFF)
async def make(request: Request, conn: Conn, who: Who, customer_id: Id, form: Typed) -> Response:
    """Agreed: from its first date on the invoices are issued by themselves."""
    with at_its_field():
        lines = await complete_lines(conn, customer_id, form.typed_lines(), form.currency)
        made = await make_contract(conn, who, customer_id, form.told_new(lines))
    _ = words_for(request)
    return await _after(request, conn, who, made.id, _("The contract runs. Its invoices are issued by themselves."))


@router.get("/contracts/products", dependencies=STAFF)
async def products(request: Request, conn: Conn) -> Response:
    """What the catalogue has for the words in the field that is typed in, whichever line's it is."""
    typed = next(iter(request.query_params.values()), "")[:100]
    found = await find_products(conn, typed)
    return web_of(request).pages.answer(request, "contract_products.j2", found=found)


@router.get("/contracts/{contract_id}", dependencies=STAFF)
async def one(request: Request, conn: Conn, who: Who, contract_id: Id) -> Response:
    """What is agreed, what comes, and what became of each date."""
    return await show_contract(request, conn, who, contract_id)


@router.put("/contracts/{contract_id}/coming", dependencies=STAFF)
async def coming_of_change(request: Request, conn: Conn, who: Who, contract_id: Id, form: Typed) -> Response:
    """While it is changed: the next invoices as they would be."""
    page = await read_contract_page(conn, who, contract_id)
    assert page.contract is not None  # noqa: S101 - a page of a contract has one
    try:
        lines = await complete_lines(conn, page.customer.id, form.typed_lines(page.contract), page.currency)
        told = form.told_change(page.contract, lines)
        return _coming(request, await preview_change(conn, who, contract_id, told, COMING), None)
    except DomainError as error:
        return _coming(request, page.preview, error.message)


@router.post("/contracts/{contract_id}", dependencies=STAFF)
async def change(request: Request, conn: Conn, who: Who, contract_id: Id, form: Typed) -> Response:
    """Something else is agreed, from the next date on."""
    page = await read_contract_page(conn, who, contract_id)
    assert page.contract is not None  # noqa: S101 - a page of a contract has one
    with at_its_field():
        lines = await complete_lines(conn, page.customer.id, form.typed_lines(page.contract), page.currency)
        await change_contract(conn, who, contract_id, form.told_change(page.contract, lines), seen=form.seen)
    _ = words_for(request)
    return await _after(request, conn, who, contract_id, _("Changed, from the next invoice on."))


@router.post("/contracts/{contract_id}/pause", dependencies=STAFF)
async def pause(request: Request, conn: Conn, who: Who, contract_id: Id, form: Annotated[WhyForm, Form()]) -> Response:
    """No invoices until it goes on."""
    await pause_contract(conn, who, contract_id, form.told())
    _ = words_for(request)
    return await _after(request, conn, who, contract_id, _("Paused. Nothing is issued until you go on."))


@router.post("/contracts/{contract_id}/resume", dependencies=STAFF)
async def resume(
    request: Request, conn: Conn, who: Who, contract_id: Id, missed: Annotated[Missed, Form()] = "skip"
) -> Response:
    """It goes on; what has passed meanwhile is left out or issued."""
    await resume_contract(conn, who, contract_id, missed)
    _ = words_for(request)
    return await _after(request, conn, who, contract_id, _("It goes on."))


@router.post("/contracts/{contract_id}/end", dependencies=STAFF)
async def end(request: Request, conn: Conn, who: Who, contract_id: Id, form: Annotated[WhyForm, Form()]) -> Response:
    """No more invoices."""
    await end_contract(conn, who, contract_id, form.told())
    _ = words_for(request)
    return await _after(request, conn, who, contract_id, _("The contract has ended."))


@router.post("/contracts/{contract_id}/periods/{number}/skip", dependencies=STAFF)
async def skip(request: Request, conn: Conn, who: Who, contract_id: Id, number: Number) -> Response:
    """One date is left out."""
    await skip_period(conn, who, contract_id, number)
    _ = words_for(request)
    return await _after(request, conn, who, contract_id, _("That date is left out."))


@router.post("/contracts/{contract_id}/periods/{number}/issue", dependencies=STAFF)
async def issue(request: Request, conn: Conn, who: Who, contract_id: Id, number: Number) -> Response:
    """What could not be issued or mailed is tried again."""
    period, _currency = await issue_again(conn, who, contract_id, number)
    _ = words_for(request)
    said = _("Still not: %(why)s.") % {"why": period.reason} if period.state == "failed" else _("It is on its way.")
    return await _after(request, conn, who, contract_id, said)
