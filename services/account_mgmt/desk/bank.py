"""Bank statements: sent, what was booked, and what waits to be matched, ignored or undone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from services.account_mgmt.actions.bank_pages import invoice_numbered, read_bank, read_statement_page, undo_match
from services.account_mgmt.actions.bank_statements import cancel_statement, take_statement
from services.account_mgmt.actions.bank_transfers import ignore_transfer, match_transfer, read_transfer
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.returned_transfers import settle_return
from services.account_mgmt.desk.bank_forms import (
    COLUMNS,
    ENCODINGS,
    MatchForm,
    ReasonForm,
    ReturnForm,
    StatementForm,
)
from services.account_mgmt.desk.cursors import place_of, read_moment
from services.account_mgmt.desk.places import BANK, STAFF, statement_path
from services.account_mgmt.domain.bank_pages import Shelf, balance
from services.account_mgmt.schemas.bank_transfers import NewMatch
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import Conn, Id, Who, file_name
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import words_for

router: APIRouter = page_router("/desk/bank")
Place = Annotated[str, Query(max_length=1000)]


@router.get("", dependencies=STAFF)
async def bank(request: Request, conn: Conn, who: Who, shelf: Shelf = "waiting", after: Place = "") -> Response:
    """What waits for a person first, the latest statements, and money that is too much or went back."""
    return await _desk(request, conn, who, shelf=shelf, after=after)


@router.post("", dependencies=STAFF)
async def send(request: Request, conn: Conn, who: Who, form: Annotated[StatementForm, Depends()]) -> Response:
    """Take a statement in; of one that cannot be read nothing is kept, and the form says what to do."""
    try:
        async with conn.transaction():
            file = form.upload()
            name = file_name(file, "statement")
            taken = await take_statement(conn, file.file, form.options(), file_name=name, by=who.person)
    except DomainError as error:
        return await _desk(request, conn, who, form=form, error=error)
    _ = words_for(request)
    said = _("A long one: it is booked in the background.") if taken.state == "queued" else _("Taken in.")
    return await web_of(request).after(request, statement_path(taken.id), said=said)


@router.get("/{statement_id}", dependencies=STAFF)
async def statement(
    request: Request, conn: Conn, who: Who, statement_id: Id, shelf: Shelf = "waiting", after: Place = ""
) -> Response:
    """One statement: whether it adds up, the lines that nobody could read, and its transfers."""
    return await _statement(request, conn, who, statement_id, shelf, after)


@router.post("/{statement_id}/cancel", dependencies=STAFF)
async def call_off(request: Request, conn: Conn, who: Who, statement_id: Id) -> Response:
    """What was booked stays."""
    await cancel_statement(conn, statement_id)
    said = words_for(request)("Called off. What was booked stays.")
    show = partial(_statement, request, conn, who, statement_id, "waiting", "")
    return await web_of(request).after(request, statement_path(statement_id), show, said=said)


@router.post("/transfers/{transfer_id}/match", dependencies=STAFF)
async def match(
    request: Request, conn: Conn, who: Who, transfer_id: Id, form: Annotated[MatchForm, Form()], of: Id | None = None
) -> Response:
    """These invoices get it."""
    currency = (await read_transfer(conn, transfer_id)).currency
    shares = [
        form.share(await invoice_numbered(conn, number, currency), amount, currency) for number, amount in form.lines()
    ]
    await match_transfer(conn, who, transfer_id, NewMatch(invoices=shares))
    return await _after(request, conn, who, of, words_for(request)("Booked. The payer’s account is remembered."))


@router.post("/transfers/{transfer_id}/returned", dependencies=STAFF)
async def returned(
    request: Request, conn: Conn, who: Who, transfer_id: Id, form: Annotated[ReturnForm, Form()], of: Id | None = None
) -> Response:
    """This payment the bank took back."""
    await settle_return(conn, who, transfer_id, form.told())
    said = words_for(request)("The payment is undone, and its invoice is open again.")
    return await _after(request, conn, who, of, said)


@router.post("/transfers/{transfer_id}/ignore", dependencies=STAFF)
async def ignore(
    request: Request, conn: Conn, who: Who, transfer_id: Id, form: Annotated[ReasonForm, Form()], of: Id | None = None
) -> Response:
    """It pays no invoice."""
    await ignore_transfer(conn, who, transfer_id, form.reason)
    return await _after(request, conn, who, of, words_for(request)("Ignored. It can still be matched later."))


@router.post("/transfers/{transfer_id}/undo", dependencies=STAFF)
async def undo(
    request: Request, conn: Conn, who: Who, transfer_id: Id, form: Annotated[ReasonForm, Form()], of: Id | None = None
) -> Response:
    """All that it paid is open again, and it waits to be matched."""
    await undo_match(conn, who, transfer_id, form.reason)
    return await _after(request, conn, who, of, words_for(request)("Undone: it waits to be matched again."))


async def _after(request: Request, conn: Connection, who: Principal, statement_id: str | None, said: str) -> Response:
    """The page on which it was said: the whole desk, or one statement."""
    if statement_id is None:
        return await web_of(request).after(request, BANK, partial(_desk, request, conn, who), said=said)
    show = partial(_statement, request, conn, who, statement_id, "waiting", "")
    return await web_of(request).after(request, statement_path(statement_id), show, said=said)


async def _desk(
    request: Request, conn: Connection, who: Principal, *, shelf: Shelf = "waiting", after: str = "",
    form: StatementForm | None = None, error: DomainError | None = None,
) -> Response:  # fmt: skip
    found = await read_bank(conn, shelf, read_moment(after))
    shown: dict[str, Any] = {"found": found, "listed": found.transfers, "form": form or StatementForm(), "of": None}
    shown |= {"columns": COLUMNS, "encodings": ENCODINGS, "refused": error, "headings": (form.headings if form else {})}
    shown |= {"errors": field_errors(error) if error else {}}
    return await _page(request, conn, who, "bank.j2", error.status if error else 200, shelf=shelf, **shown)


async def _statement(
    request: Request, conn: Connection, who: Principal, statement_id: str, shelf: Shelf, after: str
) -> Response:
    one, listed = await read_statement_page(conn, statement_id, shelf, read_moment(after))
    shown = {"one": one, "adds": balance(one), "listed": listed, "of": statement_id}
    return await _page(request, conn, who, "bank_statement.j2", 200, shelf=shelf, **shown)


async def _page(
    request: Request, conn: Connection, who: Principal, template: str, status: int, **shown: Any
) -> Response:
    bar = await read_bar(conn, who, datetime.now(UTC))
    more, acts = place_of(shown["listed"].next), not who.is_ops
    return web_of(request).pages.answer(
        request, template, status=status, **shown, bar=bar, more=more, acts=acts, live=True
    )
