"""Credit notes as PDF; they are issued on an invoice."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.account_mgmt.actions.invoice_documents import print_credit_note
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
async def get_credit_note_pdf(conn: Conn, note_id: Id) -> Response:
    """In the customer's language: which invoice it is for, why, and how much of each rate is taken back."""
    return file_response(await print_credit_note(conn, note_id))
