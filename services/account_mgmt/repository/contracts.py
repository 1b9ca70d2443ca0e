"""Contracts: the record of each, and which is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from services.account_mgmt.domain.contracts import Contract
from services.account_mgmt.repository import Cursor
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

_CONTRACT = """
SELECT k.*, e.timezone AS zone,
       t.failed, t.unissued
  FROM contracts k JOIN legal_entities e ON e.id = k.entity
 CROSS JOIN LATERAL (
       SELECT count(*) AS failed, count(*) FILTER (WHERE p.state = 'failed') AS unissued FROM contract_periods p
        WHERE p.contract_id = k.id AND (p.state = 'failed' OR p.mail = 'failed')) t
"""
_COLUMNS = (
    "customer_id", "name", "entity", "currency", "lines", "price_by", "every", "unit", "anchor_on", "anchor_day",
    "issue_at", "last_on", "times", "payment_days", "by_mail", "next_at", "created_by",
)  # fmt: skip


async def add(conn: Connection, values: Mapping[str, Any]) -> Contract:
    """Write a contract by its columns."""
    contract_id = new_id()
    places = ", ".join(f"${n}" for n in range(2, len(_COLUMNS) + 2))
    await conn.execute(
        f"INSERT INTO contracts (id, {', '.join(_COLUMNS)}) VALUES ($1, {places})",  # noqa: S608 - constants
        contract_id,
        *(values[name] for name in _COLUMNS),
    )
    return await get(conn, contract_id)


async def get(conn: Connection, contract_id: str, *, lock: bool = False) -> Contract:
    """One contract; with `lock`, hold it. Raises NotFound."""
    row = await conn.fetchrow(f"{_CONTRACT} WHERE k.id = $1 {'FOR UPDATE OF k' if lock else ''}", contract_id)
    if row is None:
        raise NotFound(f"There is no contract {contract_id}")
    return Contract.of(row)


async def page(
    conn: Connection, *, customer_id: str | None = None, state: str | None = None, manager: str | None = None,
    failed: bool = False, limit: int, after: Cursor,
) -> list[Contract]:  # fmt: skip
    """A page of contracts in order of entry; `failed` for those of which a date waits for a person."""
    rows = await conn.fetch(
        f"""{_CONTRACT} WHERE ($1::uuid IS NULL OR k.customer_id = $1) AND ($2::text IS NULL OR k.state = $2)
              AND ($3::text IS NULL OR k.customer_id IN (SELECT id FROM customers WHERE account_manager = $3))
              AND (NOT $4 OR k.id IN (SELECT contract_id FROM contract_periods
                                       WHERE state = 'failed' OR mail = 'failed'))
              AND ($5::timestamptz IS NULL OR (k.created_at, k.id) > ($5, $6::uuid))
            ORDER BY k.created_at, k.id LIMIT $7""",  # noqa: S608 - a constant
        customer_id,
        state,
        manager,
        failed,
        *(after or (None, None)),
        limit,
    )
    return Contract.of_all(rows)


async def hold_due(conn: Connection, now: datetime, passed: Collection[str]) -> Contract | None:
    """The contract that has been due longest, with its customer held, who is held first by everybody else, too.

    Left out are `passed` and those of customers with whom somebody is busy. None if nothing is due.
    """
    found = await conn.fetchval(
        """SELECT k.id FROM contracts k JOIN customers c ON c.id = k.customer_id
            WHERE k.state = 'active' AND k.next_at <= $1 AND k.id <> ALL($2::uuid[])
            ORDER BY k.next_at, k.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED""",
        now,
        list(passed),
    )
    return await get(conn, found, lock=True) if found else None


async def go_on(
    conn: Connection, contract_id: str, *, number: int, next_at: datetime | None, issued: int, is_over: bool
) -> None:
    """The next date is this one, due then; or there is none, and the contract has ended."""
    await conn.execute(
        """UPDATE contracts SET next_number = $2, next_at = $3, issued = $4, updated_at = now(),
                  state = CASE WHEN $5 THEN 'ended' ELSE state END WHERE id = $1""",
        contract_id,
        number,
        next_at,
        issued,
        is_over,
    )


async def set_state(
    conn: Connection, contract_id: str, state: str, reason: str | None, next_at: datetime | None = None
) -> None:
    """Paused, active or ended, and why."""
    await conn.execute(
        "UPDATE contracts SET state = $2, reason = $3, next_at = $4, updated_at = now() WHERE id = $1",
        contract_id,
        state,
        reason,
        next_at,
    )


async def change(conn: Connection, contract_id: str, values: Mapping[str, Any]) -> None:
    """Write these columns of a contract; their names are the code's own."""
    names = list(values)
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(names, start=2))
    await conn.execute(
        f"UPDATE contracts SET {sets}, updated_at = now() WHERE id = $1",  # noqa: S608 - names of columns
        contract_id,
        *(values[name] for name in names),
    )
