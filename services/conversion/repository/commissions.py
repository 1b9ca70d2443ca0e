"""The commission ledger. Entries are only added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.conversion.domain.commission import Accrual
from services.conversion.records import CommissionEntry, Deal


async def accrue(conn: Connection, deal: Deal, accruals: Sequence[Accrual], at: datetime) -> None:
    """Write the shares of a won deal. The key makes a second writing of the same share impossible."""
    await conn.executemany(
        """INSERT INTO commissions (id, key, deal_id, lead_id, person, role, kind, base, percent, amount, currency,
                                    policy_version, at)
           VALUES ($1, $2, $3, $4, $5, $6, 'accrued', $7, $8, $9, $10, $11, $12)""",
        [
            (
                new_id(),
                f"{deal.id}:accrued:{share.role}",
                deal.id,
                deal.lead_id,
                share.person,
                share.role.value,
                deal.value,
                share.percent,
                share.amount,
                deal.currency,
                deal.policy_version,
                at,
            )
            for share in accruals
        ],
    )


async def page(conn: Connection, *, person: str | None, limit: int, after: str | None) -> list[CommissionEntry]:
    """Entries in order of writing."""
    rows = await conn.fetch(
        """SELECT * FROM commissions WHERE ($1::text IS NULL OR person = $1) AND ($2::uuid IS NULL OR id > $2)
            ORDER BY id LIMIT $3""",
        person,
        after,
        limit,
    )
    return [CommissionEntry.model_validate(dict(row)) for row in rows]


async def statement(conn: Connection, start: datetime, end: datetime, person: str | None) -> list[dict[str, Any]]:
    """Sums per person, role, kind and currency of the entries in a stretch of time."""
    rows = await conn.fetch(
        """SELECT person, role, kind, currency, count(*) AS entries, sum(base) AS base, sum(amount) AS amount
             FROM commissions WHERE at >= $1 AND at < $2 AND ($3::text IS NULL OR person = $3)
            GROUP BY person, role, kind, currency ORDER BY person, role, kind, currency""",
        start,
        end,
        person,
    )
    return [dict(row) for row in rows]
