"""Keeps the floor in order: shifts of the rota two weeks ahead, and everybody signed off whose shift is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.lead_gen.domain.rota import plan
from services.lead_gen.repository import callers, shifts

AHEAD = timedelta(days=14)


async def plan_ahead(conn: Connection, caller_id: str | None = None) -> int:
    """Write the shifts of the next two weeks, of one caller or of everybody; how many are new."""
    now = datetime.now(UTC)
    patterns, exceptions = await shifts.rules(conn, caller_id)
    return await shifts.write_planned(conn, plan(patterns, exceptions, now, now + AHEAD))


async def keep_rota(pool: Pool) -> None:
    """A sweep: the rota reaches two weeks ahead."""
    async with pool.acquire() as conn, conn.transaction():
        await plan_ahead(conn)


async def close_shifts(pool: Pool) -> None:
    """A sweep: whoever forgot to sign off holds nothing any more, and his callbacks are everybody's."""
    async with pool.acquire() as conn, conn.transaction():
        for shift in await shifts.close_ended(conn):
            await callers.return_leases(conn, shift.caller_id)
            await callers.callbacks_to_pool(conn, shift.caller_id)
            await publish(conn, "shift_ended", shift_id=shift.id)
