"""Undoing merges."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.actions.reopened_leads import call_again
from services.lead_gen.domain.leads import Lead, Place
from services.lead_gen.domain.merges import Merge, check_undo
from services.lead_gen.repository import do_not_call, duplicates, leads, merges


async def undo_merge(conn: Connection, merge_id: str, by: str) -> Merge:
    """Undo a merge: what it moved goes back, stages too, and later records stay with the kept lead.

    Raises NotFound, Conflict `wrong_state` if it was already undone, `merged_further`.
    """
    merge = await merges.get(conn, merge_id, lock=True)
    # In the order of ids, as a merge takes them.
    held = {lead_id: await leads.lock(conn, lead_id) for lead_id in sorted((merge.kept, merge.gone))}
    check_undo(merge, held[merge.kept])
    moved = merge.moved
    await merges.move_records(conn, merge.kept, merge.gone, only=moved)
    await merges.empty(conn, merge.kept, moved["fields"])
    await leads.move(conn, merge.gone, Place(tier="lead_gen", stage=moved["stage"], key=f"undo:{merge_id}"))
    await merges.mark_gone(conn, merge.gone, None, moved["stage"])
    await _restore(conn, held[merge.kept], moved.get("kept_stage"), merge_id)
    await merges.mark_undone(conn, merge_id, by)
    await duplicates.decide(conn, merge.duplicate_id, "open", None)
    return await merges.get(conn, merge_id)


async def _restore(conn: Connection, kept: Lead, stage: str | None, merge_id: str) -> None:
    """Take back that the kept lead was closed by a ban of the other one, which is the other one's alone again.

    A deal that the ban has ended stays ended: its manager has heard of it.
    """
    if kept.tier != "lead_gen" or kept.stage != "do_not_call" or stage in (None, kept.stage):
        return
    if await do_not_call.forbidden(conn, kept.id):
        return
    if stage == "calling":
        await call_again(conn, kept)
    else:
        await leads.move(conn, kept.id, Place(tier="lead_gen", stage=str(stage), key=f"undo:{merge_id}:kept"))
