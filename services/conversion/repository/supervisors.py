"""Who has worked as a supervisor: their accounts are the issuer's, and their work here is what shows who they are."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection


async def is_known(conn: Connection, person: str) -> bool:
    """Whether somebody who is no manager has done what only a supervisor may: a policy, or a decision on an offer."""
    known: bool = await conn.fetchval(
        """SELECT NOT EXISTS (SELECT FROM managers WHERE id = $1)
              AND (EXISTS (SELECT FROM policies WHERE version > 1 AND created_by = $1)
                   OR EXISTS (SELECT FROM offers WHERE decided_by = $1 AND state = 'rejected'))""",
        person,
    )
    return known


async def others(conn: Connection, excluded: Sequence[str]) -> list[str]:
    """Who else has worked as a supervisor here: published a policy or decided on a discount; at most five."""
    rows = await conn.fetch(
        """SELECT person FROM (SELECT created_by AS person FROM policies WHERE version > 1
                               UNION SELECT decided_by FROM offers WHERE state = 'rejected' AND decided_by IS NOT NULL
                               ) worked WHERE person <> ALL($1) ORDER BY person LIMIT 5""",
        list(excluded),
    )
    return [row["person"] for row in rows]
