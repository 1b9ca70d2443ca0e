"""Other products to offer a customer."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.repository import customers, suggestions
from services.account_mgmt.routes.access import READERS
from services.account_mgmt.schemas.suggestions import SuggestionView
from services.chassis.http import Conn, Id, Page, new_router

router: APIRouter = new_router(tags=["needs"])


@router.get("/customers/{customer_id}/suggestions", dependencies=READERS, summary="What else to offer")
async def list_suggestions(conn: Conn, customer_id: Id) -> Page[SuggestionView]:
    """With the evidence as of last night; never what they have or refused for good."""
    await customers.get(conn, customer_id)
    return Page(items=SuggestionView.of_all(await suggestions.suggestions(conn, customer_id)), next=None)
