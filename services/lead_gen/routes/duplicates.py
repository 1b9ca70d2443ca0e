"""Leads that may be one company: offered with a preview, merged or refused by the supervisor, and undone."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter

from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.lead_gen.actions.do_not_call import withdraw
from services.lead_gen.domain.merging import NotMergeableError, choose, taken_over
from services.lead_gen.repository import do_not_call, duplicates, leads
from services.lead_gen.repository.duplicates import Pair
from services.lead_gen.routes.leads import view
from services.lead_gen.schemas.duplicates import DuplicateView, MergeView, NewMerge

router: APIRouter = new_router(tags=["duplicates"])
SUPERVISOR = [allow("supervisor")]


@router.get("/duplicates", dependencies=SUPERVISOR, summary="Leads that may be one company")
async def list_duplicates(
    conn: Conn, pager: Pager, state: Literal["open", "merged", "refused"] = "open"
) -> Page[DuplicateView]:
    """The oldest offer first, each with both leads and what a merge would make of them."""
    found = await duplicates.page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    items = [await _shown(conn, pair) for pair in found]
    return Page.of(items, pager.limit, key=lambda d: (d.created_at.isoformat(), d.id))


async def _shown(conn: Connection, pair: Pair) -> DuplicateView:
    both = {lead.id: lead for lead in [await leads.get(conn, pair.lead_a), await leads.get(conn, pair.lead_b)]}
    kept = result = obstacle = None
    if pair.state == "open":
        try:
            kept, gone = choose(both[pair.lead_a].model_dump(), both[pair.lead_b].model_dump(), None)
        except NotMergeableError as error:
            obstacle = str(error)
        else:
            more = taken_over(both[kept].model_dump(), both[gone].model_dump())
            phones = [*both[kept].phones, *both[gone].phones]
            result = view(both[kept].model_copy(update={**more, "phones": phones}), masked=True)
    return DuplicateView(
        **pair.model_dump(exclude={"lead_a", "lead_b"}),
        a=view(both[pair.lead_a], masked=True),
        b=view(both[pair.lead_b], masked=True),
        keeps=kept,
        result=result,
        obstacle=obstacle,
    )


@router.post("/duplicates/{duplicate_id}/merge", dependencies=SUPERVISOR, summary="They are one company")
async def merge(conn: Conn, who: Who, duplicate_id: Id, body: NewMerge | None = None) -> MergeView:
    """The kept lead takes over numbers, keys, calls and what it did not know; the other one is `merged`.

    A lead that somebody works on is kept; 409 `both_in_work` when both are. A company-wide do-not-call of either
    covers the kept one from now on.
    """
    pair = await _open(conn, duplicate_id)
    one, other = await leads.lock(conn, pair.lead_a), await leads.lock(conn, pair.lead_b)
    keep = body.keep if body else None
    if keep not in (None, one.id, other.id):
        raise Invalid("This lead is not one of the two", field="keep")
    try:
        kept_id, gone_id = choose(one.model_dump(), other.model_dump(), keep)
    except NotMergeableError as error:
        raise Conflict(str(error), code=error.code) from None
    kept, gone = (one, other) if one.id == kept_id else (other, one)
    more = taken_over(kept.model_dump(), gone.model_dump())
    moved: dict[str, Any] = {"stage": gone.stage, "fields": more}
    moved |= await duplicates.move_records(conn, gone_id, kept_id)
    await duplicates.fill(conn, kept_id, more)
    merge_id = await duplicates.record(conn, pair, kept_id, gone_id, moved, who.person)
    await leads.move(conn, gone_id, tier="lead_gen", stage="merged", key=f"merge:{merge_id}")
    await duplicates.mark_gone(conn, gone_id, kept_id, "merged")
    await duplicates.decide(conn, pair.id, "merged", who.person)
    if await do_not_call.forbidden(conn, kept_id):
        await withdraw(conn, await leads.lock(conn, kept_id), f"merge:{merge_id}", who.person)
    await publish(conn, "leads_merged", kept=kept_id, gone=gone_id)
    return (await duplicates.merge(conn, merge_id))[0]


@router.post("/duplicates/{duplicate_id}/refuse", dependencies=SUPERVISOR, summary="They are two companies")
async def refuse(conn: Conn, who: Who, duplicate_id: Id) -> DuplicateView:
    """The pair is not offered again."""
    pair = await _open(conn, duplicate_id)
    await duplicates.decide(conn, pair.id, "refused", who.person)
    return await _shown(conn, await duplicates.lock(conn, pair.id))


async def _open(conn: Connection, duplicate_id: str) -> Pair:
    pair = await duplicates.lock(conn, duplicate_id)
    if pair.state != "open":
        raise Conflict(f"This pair is {pair.state} already", code="wrong_state", detail={"state": pair.state})
    return pair


@router.get("/merges", dependencies=SUPERVISOR, summary="Merges")
async def list_merges(conn: Conn, pager: Pager, lead_id: Id | None = None) -> Page[MergeView]:
    """In order of time; with `lead_id` those that this lead was part of."""
    found = await duplicates.merges(conn, lead_id=lead_id, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda m: (m.at.isoformat(), m.id))


@router.post("/merges/{merge_id}/undo", dependencies=SUPERVISOR, summary="They were two companies after all")
async def undo(conn: Conn, who: Who, merge_id: Id) -> MergeView:
    """Numbers, keys, calls and fields that the merge moved go back; what came later stays with the kept lead.

    409 `wrong_state` if it is undone already, `merged_further` if the kept lead has become part of a third one.
    """
    merged, moved = await duplicates.merge(conn, merge_id, lock=True)
    if merged.undone_at is not None:
        raise Conflict("This merge is undone already", code="wrong_state")
    # In the order of ids, as a merge takes them.
    for lead_id in sorted((merged.kept, merged.gone)):
        lead = await leads.lock(conn, lead_id)
        if lead_id == merged.kept and lead.stage == "merged":
            raise Conflict("The kept lead was merged into another one: undo that first", code="merged_further")
    await duplicates.move_records(conn, merged.kept, merged.gone, only=moved)
    await duplicates.empty(conn, merged.kept, moved["fields"])
    await leads.move(conn, merged.gone, tier="lead_gen", stage=moved["stage"], key=f"undo:{merge_id}")
    await duplicates.mark_gone(conn, merged.gone, None, moved["stage"])
    await duplicates.mark_undone(conn, merge_id, who.person)
    await duplicates.decide(conn, merged.duplicate_id, "open", None)
    return (await duplicates.merge(conn, merge_id))[0]
