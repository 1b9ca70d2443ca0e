"""Credit notes as PDF and e-invoice; they are issued on an invoice."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.account_mgmt.actions.invoice_documents import Form, credit_note_as_data, print_credit_note
from services.account_mgmt.routes.access import READERS
from services.account_mgmt.routes.file_response import file_response
from services.chassis.http import Conn, Id, new_router

router: APIRouter = new_router(tags=["invoices"])


@router.get(
    "/credit-notes/{note_id}.pdf",
    dependencies=READERS,
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
    summary="A credit note as a PDF",
)
async def get_credit_note_pdf(conn: Conn, note_id: Id, form: Form = "plain") -> Response:
    """In the customer's language: which invoice it is for, why, and how much of each rate is taken back.

    `factur-x` is PDF/A-3 with the e-invoice inside. 409 `incomplete` names what that lacks.
    """
    return file_response(await print_credit_note(conn, note_id, form))


@router.get(
    "/credit-notes/{note_id}.xml",
    dependencies=READERS,
    response_class=Response,
    responses={200: {"content": {"application/xml": {}}}},
    summary="A credit note as data, EN 16931",
)
async def get_credit_note_xml(conn: Conn, note_id: Id) -> Response:
    """Cross Industry Invoice of type 381, with its invoice's number. 409 `incomplete` names what is missing."""
    return file_response(await credit_note_as_data(conn, note_id))
