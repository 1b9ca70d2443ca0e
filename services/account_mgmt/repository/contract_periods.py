"""What became of each date of a contract, and the work that waits because of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.account_mgmt.domain.contracts import Period
from services.chassis.db import Connection
from services.chassis.errors import NotFound

_PERIOD = """
SELECT p.*, i.id AS invoice_id, i.number AS invoice_number, i.total
  FROM contract_periods p LEFT JOIN invoices i ON i.order_id = p.order_id
"""


async def put(
    conn: Connection,
    contract_id: str,
    number: int,
    days: tuple[date, date],
    *,
    state: str,
    by: str,
    order_id: str | None = None,
    reason: str | None = None,
    mail: str | None = None,
) -> Period:
    """Write what became of a date; one that has failed before may become another, one that was issued never."""
    row = await conn.fetchrow(
        """INSERT INTO contract_periods (contract_id, number, on_day, begins_on, ends_on, state, order_id, reason,
                                         mail, by)
           VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (contract_id, number) DO UPDATE
              SET state = $5, order_id = $6, reason = $7, mail = $8, by = $9, at = now(),
                  attempts = contract_periods.attempts + 1
            WHERE contract_periods.state = 'failed'
           RETURNING *""",
        contract_id,
        number,
        *days,
        state,
        order_id,
        reason,
        mail,
        by,
    )
    assert row is not None  # noqa: S101 - the contract is held, and its next number has no row
    return Period.of(row)


async def skip_all(conn: Connection, contract_id: str, dates: Sequence[tuple[int, date, date]], by: str) -> None:
    """These dates (number, first day, last day) are left out."""
    await conn.executemany(
        """INSERT INTO contract_periods (contract_id, number, on_day, begins_on, ends_on, state, by)
           VALUES ($1, $2, $3, $3, $4, 'skipped', $5)""",
        [(contract_id, *one, by) for one in dates],
    )


async def leave_out_failed(conn: Connection, contract_id: str, by: str) -> None:
    """Dates whose invoice could not be issued are left out."""
    await conn.execute(
        """UPDATE contract_periods SET state = 'skipped', by = $2, at = now()
            WHERE contract_id = $1 AND state = 'failed'""",
        contract_id,
        by,
    )


async def get(conn: Connection, contract_id: str, number: int) -> Period:
    """What became of one date. Raises NotFound."""
    row = await conn.fetchrow(f"{_PERIOD} WHERE p.contract_id = $1 AND p.number = $2", contract_id, number)
    if row is None:
        raise NotFound(f"Nothing has become of date {number} yet")
    return Period.of(row)


async def page(conn: Connection, contract_id: str, *, limit: int, after: int | None) -> list[Period]:
    """What became of the dates of a contract, the latest first."""
    rows = await conn.fetch(
        f"""{_PERIOD} WHERE p.contract_id = $1 AND ($2::int IS NULL OR p.number < $2)
             ORDER BY p.number DESC LIMIT $3""",
        contract_id,
        after,
        limit,
    )
    return Period.of_all(rows)


async def in_trouble(conn: Connection, contract_ids: Sequence[str]) -> list[Period]:
    """Dates of these contracts whose invoice could not be issued or mailed, the first ones first; at most a hundred."""
    rows = await conn.fetch(
        f"""{_PERIOD} WHERE p.contract_id = ANY($1) AND (p.state = 'failed' OR p.mail = 'failed')
             ORDER BY p.contract_id, p.number LIMIT 100""",
        list(contract_ids),
    )
    return Period.of_all(rows)


async def to_mail(conn: Connection, limit: int) -> list[Period]:
    """Dates whose invoice is to be mailed, the oldest first."""
    rows = await conn.fetch(f"{_PERIOD} WHERE p.mail = 'due' ORDER BY p.at LIMIT $1", limit)
    return Period.of_all(rows)


async def mailed(conn: Connection, period: Period, mail: str | None, reason: str | None = None) -> bool:
    """Write how the mail of a date went; False if somebody else did meanwhile."""
    return bool(
        await conn.fetchval(
            """UPDATE contract_periods SET mail = $3, reason = $4
                WHERE contract_id = $1 AND number = $2 AND mail = $5 RETURNING true""",
            period.contract_id,
            period.number,
            mail,
            reason,
            period.mail,
        )
    )


async def has_work(conn: Connection, contract_id: str, customer_id: str) -> bool:
    """Whether somebody has been asked to see to this contract, and has not yet."""
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT FROM work_items WHERE lead_id = $2 AND kind = 'contract'
                                 AND payload->>'contract_id' = $1 AND state IN ('open', 'leased'))""",
            contract_id,
            customer_id,
        )
    )


async def end_work(conn: Connection, contract_id: str, customer_id: str, result: str) -> list[str]:
    """Nobody needs to see to this contract any more; the ids of the items that end."""
    rows = await conn.fetch(
        """UPDATE work_items SET state = 'cancelled', result = $3, closed_at = now(), leased_by = NULL,
                  lease_until = NULL
            WHERE lead_id = $2 AND kind = 'contract' AND payload->>'contract_id' = $1 AND state IN ('open', 'leased')
           RETURNING id""",
        contract_id,
        customer_id,
        result,
    )
    return [row["id"] for row in rows]
