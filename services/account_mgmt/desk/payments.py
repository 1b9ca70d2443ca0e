"""Money on an invoice: booked when it came, given back, and the invoice mailed once more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.account_mgmt.actions.invoices import send_invoice
from services.account_mgmt.actions.payments import TakenPayment, take_payment
from services.account_mgmt.actions.refunds import refund_invoice
from services.account_mgmt.desk.invoices import show_invoice
from services.account_mgmt.desk.money_forms import MailForm, PaymentForm, RefundForm
from services.account_mgmt.desk.places import STAFF, SUPERVISOR, invoice_path
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.formats import Formats
from services.chassis.web.pages import Reader
from services.chassis.web.site import words_for

router: APIRouter = page_router()


@router.post("/invoices/{invoice_id}/payments", dependencies=STAFF)
async def book(
    request: Request, conn: Conn, who: Who, invoice_id: Id, form: Annotated[PaymentForm, Form()]
) -> Response:
    """In part, in full or too much; the same reference once."""
    fmt = Reader.of(request).formats(datetime.now(UTC))
    taken = await take_payment(conn, who, invoice_id, form.told(fmt.now, fmt.zone))
    said = _told(words_for(request), taken, form, fmt)
    show = partial(show_invoice, request, conn, who, invoice_id)
    return await web_of(request).after(request, invoice_path(invoice_id), show, said=said)


def _told(_: Callable[[str], str], taken: TakenPayment, form: PaymentForm, fmt: Formats) -> str:
    invoice = taken.invoice
    if not taken.is_new:
        before = _("%(reference)s was booked on this invoice before: nothing has changed.")
        return before % {"reference": form.reference}
    if invoice.open_amount > 0:
        return _("Booked. %(money)s is still open.") % {"money": fmt.money(invoice.open_amount, invoice.currency)}
    if invoice.open_amount == 0:
        return _("Booked: the invoice is paid.")
    surplus = fmt.money(-invoice.open_amount, invoice.currency)
    too_much = _(
        "Booked: the invoice is paid, and %(money)s is too much. It stays here until a supervisor gives it back."
    )
    return too_much % {"money": surplus}


@router.post("/invoices/{invoice_id}/refunds", dependencies=SUPERVISOR)
async def refund(
    request: Request, conn: Conn, who: Who, invoice_id: Id, form: Annotated[RefundForm, Form()]
) -> Response:
    """At most what was paid; the same reference once."""
    made = await refund_invoice(conn, who, invoice_id, form.told())
    _, fmt = words_for(request), Reader.of(request).formats()
    said = _("%(money)s given back.") % {"money": fmt.money(made.amount, made.currency)}
    show = partial(show_invoice, request, conn, who, invoice_id)
    return await web_of(request).after(request, invoice_path(invoice_id), show, said=said)


@router.post("/invoices/{invoice_id}/mails", dependencies=STAFF)
async def mail(request: Request, conn: Conn, who: Who, invoice_id: Id, form: Annotated[MailForm, Form()]) -> Response:
    """With the PDF, in the customer's language; asked twice, it is sent once."""
    await send_invoice(conn, who, invoice_id, form.to)
    _ = words_for(request)
    said = _("On its way to %(address)s.") % {"address": form.to}
    show = partial(show_invoice, request, conn, who, invoice_id)
    return await web_of(request).after(request, invoice_path(invoice_id), show, said=said)
