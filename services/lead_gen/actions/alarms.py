"""Alarms of drought and glut begin and end by themselves."""

from __future__ import annotations

from typing import Final, Literal

from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.chassis.webhooks import announce
from services.lead_gen.actions.lately import count_lately
from services.lead_gen.actions.supply import supply_now
from services.lead_gen.domain.supply import Alarm, Supply
from services.lead_gen.repository import alarms, clock
from services.lead_gen.schemas.webhooks import SupplyAlarmChanged

KINDS: Final[tuple[Alarm, ...]] = ("drought", "glut")


async def watch_supply(pool: Pool) -> None:
    """A sweep: begin and end alarms, and tell everybody who listens."""
    async with pool.acquire() as conn, conn.transaction():
        await count_lately(conn)
        now = await supply_now(conn)
        facts = {
            "in_stock": now.in_stock,
            "demand": now.forecast.demand,
            "expected": now.forecast.expected,
            "runs_dry": now.forecast.runs_dry,
            "until": now.forecast.until.isoformat(),
        }
        for kind in KINDS:
            if now.alarm == kind and await alarms.begin(conn, kind, facts):
                await _tell(conn, kind, "begun", now)
            elif now.alarm != kind and await alarms.end(conn, kind):
                await _tell(conn, kind, "ended", now)


async def _tell(conn: Connection, kind: Alarm, state: Literal["begun", "ended"], now: Supply) -> None:
    await publish(conn, "supply_alarm", alarm=kind, state=state)
    forecast, at = now.forecast, await clock.now(conn)
    data = SupplyAlarmChanged(
        kind=kind, state=state, in_stock=now.in_stock, demand=round(forecast.demand, 1), until=forecast.until
    )
    await announce(conn, data, key=f"{kind}:{state}:{at.isoformat()}", at=at)
