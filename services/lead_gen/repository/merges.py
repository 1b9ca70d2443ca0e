"""Merges: moving a lead's records to another one, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.merges import Merge

_OF_A_LEAD = (
    ("lead_phones", "phone"),
    ("lead_keys", "key"),
    ("calls", "id"),
    ("dials", "call_id"),
    ("inbound_calls", "id"),
)


async def move_records(
    conn: Connection, source: str, target: str, only: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Move numbers, keys and calls of one lead to another, or only those in `only`; returns what was moved."""
    moved: dict[str, Any] = {}
    for table, column in _OF_A_LEAD:
        rows = await conn.fetch(
            f"""UPDATE {table} SET lead_id = $2 WHERE lead_id = $1
                   AND ($3::text[] IS NULL OR {column}::text = ANY($3)) RETURNING {column}::text AS moved""",  # noqa: S608 - tables and columns named in the code
            source,
            target,
            only.get(table, []) if only is not None else None,
        )
        moved[table] = [row["moved"] for row in rows]
    return moved


async def fill(conn: Connection, lead_id: str, fields: Mapping[str, Any]) -> None:
    """Take these fields over."""
    for name, text in fields.items():
        await conn.execute(f"UPDATE leads SET {name} = $2, updated_at = now() WHERE id = $1", lead_id, text)  # noqa: S608 - tables and columns named in the code


async def empty(conn: Connection, lead_id: str, fields: Mapping[str, Any]) -> None:
    """Empty the fields that were taken over, unless they were changed since."""
    for name, text in fields.items():
        await conn.execute(
            f"UPDATE leads SET {name} = NULL, updated_at = now() WHERE id = $1 AND {name} = $2",  # noqa: S608 - tables and columns named in the code
            lead_id,
            text,
        )


async def mark_gone(conn: Connection, lead_id: str, into: str | None, stage: str) -> None:
    """The lead has been merged into another one or, with None, is separate again."""
    await conn.execute(
        "UPDATE leads SET merged_into = $2, stage = $3, updated_at = now() WHERE id = $1", lead_id, into, stage
    )


async def add(conn: Connection, *, kept: str, gone: str, duplicate_id: str, moved: Mapping[str, Any], by: str) -> str:
    """Write the merge with everything that it moved; its id."""
    merge_id = new_id()
    await conn.execute(
        "INSERT INTO lead_merges (id, kept, gone, duplicate_id, moved, by) VALUES ($1, $2, $3, $4, $5, $6)",
        merge_id,
        kept,
        gone,
        duplicate_id,
        dict(moved),
        by,
    )
    return merge_id


async def get(conn: Connection, merge_id: str, *, lock: bool = False) -> Merge:
    """A merge. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT * FROM lead_merges WHERE id = $1 {'FOR UPDATE' if lock else ''}", merge_id)  # noqa: S608 - a constant
    if row is None:
        raise NotFound(f"There is no merge {merge_id}")
    return Merge.of(row)


async def page(conn: Connection, *, lead_id: str | None, limit: int, after: tuple[datetime, str] | None) -> list[Merge]:
    """Merges, the oldest first; of one lead if asked for."""
    rows = await conn.fetch(
        """SELECT * FROM lead_merges WHERE ($1::uuid IS NULL OR kept = $1 OR gone = $1)
              AND ($2::timestamptz IS NULL OR (at, id) > ($2, $3::uuid)) ORDER BY at, id LIMIT $4""",
        lead_id,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return Merge.of_all(rows)


async def standing(conn: Connection, duplicate_ids: Sequence[str]) -> dict[str, Merge]:
    """The merges of these pairs that were not undone, by pair."""
    rows = await conn.fetch(
        "SELECT * FROM lead_merges WHERE duplicate_id = ANY($1) AND undone_at IS NULL", list(duplicate_ids)
    )
    return {row["duplicate_id"]: Merge.of(row) for row in rows}


async def mark_undone(conn: Connection, merge_id: str, by: str) -> None:
    """The merge was taken back."""
    await conn.execute("UPDATE lead_merges SET undone_by = $2, undone_at = now() WHERE id = $1", merge_id, by)
