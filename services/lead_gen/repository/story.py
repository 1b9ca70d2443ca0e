"""A lead's part of its story in tier 1: one query over everything that is written of it, each part by an index."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.operator_acts import STORY
from services.chassis.stories import Fact, Place
from services.chassis.work_items import WorkItem

# Of each kind: (time, ref, kind, by, facts). What other tiers report of the lead they tell themselves.
_PARTS = (
    """SELECT created_at, 'created:' || id, 'registered', NULL, jsonb_build_object('source', source)
         FROM leads WHERE id = $1""",
    """SELECT h.at, 'place:' || h.id, 'place', h.owner,
              jsonb_build_object('stage', h.stage, 'campaign', (SELECT c.name FROM leads l JOIN campaigns c
                                 ON c.id = l.campaign_id WHERE l.id = h.lead_id))
         FROM lead_history h WHERE h.lead_id = $1
          AND (h.tier = 'lead_gen' OR h.stage = 'erased' OR h.key LIKE 'cancel:%')""",
    # The next call stands under the key of the same round with the next number.
    """SELECT c.at, 'call:' || c.id, 'call', c.caller,
              jsonb_build_object('outcome', c.outcome, 'attempt', c.attempt, 'note', c.note, 'reason', c.reason,
                                 'question', c.question, 'needs', c.needs, 'callback_at', c.callback_at,
                                 'not_followed', c.not_followed, 'next_at', n.not_before)
         FROM calls c LEFT JOIN work_items w ON w.id = c.item_id
         LEFT JOIN work_items n ON n.key = regexp_replace(w.key, '[0-9]+$', (c.attempt + 1)::text) AND n.id <> w.id
        WHERE c.lead_id = $1""",
    """SELECT at, 'inbound:' || id, 'inbound', by,
              jsonb_build_object('state', state, 'routed_to', routed_to, 'owner', owner, 'known', known, 'note', note)
         FROM inbound_calls WHERE lead_id = $1""",
    """SELECT created_at, 'promise:' || id, 'promise', NULL,
              jsonb_build_object('due_at', due_at, 'kept_at', kept_at)
         FROM callback_promises WHERE lead_id = $1""",
    """SELECT m.at, 'merge:' || m.id, 'merge', m.by,
              jsonb_build_object('kept', m.kept, 'gone', m.gone, 'undone_by', m.undone_by, 'other', l.company)
         FROM lead_merges m JOIN leads l ON l.id = CASE WHEN m.kept = $1 THEN m.gone ELSE m.kept END
        WHERE m.kept = $1 OR m.gone = $1""",
    """SELECT at, 'audit:' || id, 'audit', by, jsonb_build_object('action', action, 'facts', facts)
         FROM audit WHERE lead_id = $1 AND action <> 'find'""",
    STORY,
)
_PAGE = """(SELECT * FROM ({}) part (at, ref, kind, by, facts)
    WHERE $2::timestamptz IS NULL OR (at, ref COLLATE "C") < ($2, $3 COLLATE "C")
    ORDER BY at DESC, ref COLLATE "C" DESC LIMIT $4)"""
_STORY = f"""
SELECT s.at, s.ref, s.kind, coalesce(c.name, p.name, s.by) AS by, s.facts
  FROM ({" UNION ALL ".join(_PAGE.format(part) for part in _PARTS)}) s LEFT JOIN callers c ON c.id = s.by
  LEFT JOIN person_names p ON p.person = s.by
 ORDER BY s.at DESC, s.ref COLLATE "C" DESC LIMIT $4
"""  # noqa: S608 - put together from the constants above


async def page(conn: Connection, lead_id: str, *, limit: int, before: Place | None) -> list[Fact]:
    """What happened to a lead before a place, the latest first."""
    return Fact.of_all(await conn.fetch(_STORY, lead_id, *(before or (None, None)), limit))


async def merged_into(conn: Connection, lead_id: str) -> str | None:
    """The lead that this one was merged into, if it was."""
    found: str | None = await conn.fetchval("SELECT merged_into FROM leads WHERE id = $1", lead_id)
    return found


async def open_work(conn: Connection, lead_id: str) -> list[WorkItem]:
    """The lead's open calls; there is one at most."""
    rows = await conn.fetch(
        "SELECT * FROM work_items WHERE lead_id = $1 AND state IN ('open', 'leased') ORDER BY id LIMIT 20", lead_id
    )
    return WorkItem.of_all(rows)


async def since(conn: Connection, lead_id: str) -> object:
    """When the lead came to where it is now."""
    return await conn.fetchval("SELECT at FROM lead_history WHERE lead_id = $1 ORDER BY at DESC LIMIT 1", lead_id)
