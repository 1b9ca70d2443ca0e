"""Needs with their history, other products with their evidence, and what is never to be offered again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from services.account_mgmt.actions.orders import check_owner
from services.account_mgmt.repository import customers, needs, products, suggestions
from services.account_mgmt.schemas.card import Suggestion
from services.account_mgmt.schemas.needs import NeedChange, NeedState, NeedView, NewNeed, NewRefusal, Refusal
from services.chassis.errors import Invalid
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router

router: APIRouter = new_router(tags=["needs"])
STAFF = [allow("account_manager", "supervisor", "ops")]
WRITERS = [allow("account_manager", "supervisor")]
ProductId = Annotated[str, Path(max_length=64)]


@router.post("/customers/{customer_id}/needs", status_code=201, dependencies=WRITERS, summary="Record a need")
async def add_need(conn: Conn, who: Who, customer_id: Id, new: NewNeed) -> NeedView:
    """Earlier needs stay as history. One with a product puts it first among what is suggested."""
    await check_owner(conn, who, await customers.get(conn, customer_id))
    if new.product_id and not await products.exists(conn, new.product_id):
        raise Invalid(f"There is no product {new.product_id}", field="product_id")
    return await needs.add(conn, customer_id, new, who.person)


@router.get("/customers/{customer_id}/needs", dependencies=STAFF, summary="Needs of a customer")
async def list_needs(conn: Conn, pager: Pager, customer_id: Id, state: NeedState | None = None) -> Page[NeedView]:
    """Oldest first, each with what became of it."""
    await customers.get(conn, customer_id)
    found = await needs.page(conn, customer_id, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda n: (n.created_at.isoformat(), n.id))


@router.patch("/needs/{need_id}", dependencies=WRITERS, summary="A need changes, is met, or is gone")
async def change_need(conn: Conn, who: Who, need_id: Id, body: NeedChange) -> NeedView:
    """How it was before stays in its history. The product of a need that is gone is not suggested any more."""
    need = await needs.get(conn, need_id)
    await check_owner(conn, who, await customers.get(conn, need.customer_id, lock=True))
    return await needs.change(conn, need_id, body, who.person)


@router.get("/customers/{customer_id}/suggestions", dependencies=STAFF, summary="What else to offer")
async def list_suggestions(conn: Conn, customer_id: Id) -> Page[Suggestion]:
    """With the evidence as of the last night; never what they have or refused for good."""
    await customers.get(conn, customer_id)
    return Page(items=await suggestions.suggestions(conn, customer_id), next=None)


@router.get("/customers/{customer_id}/never-offer", dependencies=STAFF, summary="What never to offer again")
async def list_refusals(conn: Conn, customer_id: Id) -> Page[Refusal]:
    """By product."""
    await customers.get(conn, customer_id)
    return Page(items=await suggestions.refusals(conn, customer_id), next=None)


@router.put("/customers/{customer_id}/never-offer/{product_id}", dependencies=WRITERS, summary="Never offer this again")
async def refuse(
    conn: Conn, who: Who, customer_id: Id, product_id: ProductId, body: NewRefusal | None = None
) -> Page[Refusal]:
    """One call, and it is suggested to them nevermore; said again, nothing changes."""
    await check_owner(conn, who, await customers.get(conn, customer_id))
    if not await products.exists(conn, product_id):
        raise Invalid(f"There is no product {product_id}", field="product_id")
    await suggestions.refuse(conn, customer_id, product_id, body.reason if body else None, who.person)
    return Page(items=await suggestions.refusals(conn, customer_id), next=None)


@router.delete(
    "/customers/{customer_id}/never-offer/{product_id}",
    status_code=204,
    dependencies=WRITERS,
    summary="It may be offered again",
)
async def allow_again(conn: Conn, who: Who, customer_id: Id, product_id: ProductId) -> None:
    """They asked for it themselves."""
    await check_owner(conn, who, await customers.get(conn, customer_id))
    await suggestions.allow_again(conn, customer_id, product_id)
