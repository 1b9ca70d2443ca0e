"""Pairs of leads that may be one company: finding, offering, merging, undoing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.similar_names import BLOCK_MEMBERS, OFFERS_PER_LEAD, SIMILAR
from services.lead_gen.schemas.duplicates import MergeView


class Pair(BaseModel):
    """An offer as it is kept."""

    id: str
    lead_a: str
    lead_b: str
    similarity: float
    reason: str
    state: str
    decided_by: str | None
    decided_at: datetime | None
    created_at: datetime


class Fresh(BaseModel):
    """A lead that has not been compared with the others yet."""

    id: str
    company: str
    city: str | None
    created_at: datetime


async def fresh(conn: Connection, limit: int) -> list[Fresh]:
    """The next leads to compare, in order of creation; none while a file is still coming in."""
    # A transaction that began earlier may commit later, so the last seconds are left alone.
    rows = await conn.fetch(
        """SELECT l.id, l.company, l.city, l.created_at FROM leads l, lead_blocks_progress p
            WHERE (l.created_at, l.id) > (p.created_at, p.lead_id) AND l.created_at < now() - interval '5 seconds'
              AND NOT EXISTS (SELECT FROM imports WHERE state = 'running')
            ORDER BY l.created_at, l.id LIMIT $1""",
        limit,
    )
    return [Fresh.model_validate(dict(row)) for row in rows]


async def compare(conn: Connection, blocks: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, float]]:
    """Put (lead, block, plain name) beside their neighbours; pairs that look alike, the smaller id first."""
    given = [list(column) for column in zip(*blocks, strict=True)]
    await conn.execute(
        """INSERT INTO lead_blocks (lead_id, block, name) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])
           ON CONFLICT DO NOTHING""",
        *given,
    )
    rows = await conn.fetch(
        """SELECT least(n.lead_id, b.lead_id) AS a, greatest(n.lead_id, b.lead_id) AS b, max(b.alike) AS alike
             FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (lead_id, block, name)
            CROSS JOIN LATERAL (
                SELECT lead_id, alike FROM (
                    SELECT o.lead_id, similarity(o.name, n.name) AS alike FROM lead_blocks o
                     WHERE o.block = n.block AND o.lead_id <> n.lead_id LIMIT $4) near
                 WHERE alike >= $5 ORDER BY alike DESC LIMIT $6) b
            GROUP BY 1, 2""",
        *given,
        BLOCK_MEMBERS,
        SIMILAR,
        OFFERS_PER_LEAD,
    )
    return [(row["a"], row["b"], row["alike"]) for row in rows]


async def progress(conn: Connection, last: Fresh) -> None:
    """Everything up to this lead has been compared."""
    await conn.execute("UPDATE lead_blocks_progress SET created_at = $1, lead_id = $2", last.created_at, last.id)


async def page(conn: Connection, *, state: str, limit: int, after: tuple[datetime, str] | None) -> list[Pair]:
    """Offers in this state, the oldest first."""
    rows = await conn.fetch(
        """SELECT * FROM lead_duplicates WHERE state = $1
              AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid)) ORDER BY created_at, id LIMIT $4""",
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [Pair.model_validate(dict(row)) for row in rows]


async def lock(conn: Connection, duplicate_id: str) -> Pair:
    """An offer, held while it is decided. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM lead_duplicates WHERE id = $1 FOR UPDATE", duplicate_id)
    if row is None:
        raise NotFound(f"There is no duplicate {duplicate_id}")
    return Pair.model_validate(dict(row))


async def decide(conn: Connection, duplicate_id: str, state: str, by: str | None) -> None:
    """Write what the supervisor said; None takes it back."""
    await conn.execute(
        """UPDATE lead_duplicates SET state = $2, decided_by = $3, decided_at = CASE WHEN $3::text IS NULL THEN NULL
                  ELSE now() END WHERE id = $1""",
        duplicate_id,
        state,
        by,
    )


async def move_records(
    conn: Connection, source: str, target: str, only: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Numbers, keys and calls of one lead go to another (of those in `only`, if given); what was moved."""
    moved: dict[str, Any] = {}
    for table, column in (("lead_phones", "phone"), ("lead_keys", "key"), ("calls", "id"), ("inbound_calls", "id")):
        rows = await conn.fetch(
            f"""UPDATE {table} SET lead_id = $2 WHERE lead_id = $1
                   AND ($3::text[] IS NULL OR {column}::text = ANY($3)) RETURNING {column}::text AS moved""",
            source,
            target,
            only[table] if only is not None else None,
        )
        moved[table] = [row["moved"] for row in rows]
    return moved


async def fill(conn: Connection, lead_id: str, fields: Mapping[str, Any]) -> None:
    """Take these fields over."""
    for name, text in fields.items():
        await conn.execute(f"UPDATE leads SET {name} = $2, updated_at = now() WHERE id = $1", lead_id, text)


async def empty(conn: Connection, lead_id: str, fields: Mapping[str, Any]) -> None:
    """Give fields back that were taken over and have not been changed since."""
    for name, text in fields.items():
        await conn.execute(
            f"UPDATE leads SET {name} = NULL, updated_at = now() WHERE id = $1 AND {name} = $2", lead_id, text
        )


async def mark_gone(conn: Connection, lead_id: str, into: str | None, stage: str) -> None:
    """The lead has become part of another one, or (with None) is itself again."""
    await conn.execute(
        "UPDATE leads SET merged_into = $2, stage = $3, updated_at = now() WHERE id = $1", lead_id, into, stage
    )


async def record(conn: Connection, pair: Pair, kept: str, gone: str, moved: Mapping[str, Any], by: str) -> str:
    """Write the merge with everything that it moved; its id."""
    merge_id = new_id()
    await conn.execute(
        "INSERT INTO lead_merges (id, kept, gone, duplicate_id, moved, by) VALUES ($1, $2, $3, $4, $5, $6)",
        merge_id,
        kept,
        gone,
        pair.id,
        dict(moved),
        by,
    )
    return merge_id


async def merge(conn: Connection, merge_id: str, *, lock: bool = False) -> tuple[MergeView, dict[str, Any]]:
    """A merge and what it moved. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT * FROM lead_merges WHERE id = $1 {'FOR UPDATE' if lock else ''}", merge_id)
    if row is None:
        raise NotFound(f"There is no merge {merge_id}")
    return MergeView.model_validate(dict(row)), row["moved"]


async def merges(
    conn: Connection, *, lead_id: str | None, limit: int, after: tuple[datetime, str] | None
) -> list[MergeView]:
    """Merges, the oldest first; of one lead if asked for."""
    rows = await conn.fetch(
        """SELECT * FROM lead_merges WHERE ($1::uuid IS NULL OR kept = $1 OR gone = $1)
              AND ($2::timestamptz IS NULL OR (at, id) > ($2, $3::uuid)) ORDER BY at, id LIMIT $4""",
        lead_id,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [MergeView.model_validate(dict(row)) for row in rows]


async def mark_undone(conn: Connection, merge_id: str, by: str) -> None:
    """The merge was taken back."""
    await conn.execute("UPDATE lead_merges SET undone_by = $2, undone_at = now() WHERE id = $1", merge_id, by)
