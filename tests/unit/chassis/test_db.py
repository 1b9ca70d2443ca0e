"""Ids, JSON and the codecs of every connection."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest

from services.chassis.db import create_pool, new_id, to_json
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Money


def test_ids_are_uuid7_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    for value in ids[:20]:
        parsed = uuid.UUID(value)
        assert (parsed.version, parsed.variant, str(parsed)) == (7, uuid.RFC_4122, value)
    made = datetime.fromtimestamp((uuid.UUID(ids[0]).int >> 80) / 1000, UTC)
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)
    stamps = [uuid.UUID(value).int >> 64 for value in ids]
    assert stamps == sorted(stamps)


def test_json_takes_what_records_are_made_of() -> None:
    day = date(2026, 3, 1)
    assert to_json({"m": Money(amount=Decimal("1.5")), "d": day, "x": Decimal("0.10"), "ї": None}) == (
        '{"m":{"amount":"1.50","currency":"UAH"},"d":"2026-03-01","x":"0.10","ї":null}'
    )
    with pytest.raises(TypeError, match="object"):
        to_json({"x": object()})


async def test_codecs_and_limits(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("codecs")
    pool = await create_pool(dsn, application_name="codecs", statement_timeout_ms=23_000, lock_timeout_ms=7_000)
    identifier = new_id()
    row = await pool.fetchrow(
        "select $1::jsonb as j, $2::uuid as u, array[$2::uuid] as us, current_setting('application_name') as name",
        {"a": [1, None]},
        identifier,
    )
    assert row is not None
    assert dict(row) == {"j": {"a": [1, None]}, "u": identifier, "us": [identifier], "name": "codecs"}
    limits = {"statement_timeout": "23s", "lock_timeout": "7s", "idle_in_transaction_session_timeout": "1min"}
    assert {name: await pool.fetchval("select current_setting($1)", name) for name in limits} == limits
    with pytest.raises(asyncpg.DataError):
        await pool.fetchval("select $1::uuid", "no uuid")
    await pool.close()
