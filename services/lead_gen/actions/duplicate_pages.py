"""Pairs of leads as a supervisor decides on them: side by side, with what each way to merge them would do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from services.chassis.db import Connection
from services.lead_gen.domain.duplicates import Pair, PairList, PairOnPage, side_by_side
from services.lead_gen.repository import duplicates, leads, merges

State = Literal["open", "merged", "refused"]
PAIRS_AT_ONCE, MOST_COUNTED = 10, 1_000


async def list_pairs(conn: Connection, state: State, place: tuple[datetime, str] | None) -> PairList:
    """Open pairs, the oldest first, or decided ones, the last first; behind this place."""
    wanted = PAIRS_AT_ONCE + 1
    if state == "open":
        found = await duplicates.page(conn, state=state, limit=wanted, after=place)
    else:
        found = await duplicates.decided_page(conn, state=state, limit=wanted, before=place)
    shown = await pairs_of(conn, found[:PAIRS_AT_ONCE])
    opened = await duplicates.count_open(conn, MOST_COUNTED)
    return PairList(state=state, pairs=shown, more=len(found) > PAIRS_AT_ONCE, open=opened)


async def read_pair(conn: Connection, duplicate_id: str) -> PairOnPage:
    """One pair. Raises NotFound."""
    [pair] = await pairs_of(conn, [await duplicates.get(conn, duplicate_id)])
    return pair


async def pairs_of(conn: Connection, pairs: Sequence[Pair]) -> list[PairOnPage]:
    """Pairs with everything that stands beside them."""
    ids = [lead_id for pair in pairs for lead_id in (pair.lead_a, pair.lead_b)]
    known = {lead.id: lead for lead in await leads.in_order(conn, ids)}
    facts, done = await duplicates.facts(conn, ids), await merges.standing(conn, [pair.id for pair in pairs])
    return [
        side_by_side(
            pair,
            known[pair.lead_a],
            known[pair.lead_b],
            {lead_id: facts[lead_id] for lead_id in (pair.lead_a, pair.lead_b)},
            done.get(pair.id),
        )
        for pair in pairs
    ]
