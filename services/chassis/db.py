"""PostgreSQL: the pool every process makes once, the codecs all rows go through, and ids.

jsonb is read and written as dict or list, uuid as str. Repositories take a connection as their first argument, so that
whoever called them owns the transaction.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import asyncpg
from asyncpg import exceptions as pg
from pydantic import BaseModel

from services.chassis import tracing
from services.chassis.errors import Unavailable

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
    return _uuid7(os.urandom(8))


def new_ids(at_once: int) -> Callable[[], str]:
    """`new_id` for thousands of rows: asks the system for chance once in so many ids.

    Each question lets go of the interpreter, which another busy thread then keeps for milliseconds.
    """
    chance = b""

    def next_id() -> str:
        nonlocal chance
        if not chance:
            chance = os.urandom(8 * at_once)
        mine, chance = chance[:8], chance[8:]
        return _uuid7(mine)

    return next_id


def _uuid7(chance: bytes) -> str:
    millis, rest = divmod(time.time_ns(), 1_000_000)
    sub_milli = rest * 4096 // 1_000_000
    rest = 0b10 << 62 | int.from_bytes(chance, "big") >> 2
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


_ACQUIRE_SECONDS = 5.0
_RELEASE_SECONDS = 2.0
_BROKEN = (
    OSError,  # TimeoutError too: a server that hangs
    EOFError,
    pg.PostgresConnectionError,
    pg.AdminShutdownError,
    pg.CrashShutdownError,
    pg.CannotConnectNowError,
    pg.DatabaseDroppedError,
    pg.IdleInTransactionSessionTimeoutError,
    pg.IdleSessionTimeoutError,
    # What asyncpg makes of a connection that breaks between two messages of one statement.
    pg.InternalClientError,
)


def is_broken(error: BaseException) -> bool:
    """Whether this error says that the connection to PostgreSQL is gone or silent, whatever was asked of it."""
    return isinstance(error, _BROKEN) or (isinstance(error, pg.InterfaceError) and "connection" in str(error))


def end(conn: Connection) -> None:
    """Close a broken connection without a goodbye, which nobody would answer; the pool makes another."""
    with contextlib.suppress(asyncpg.InterfaceError):  # it knows already
        conn.terminate()


@contextlib.asynccontextmanager
async def acquire(pool: Pool) -> AsyncIterator[Connection]:
    """A pooled connection within 5 s, for those a person waits for.

    Raises Unavailable when the database cannot be reached or every connection is busy.
    """
    try:
        conn = await pool.acquire(timeout=_ACQUIRE_SECONDS)
    except (OSError, EOFError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        busy = isinstance(error, TimeoutError) and pool.get_idle_size() == 0 and pool.get_size() >= pool.get_max_size()
        reason = "every connection to the database is busy" if busy else "the database does not answer"
        raise Unavailable(f"{reason}; try again") from error
    try:
        yield conn
    except BaseException as error:
        if is_broken(error):
            end(conn)
        raise
    finally:
        # What is broken is thrown away by the pool; that it was broken, the caller has heard already.
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            await pool.release(conn, timeout=_RELEASE_SECONDS)


async def create_pool(
    dsn: str,
    *,
    application_name: str,
    max_size: int = 10,
    statement_timeout_ms: int = 15_000,
    lock_timeout_ms: int = 5_000,
    answer_seconds: float | None = None,
) -> Pool:
    """A pool that connects when first used, so that a process can start (not ready yet) while the server is down.

    Every statement is limited to `statement_timeout_ms`, every wait for a lock to `lock_timeout_ms`; a transaction
    left idle is ended after a minute. `answer_seconds` is for a server that says nothing at all (paused, or behind a
    broken network): after that long a statement raises TimeoutError.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=max_size,
        init=init_connection,
        connection_class=tracing.TracedConnection if tracing.is_on() else asyncpg.Connection,
        reset=_keep_as_it_is,
        timeout=5,
        command_timeout=answer_seconds,
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
