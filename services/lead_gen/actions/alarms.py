"""Alarms of drought and glut begin and end by themselves."""

from __future__ import annotations

from services.chassis.db import Pool
from services.chassis.events import publish
from services.lead_gen.actions.supply import supply_now
from services.lead_gen.repository import alarms


async def watch_supply(pool: Pool) -> None:
    """A sweep: begin and end alarms, and tell everybody who listens."""
    async with pool.acquire() as conn, conn.transaction():
        now = await supply_now(conn)
        facts = {
            "in_stock": now.in_stock,
            "demand": now.forecast.demand,
            "expected": now.forecast.expected,
            "runs_dry": now.forecast.runs_dry,
            "until": now.forecast.until.isoformat(),
        }
        for kind in ("drought", "glut"):
            if now.alarm == kind and await alarms.begin(conn, kind, facts):
                await publish(conn, "supply_alarm", alarm=kind, state="begun")
            elif now.alarm != kind and await alarms.end(conn, kind):
                await publish(conn, "supply_alarm", alarm=kind, state="ended")
