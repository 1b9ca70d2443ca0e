"""Leads that may be one company: offered with a preview, merged or refused by the supervisor."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.duplicates import merge_duplicate, offers_of, reconsider_duplicate, refuse_duplicate
from services.lead_gen.actions.kinds import DUPLICATE
from services.lead_gen.repository import duplicates
from services.lead_gen.schemas.duplicates import DuplicateView, NewMerge
from services.lead_gen.schemas.merges import MergeView

router: APIRouter = new_router(tags=["duplicates"])
SUPERVISOR = [allow("supervisor")]


@router.get("/duplicates", dependencies=SUPERVISOR, summary="Leads that may be one company")
async def list_duplicates(
    conn: Conn, pager: Pager, state: Literal["open", "merged", "refused"] = "open"
) -> Page[DuplicateView]:
    """The oldest pair first, each with both leads and the lead that a merge would make of them."""
    found = await duplicates.page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    items = [DuplicateView.of(offer) for offer in await offers_of(conn, found)]
    return Page.of(items, pager.limit, key=lambda d: (d.created_at.isoformat(), d.id))


@router.get("/duplicates/{duplicate_id}", dependencies=[*SUPERVISOR, tagged()], summary="One pair of leads")
async def get_duplicate(conn: Conn, duplicate_id: Id) -> DuplicateView:
    """Both leads, and the lead that a merge would make of them."""
    [offer] = await offers_of(conn, [await duplicates.get(conn, duplicate_id)])
    return DuplicateView.of(offer)


_CHANGE = [*SUPERVISOR, if_match(get_duplicate, DUPLICATE, "duplicate_id")]


@router.post("/duplicates/{duplicate_id}/merge", dependencies=_CHANGE, summary="Merge two leads that are one company")
async def merge(conn: Conn, who: Who, duplicate_id: Id, body: NewMerge | None = None) -> MergeView:
    """The kept lead takes over numbers, keys, calls and the fields it lacks; the other one becomes `merged`.

    A lead that somebody is working on is kept; 409 `both_in_work` if both are. A company-wide do-not-call of either
    covers the kept one from now on.
    """
    return MergeView.of(await merge_duplicate(conn, duplicate_id, body.keep if body else None, who))


@router.post("/duplicates/{duplicate_id}/refuse", dependencies=_CHANGE, summary="Keep two leads apart")
async def refuse(conn: Conn, who: Who, duplicate_id: Id) -> DuplicateView:
    """The pair is not offered again."""
    return DuplicateView.of(await refuse_duplicate(conn, duplicate_id, who))


@router.post("/duplicates/{duplicate_id}/reconsider", dependencies=_CHANGE, summary="Offer a refused pair again")
async def reconsider(conn: Conn, duplicate_id: Id) -> DuplicateView:
    """It was kept apart by mistake. 409 `wrong_state` if it was not refused."""
    return DuplicateView.of(await reconsider_duplicate(conn, duplicate_id))
