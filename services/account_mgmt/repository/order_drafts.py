"""Orders that are being put together, one a person and customer."""

from __future__ import annotations

from services.account_mgmt.domain.order_drafts import Draft
from services.chassis.db import Connection

_DRAFT = "SELECT * FROM order_drafts WHERE customer_id = $1 AND person = $2"


async def find(conn: Connection, customer_id: str, person: str, *, lock: bool = False) -> Draft:
    """What this person was putting together, or an empty draft; with `lock`, hold it."""
    row = await conn.fetchrow(
        f"{_DRAFT} {'FOR UPDATE' if lock else ''}",
        customer_id,
        person,
    )
    return Draft.maybe(row) or Draft()


async def keep(conn: Connection, customer_id: str, person: str, draft: Draft) -> None:
    """Write the draft in the place of the one before."""
    await conn.execute(
        """INSERT INTO order_drafts (customer_id, person, lines, note, allowance_charges) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (customer_id, person)
           DO UPDATE SET lines = $3, note = $4, allowance_charges = $5, updated_at = now()""",
        customer_id,
        person,
        draft.lines,
        draft.note,
        draft.allowance_charges,
    )


async def drop(conn: Connection, customer_id: str, person: str) -> None:
    """The order is placed, or not wanted any more."""
    await conn.execute("DELETE FROM order_drafts WHERE customer_id = $1 AND person = $2", customer_id, person)
