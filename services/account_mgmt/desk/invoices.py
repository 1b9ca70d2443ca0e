"""Invoices: the list with its filters and sums, the page of one, and its documents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from services.account_mgmt.actions.customer_money import list_invoices
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.invoice_documents import (
    Form,
    credit_note_as_data,
    invoice_as_data,
    print_credit_note,
    print_invoice,
)
from services.account_mgmt.actions.invoice_pages import read_invoice_page
from services.account_mgmt.desk.invoice_list import Asked
from services.account_mgmt.desk.places import STAFF, invoice_path
from services.account_mgmt.desk.right import show_money
from services.account_mgmt.domain.documents import Document
from services.account_mgmt.domain.invoice_lists import BriefInvoice, InvoiceQuery
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Page, PageParams, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader

router: APIRouter = page_router()
_AT_ONCE = 25


@router.get("/invoices", dependencies=STAFF)
async def all_of_them(request: Request, conn: Conn, who: Who, asked: Annotated[Asked, Query()]) -> Response:
    """What is owed first, unless something else is asked for; a number that only one invoice has leads to it."""
    return await (_search if asked.q.strip() else _list)(request, conn, who, asked)


async def _page(request: Request, conn: Connection, who: Principal, template: str, **shown: Any) -> Response:
    bar = await read_bar(conn, who, datetime.now(UTC))
    return web_of(request).pages.answer(request, template, bar=bar, **shown)


async def _search(request: Request, conn: Connection, who: Principal, asked: Asked) -> Response:
    if asked.number is None:
        return await _page(request, conn, who, "invoices.j2", **_shown(asked, None))
    query = InvoiceQuery(view="all", number=asked.number)
    found = await list_invoices(conn, query, limit=_AT_ONCE + 1, after=None)
    if len(found.invoices) == 1:
        return RedirectResponse(invoice_path(found.invoices[0].id), status_code=303)
    return await _page(request, conn, who, "invoices.j2", **_shown(asked, found))


async def _list(request: Request, conn: Connection, who: Principal, asked: Asked) -> Response:
    query = asked.query(who, Reader.of(request).formats().zone)
    after = PageParams(limit=_AT_ONCE, after=asked.after or None).time_and_id()
    found = await list_invoices(conn, query, limit=_AT_ONCE + 1, after=after)
    return await _page(
        request, conn, who, "invoices.j2", mine=asked.is_mine(who), **_shown(asked, found, query.is_by_due_date)
    )


def _shown(asked: Asked, found: Any, by_due_date: bool = False) -> dict[str, Any]:
    """What the template knows the list by; `next` is where it goes on."""

    def key(one: BriefInvoice) -> tuple[str, str]:
        return ((one.due_at if by_due_date else one.issued_at).isoformat(), one.id)

    page = Page[BriefInvoice].of(found.invoices if found else [], _AT_ONCE, key=key)
    return {"asked": asked, "found": found, "listed": page.items, "next": page.next}


@router.get("/customers/{customer_id}/money", dependencies=STAFF)
async def of_customer(request: Request, conn: Conn, customer_id: Id) -> Response:
    """The card of a customer's invoices alone, as a part of the desk."""
    return await show_money(request, conn, customer_id)


@router.get("/invoices/{invoice_id}", dependencies=STAFF)
async def one_of_them(request: Request, conn: Conn, who: Who, invoice_id: Id) -> Response:
    """With everything that happened to it, what comes next, and what may be done."""
    return await show_invoice(request, conn, who, invoice_id)


async def show_invoice(request: Request, conn: Connection, who: Principal, invoice_id: str) -> Response:
    """The page of an invoice as it is now: what every act on it answers with."""
    found = await read_invoice_page(conn, who, invoice_id)
    return await _page(request, conn, who, "invoice.j2", found=found)


@router.get("/invoices/{invoice_id}/pdf", dependencies=STAFF)
async def pdf(conn: Conn, invoice_id: Id, form: Form = "plain") -> Response:
    """As it was sent; `factur-x` has the e-invoice inside. 409 names what an e-invoice lacks."""
    return _file(await print_invoice(conn, invoice_id, form))


@router.get("/invoices/{invoice_id}/xml", dependencies=STAFF)
async def xml(conn: Conn, invoice_id: Id) -> Response:
    """The invoice as data, EN 16931. 409 names what is missing."""
    return _file(await invoice_as_data(conn, invoice_id))


@router.get("/credit-notes/{note_id}/pdf", dependencies=STAFF)
async def credit_note_pdf(conn: Conn, note_id: Id, form: Form = "plain") -> Response:
    """A credit note as it is sent; `factur-x` has the e-invoice inside."""
    return _file(await print_credit_note(conn, note_id, form))


@router.get("/credit-notes/{note_id}/xml", dependencies=STAFF)
async def credit_note_xml(conn: Conn, note_id: Id) -> Response:
    """A credit note as data, EN 16931. 409 names what is missing."""
    return _file(await credit_note_as_data(conn, note_id))


def _file(document: Document) -> Response:
    name = f'inline; filename="{document.name}"'
    return Response(document.content, media_type=document.media_type, headers={"Content-Disposition": name})
