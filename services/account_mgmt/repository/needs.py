"""Needs of customers, with everything that became of them."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.schemas.needs import NeedChange, NeedState, NeedView, NewNeed
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

Cursor = tuple[datetime, str] | None
_NEED = """
SELECT n.*, coalesce((SELECT jsonb_agg(jsonb_build_object('state', c.state, 'text', c.text, 'note', c.note,
                                                          'by', c.by, 'at', c.at) ORDER BY c.id)
                        FROM need_changes c WHERE c.need_id = n.id), '[]') AS history
  FROM needs n
"""


async def add(conn: Connection, customer_id: str, new: NewNeed, by: str) -> NeedView:
    """Record a need."""
    need_id = new_id()
    await conn.execute(
        "INSERT INTO needs (id, customer_id, text, product_id, recorded_by) VALUES ($1, $2, $3, $4, $5)",
        need_id,
        customer_id,
        new.text,
        new.product_id,
        by,
    )
    await _note(conn, need_id, None, by)
    return await get(conn, need_id)


async def change(conn: Connection, need_id: str, to: NeedChange, by: str) -> NeedView:
    """Word it anew, or say that it was met or is gone; how it was before stays in its history. Raises NotFound."""
    await conn.execute(
        """UPDATE needs SET text = coalesce($2, text), state = coalesce($3, state), updated_at = now() WHERE id = $1""",
        need_id,
        to.text,
        to.state,
    )
    await _note(conn, need_id, to.note, by)
    return await get(conn, need_id)


async def _note(conn: Connection, need_id: str, note: str | None, by: str) -> None:
    await conn.execute(
        """INSERT INTO need_changes (need_id, state, text, note, by)
           SELECT id, state, text, $2, $3 FROM needs WHERE id = $1""",
        need_id,
        note,
        by,
    )


async def get(conn: Connection, need_id: str) -> NeedView:
    """One need. Raises NotFound."""
    row = await conn.fetchrow(f"{_NEED} WHERE n.id = $1", need_id)
    if row is None:
        raise NotFound(f"There is no need {need_id}")
    return NeedView.model_validate(dict(row))


async def latest(conn: Connection, customer_id: str, limit: int = 5) -> list[str]:
    """The latest open needs, the newest first."""
    found = await conn.fetch(
        """SELECT text FROM needs WHERE customer_id = $1 AND state = 'open'
            ORDER BY created_at DESC, id DESC LIMIT $2""",
        customer_id,
        limit,
    )
    return [row["text"] for row in found]


async def page(
    conn: Connection, customer_id: str, *, state: NeedState | None, limit: int, after: Cursor
) -> list[NeedView]:
    """Needs of a customer, oldest first."""
    rows = await conn.fetch(
        f"""{_NEED} WHERE n.customer_id = $1 AND ($2::text IS NULL OR n.state = $2)
              AND ($3::timestamptz IS NULL OR (n.created_at, n.id) > ($3, $4::uuid))
            ORDER BY n.created_at, n.id LIMIT $5""",
        customer_id,
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [NeedView.model_validate(dict(row)) for row in rows]
