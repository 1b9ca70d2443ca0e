"""Taking back what rows of an import were merged into, when they were other companies after all."""

from __future__ import annotations

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.chassis.imports import jobs
from services.lead_gen.domain.matching import Addition, LeadFacts, Plan
from services.lead_gen.repository import bulk_import, import_merges
from services.lead_gen.schemas.import_undo import ImportUndo

# So many rows are in memory at once.
_BATCH = 1_000


async def undo_import_merges(conn: Connection, import_id: str, by: str) -> ImportUndo:
    """Make every merged row of an import a lead of its own again, with the numbers and keys that it brought.

    What it had filled in is emptied, unless it was changed since; calls stay with the lead they were made to. A row
    that brought no number of its own can be no lead: what it added is taken back, and that is all. Raises NotFound,
    Conflict while the import is not over.
    """
    state = (await jobs.get(conn, import_id)).state
    if state in ("queued", "running"):
        raise Conflict("The import is not over yet: call it off first, or wait", code="wrong_state")
    undone = made = 0
    while additions := await import_merges.open_ones(conn, import_id, _BATCH):
        made += await _take_back(conn, import_id, additions, by)
        undone += len(additions)
    if undone:
        await publish(conn, "import_merges_undone", import_id=import_id)
    return ImportUndo(import_id=import_id, undone=undone, leads=made)


async def _take_back(conn: Connection, import_id: str, additions: list[Addition], by: str) -> int:
    """Take a batch of additions back; how many leads that makes."""
    await import_merges.hold_leads(conn, {one.lead_id for one in additions})
    phones = await import_merges.take_phones(conn, additions)
    keys = await import_merges.take_keys(conn, additions)
    await import_merges.empty(conn, additions)
    plan, now_of = Plan(), {}
    for one in additions:
        own = [phone for phone in one.phones if phone in phones]
        now_of[one.line] = new_id() if own else one.lead_id
        if own:
            plan.created.append(LeadFacts(now_of[one.line], one.fields, len(own)))
            plan.phones += [(phone, now_of[one.line], place) for place, phone in enumerate(own, start=1)]
            plan.keys += [(key, now_of[one.line]) for key in one.keys if key in keys]
    await bulk_import.write(conn, bulk_import.copies(plan))
    await import_merges.mark_undone(conn, import_id, now_of, by)
    return len(plan.created)
