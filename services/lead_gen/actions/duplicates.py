"""Duplicates: pairs of leads with similar names are found and offered, then merged or refused by the supervisor."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.sentences import said
from services.chassis.staff import names_of, remember
from services.lead_gen.actions.do_not_call import withdraw
from services.lead_gen.actions.places import move_waiting_calls
from services.lead_gen.domain.duplicates import DuplicateOffer, Pair
from services.lead_gen.domain.leads import Lead, Place
from services.lead_gen.domain.merges import Merge, NotMergeableError, choose, merged, taken_over
from services.lead_gen.domain.similar_names import blocks_of
from services.lead_gen.repository import do_not_call, duplicates, leads, merges

# A few hundred a second: nobody waits for it, and callers do wait for the same database.
BATCH = 300
_DECIDED = {
    "merged": said("{who} has merged this pair already"),
    "refused": said("{who} has kept these two apart already"),
}


async def offers_of(conn: Connection, pairs: Sequence[Pair]) -> list[DuplicateOffer]:
    """Pairs with both leads and, while they are open, the lead that a merge would make of them."""
    found = await leads.in_order(conn, [lead_id for pair in pairs for lead_id in (pair.lead_a, pair.lead_b)])
    known = {lead.id: lead for lead in found}
    return [_offer(pair, known[pair.lead_a], known[pair.lead_b]) for pair in pairs]


def _offer(pair: Pair, a: Lead, b: Lead) -> DuplicateOffer:
    kept = result = obstacle = None
    if pair.state == "open":
        try:
            kept, gone = choose(a, b, None)
        except NotMergeableError as error:
            obstacle = str(error)
        else:
            result = merged(kept, gone)
    return DuplicateOffer(pair=pair, a=a, b=b, keeps=kept and kept.id, result=result, obstacle=obstacle)


async def merge_duplicate(conn: Connection, duplicate_id: str, keep: str | None, who: Principal) -> Merge:
    """Merge two leads that are one company: the kept one takes over numbers, keys, calls and the fields it lacks.

    A company-wide do-not-call of either covers the kept one from now on. Raises NotFound, Invalid `keep`, Conflict
    `wrong_state`, `in_work`, `both_in_work`.
    """
    by = who.person
    pair = await _open_pair(conn, duplicate_id)
    one, other = await leads.lock(conn, pair.lead_a), await leads.lock(conn, pair.lead_b)
    if keep not in (None, one.id, other.id):
        raise Invalid("This lead is not one of the two", field="keep")
    try:
        kept, gone = choose(one, other, keep)
    except NotMergeableError as error:
        raise Conflict(str(error), code=error.code) from None
    merge_id = await _move(conn, pair, kept, gone, by)
    await move_waiting_calls(conn, [kept.id])
    await duplicates.decide(conn, pair.id, "merged", by)
    await remember(conn, who)
    if await do_not_call.forbidden(conn, kept.id):
        await withdraw(conn, await leads.lock(conn, kept.id), f"merge:{merge_id}", by)
    await publish(conn, "leads_merged", kept=kept.id, gone=gone.id)
    return await merges.get(conn, merge_id)


async def _move(conn: Connection, pair: Pair, kept: Lead, gone: Lead, by: str) -> str:
    """Move everything from one lead to the other and record what was moved; the merge's id."""
    fields = taken_over(kept, gone)
    moved = {
        "stage": gone.stage,
        "kept_stage": kept.stage,
        "fields": fields,
        **await merges.move_records(conn, gone.id, kept.id),
    }
    await merges.fill(conn, kept.id, fields)
    merge_id = await merges.add(conn, kept=kept.id, gone=gone.id, duplicate_id=pair.id, moved=moved, by=by)
    await leads.move(conn, gone.id, Place(tier="lead_gen", stage="merged", key=f"merge:{merge_id}"))
    await merges.mark_gone(conn, gone.id, kept.id, "merged")
    return merge_id


async def refuse_duplicate(conn: Connection, duplicate_id: str, who: Principal) -> DuplicateOffer:
    """Keep the two leads apart: the pair is not offered again. Raises NotFound, Conflict `wrong_state`."""
    pair = await _open_pair(conn, duplicate_id)
    await duplicates.decide(conn, pair.id, "refused", who.person)
    await remember(conn, who)
    [offer] = await offers_of(conn, [await duplicates.get(conn, pair.id)])
    return offer


async def reconsider_duplicate(conn: Connection, duplicate_id: str) -> DuplicateOffer:
    """Offer a pair again that was kept apart. Raises NotFound, Conflict `wrong_state` if it was not."""
    pair = await duplicates.get(conn, duplicate_id, lock=True)
    if pair.state != "refused":
        raise Conflict(f"This pair is {pair.state}", code="wrong_state", detail={"state": pair.state})
    await duplicates.decide(conn, pair.id, "open", None)
    [offer] = await offers_of(conn, [await duplicates.get(conn, pair.id)])
    return offer


async def _open_pair(conn: Connection, duplicate_id: str) -> Pair:
    pair = await duplicates.get(conn, duplicate_id, lock=True)
    if pair.state != "open":
        raise Conflict(await _decided_by(conn, pair), code="wrong_state", detail={"state": pair.state})
    return pair


async def _decided_by(conn: Connection, pair: Pair) -> str:
    if pair.decided_by is None:
        raise Conflict(f"This pair is already {pair.state}", code="wrong_state", detail={"state": pair.state})
    who = (await names_of(conn, [pair.decided_by])).get(pair.decided_by, pair.decided_by)
    return _DECIDED[pair.state].format(who=who)


async def find_near_duplicates(pool: Pool) -> None:
    """A sweep: compare the next leads with those of their block, in one transaction with the progress."""
    async with pool.acquire() as conn, conn.transaction():
        # Two workers would compare the same leads twice; one is enough.
        if not await duplicates.try_hold_comparing(conn):
            return
        fresh = await duplicates.fresh(conn, BATCH)
        if not fresh:
            return
        blocks = [
            (lead.id, block, name) for lead in fresh for block, name in blocks_of(lead.company, lead.city).items()
        ]
        pairs = await duplicates.compare(conn, blocks) if blocks else []
        offered = await duplicates.offer(conn, [(*pair, "similar names") for pair in pairs])
        await duplicates.progress(conn, fresh[-1])
        if offered:
            await publish(conn, "duplicates_offered", count=offered)
