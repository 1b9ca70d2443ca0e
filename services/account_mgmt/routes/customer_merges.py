"""Merging two customers who are one, and taking them apart again."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.customer_merges import merge_customers, preview_merge, undo_merge
from services.account_mgmt.actions.kinds import CUSTOMER, MERGE
from services.account_mgmt.repository import customer_merges
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.routes.customers import get_customer
from services.account_mgmt.schemas.customer_merges import MergePreviewView, MergeView, NewMerge
from services.chassis.http import Conn, Id, Page, Pager, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["customers"])


@router.get("/customers/{customer_id}/merge", dependencies=WRITERS, summary="What a merge would do")
async def get_preview(conn: Conn, who: Who, customer_id: Id, gone: Id) -> MergePreviewView:
    """What moves from `gone`, what is filled, where both say something else; nothing changes. 409 if they cannot be."""
    return MergePreviewView.of(await preview_merge(conn, who, customer_id, gone))


_KEPT = if_match(get_customer, CUSTOMER, "customer_id")


@router.post(
    "/customers/{customer_id}/merge", status_code=201, dependencies=[*WRITERS, _KEPT], summary="Merge two customers"
)
async def post_merge(conn: Conn, who: Who, customer_id: Id, body: NewMerge) -> MergeView:
    """Orders, invoices, money, work, needs and mails of `gone` become this customer's, and so do its calls.

    One care goes on; late answers of the other reach it. For supervisors, and whoever acts for both. It can be undone
    for 30 days. 409 `merged`, `erased`, or `wrong_state` where the one that is to stay has left.
    """
    return MergeView.of(await merge_customers(conn, who, customer_id, body.gone))


@router.get("/customer-merges", dependencies=READERS, summary="Merges of customers")
async def list_merges(conn: Conn, pager: Pager, customer_id: Id | None = None) -> Page[MergeView]:
    """In order of time; with `customer_id` those that this customer was part of."""
    found = await customer_merges.page(conn, customer_id, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of([MergeView.of(one) for one in found], pager.limit, key=lambda m: (m.at.isoformat(), m.id))


@router.get("/customer-merges/{merge_id}", dependencies=[*READERS, tagged()], summary="One merge")
async def get_merge(conn: Conn, merge_id: Id) -> MergeView:
    """Who was kept, who went, and whether it was undone."""
    return MergeView.of(await customer_merges.get(conn, merge_id))


_MERGE = if_match(get_merge, MERGE, "merge_id")


@router.post("/customer-merges/{merge_id}/undo", dependencies=[*WRITERS, _MERGE], summary="Take two customers apart")
async def post_undo(conn: Conn, who: Who, merge_id: Id) -> MergeView:
    """What moved goes back; later records stay with the customer that was kept.

    409 `wrong_state` if it was undone, `merged_further` if the kept one was merged itself, `too_late` after 30 days.
    """
    return MergeView.of(await undo_merge(conn, who, merge_id))
