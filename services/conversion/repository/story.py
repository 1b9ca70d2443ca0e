"""A lead's part of its story in tier 2: all its deals on one line of time, and what waits for somebody now."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.operator_acts import STORY
from services.chassis.stories import Fact, Place
from services.conversion.domain.story_waits import OpenItem

_PARTS = (
    """SELECT created_at, 'deal:' || id, 'deal', NULL,
              jsonb_build_object('reason', reason, 'needs', needs, 'campaign', campaign_name)
         FROM deals WHERE lead_id = $1""",
    """SELECT t.at, 'timeline:' || t.id, t.kind, t.by,
              t.data || jsonb_build_object('text', t.text, 'accept_by', h.accept_by, 'level', t.data->'level')
         FROM deals d JOIN timeline t ON t.deal_id = d.id
         LEFT JOIN hand_overs h ON t.kind = 'offered' AND h.deal_id = d.id AND h.item_id::text = t.data->>'item_id'
        WHERE d.lead_id = $1""",
    STORY,
)
_PAGE = """(SELECT * FROM ({}) part (at, ref, kind, by, facts)
    WHERE $2::timestamptz IS NULL OR (at, ref COLLATE "C") < ($2, $3 COLLATE "C")
    ORDER BY at DESC, ref COLLATE "C" DESC LIMIT $4)"""
_STORY = f"""
SELECT * FROM ({" UNION ALL ".join(_PAGE.format(part) for part in _PARTS)}) s
 ORDER BY s.at DESC, s.ref COLLATE "C" DESC LIMIT $4
"""  # noqa: S608 - put together from the constants above


async def page(conn: Connection, lead_id: str, *, limit: int, before: Place | None) -> list[Fact]:
    """What happened to a lead's deals before a place, the latest first."""
    return Fact.of_all(await conn.fetch(_STORY, lead_id, *(before or (None, None)), limit))


async def open_items(conn: Connection, lead_id: str) -> list[OpenItem]:
    """The lead's open work, offers with their deadline, the oldest first."""
    rows = await conn.fetch(
        """SELECT w.id, w.kind, w.assignee, w.opened_at, w.payload, h.accept_by, coalesce(h.waiting, false) AS waiting
             FROM work_items w LEFT JOIN hand_overs h ON h.item_id = w.id
            WHERE w.lead_id = $1 AND w.state IN ('open', 'leased') ORDER BY w.id LIMIT 20""",
        lead_id,
    )
    return OpenItem.of_all(rows)
