"""Needs of customers, with everything that became of them."""

from __future__ import annotations

from services.account_mgmt.domain.needs import Need, NeedState
from services.account_mgmt.repository import Cursor
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

_NEED = """
SELECT n.*, coalesce((SELECT jsonb_agg(jsonb_build_object('state', c.state, 'text', c.text, 'note', c.note,
                                                          'by', c.by, 'at', c.at) ORDER BY c.id)
                        FROM need_changes c WHERE c.need_id = n.id), '[]') AS history
  FROM needs n
"""


async def add(conn: Connection, customer_id: str, text: str, product_id: str | None, by: str) -> Need:
    """Record a need."""
    need_id = new_id()
    await conn.execute(
        "INSERT INTO needs (id, customer_id, text, product_id, recorded_by) VALUES ($1, $2, $3, $4, $5)",
        need_id,
        customer_id,
        text,
        product_id,
        by,
    )
    await _note(conn, need_id, None, by)
    return await get(conn, need_id)


async def change(
    conn: Connection, need_id: str, *, text: str | None, state: NeedState | None, note: str | None, by: str
) -> Need:
    """Change the text or the state, where given; how it was before stays in its history. Raises NotFound."""
    await conn.execute(
        "UPDATE needs SET text = coalesce($2, text), state = coalesce($3, state), updated_at = now() WHERE id = $1",
        need_id,
        text,
        state,
    )
    await _note(conn, need_id, note, by)
    return await get(conn, need_id)


async def _note(conn: Connection, need_id: str, note: str | None, by: str) -> None:
    await conn.execute(
        """INSERT INTO need_changes (need_id, state, text, note, by)
           SELECT id, state, text, $2, $3 FROM needs WHERE id = $1""",
        need_id,
        note,
        by,
    )


async def remove(conn: Connection, need_id: str) -> None:
    """Delete a need with its history: it was taken back."""
    await conn.execute("DELETE FROM need_changes WHERE need_id = $1", need_id)
    await conn.execute("DELETE FROM needs WHERE id = $1", need_id)


async def get(conn: Connection, need_id: str) -> Need:
    """One need. Raises NotFound."""
    row = await conn.fetchrow(f"{_NEED} WHERE n.id = $1", need_id)
    if row is None:
        raise NotFound(f"There is no need {need_id}")
    return Need.of(row)


async def latest(conn: Connection, customer_id: str, limit: int = 5) -> list[str]:
    """The latest open needs, the newest first."""
    found = await conn.fetch(
        """SELECT text FROM needs WHERE customer_id = $1 AND state = 'open'
            ORDER BY created_at DESC, id DESC LIMIT $2""",
        customer_id,
        limit,
    )
    return [row["text"] for row in found]


async def page(conn: Connection, customer_id: str, *, state: NeedState | None, limit: int, after: Cursor) -> list[Need]:
    """Needs of a customer, oldest first."""
    rows = await conn.fetch(
        f"""{_NEED} WHERE n.customer_id = $1 AND ($2::text IS NULL OR n.state = $2)
              AND ($3::timestamptz IS NULL OR (n.created_at, n.id) > ($3, $4::uuid))
            ORDER BY n.created_at, n.id LIMIT $5""",
        customer_id,
        state,
        *(after or (None, None)),
        limit,
    )
    return Need.of_all(rows)
