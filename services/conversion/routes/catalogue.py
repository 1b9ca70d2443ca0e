"""The catalogue, as account management published it last."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.chassis.http import Conn, Page, Pager, allow, new_router
from services.conversion.actions.deals import now
from services.conversion.repository import catalogue
from services.conversion.schemas.catalogue import CatalogueEntry
from services.conversion.schemas.common import Moment

router = new_router(tags=["offers"])
_STAFF = allow("manager", "supervisor")


@router.get("/catalogue", dependencies=[_STAFF], summary="What can be offered")
async def list_catalogue(
    conn: Conn,
    pager: Pager,
    q: Annotated[str | None, Query(min_length=1, max_length=100, description="In the number or a name.")] = None,
    language: Annotated[str, Query(pattern="^[a-z]{2}$")] = "uk",
    at: Annotated[Moment | None, Query(description="Prices of this moment; now, if not given.")] = None,
) -> Page[CatalogueEntry]:
    """By article number, as account management published it last; it is here also while that tier is down."""
    cursor = pager.cursor(1)
    found = await catalogue.page(conn, q=q, limit=pager.limit + 1, after=cursor[0] if cursor else None)
    items = [CatalogueEntry.of(item, language, at or now()) for item in found]
    return Page.of(items, pager.limit, key=lambda entry: (entry.product_id,))
