"""PostgreSQL: the pool every process makes once, the codecs all rows go through, and ids.

jsonb is read and written as dict or list, uuid as str. Repositories take a connection as their first argument, so that
whoever called them owns the transaction.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import asyncpg
from pydantic import BaseModel

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    # The stubs are generic, the classes are not; FastAPI evaluates annotations, so the names must exist.
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool


def new_id() -> str:
    """A uuid7: sorts by the time it was made (to about a quarter of a microsecond), and cannot be guessed."""
    millis, rest = divmod(time.time_ns(), 1_000_000)
    sub_milli = rest * 4096 // 1_000_000
    rest = 0b10 << 62 | int.from_bytes(os.urandom(8), "big") >> 2
    text = f"{millis & (2**48 - 1):012x}7{sub_milli:03x}{rest:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


def to_json(value: Any) -> str:
    """JSON text of a payload; times, decimals, uuids and pydantic models are written as strings and objects."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


async def init_connection(conn: Connection) -> None:
    """Set the codecs; for connections that are made outside a pool."""
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=to_json, decoder=json.loads, format="text")
    await conn.set_type_codec("uuid", schema="pg_catalog", encoder=str, decoder=str, format="text")


async def _keep_as_it_is(_: Any) -> None:
    """Nobody here changes a session's settings: no round trip to reset them after every use."""


async def create_pool(
    dsn: str,
    *,
    application_name: str,
    max_size: int = 10,
    statement_timeout_ms: int = 15_000,
    lock_timeout_ms: int = 5_000,
) -> Pool:
    """A pool that connects when first used, so that a process can start (not ready yet) while the server is down.

    Every statement is limited to `statement_timeout_ms`, every wait for a lock to `lock_timeout_ms`; a transaction
    left idle is ended after a minute.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=max_size,
        init=init_connection,
        reset=_keep_as_it_is,
        timeout=5,
        server_settings={
            "application_name": application_name,
            "statement_timeout": str(statement_timeout_ms),
            "lock_timeout": str(lock_timeout_ms),
            "idle_in_transaction_session_timeout": "60000",
            "timezone": "UTC",
            # Planning with JIT costs more than these short statements ever run.
            "jit": "off",
        },
    )
