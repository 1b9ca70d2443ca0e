"""Products that are never offered to a customer again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from services.account_mgmt.actions.kinds import REFUSALS
from services.account_mgmt.actions.never_offer import allow_again, never_offer_again
from services.account_mgmt.repository import customers, never_offer
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.schemas.never_offer import NewRefusal, RefusalView
from services.chassis.http import Conn, Id, Page, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["needs"])
ProductId = Annotated[str, Path(max_length=64)]


@router.get(
    "/customers/{customer_id}/never-offer", dependencies=[*READERS, tagged()], summary="What never to offer again"
)
async def list_refusals(conn: Conn, customer_id: Id) -> Page[RefusalView]:
    """By product."""
    await customers.get(conn, customer_id)
    return Page(items=RefusalView.of_all(await never_offer.of_customer(conn, customer_id)), next=None)


_CHANGE = if_match(list_refusals, REFUSALS, "customer_id")


@router.put(
    "/customers/{customer_id}/never-offer/{product_id}",
    dependencies=[*WRITERS, _CHANGE],
    summary="Never offer this again",
)
async def put_refusal(
    conn: Conn, who: Who, customer_id: Id, product_id: ProductId, body: NewRefusal | None = None
) -> Page[RefusalView]:
    """One call, and it is never suggested to them again; said again, nothing changes."""
    refused = await never_offer_again(conn, who, customer_id, product_id, body.reason if body else None)
    return Page(items=RefusalView.of_all(refused), next=None)


@router.delete(
    "/customers/{customer_id}/never-offer/{product_id}",
    status_code=204,
    dependencies=[*WRITERS, _CHANGE],
    summary="It may be offered again",
)
async def delete_refusal(conn: Conn, who: Who, customer_id: Id, product_id: ProductId) -> None:
    """They asked for it themselves."""
    await allow_again(conn, who, customer_id, product_id)
