"""Merges of leads that were one company, and taking them back."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.kinds import MERGE
from services.lead_gen.actions.merges import undo_merge
from services.lead_gen.repository import merges
from services.lead_gen.schemas.merges import MergeView

router: APIRouter = new_router(tags=["duplicates"])
SUPERVISOR = [allow("supervisor")]


@router.get("/merges", dependencies=SUPERVISOR, summary="Merges")
async def list_merges(conn: Conn, pager: Pager, lead_id: Id | None = None) -> Page[MergeView]:
    """In order of time; with `lead_id` those that this lead was part of."""
    found = await merges.page(conn, lead_id=lead_id, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of([MergeView.of(one) for one in found], pager.limit, key=lambda m: (m.at.isoformat(), m.id))


@router.get("/merges/{merge_id}", dependencies=[*SUPERVISOR, tagged()], summary="One merge")
async def get_merge(conn: Conn, merge_id: Id) -> MergeView:
    """What was kept, what is gone, and whether it was taken back."""
    return MergeView.of(await merges.get(conn, merge_id))


_CHANGE = [*SUPERVISOR, if_match(get_merge, MERGE, "merge_id")]


@router.post("/merges/{merge_id}/undo", dependencies=_CHANGE, summary="Undo a merge")
async def undo(conn: Conn, who: Who, merge_id: Id) -> MergeView:
    """What the merge moved goes back: numbers, keys, calls and fields. Later records stay with the kept lead.

    409 `wrong_state` if it was already undone, `merged_further` if the kept lead was merged into a third one.
    """
    return MergeView.of(await undo_merge(conn, merge_id, who.person))
