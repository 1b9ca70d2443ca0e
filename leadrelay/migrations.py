"""Brings one tier's database to what this version of the code was written for."""

from __future__ import annotations

import importlib

import asyncpg

from services.chassis import db
from services.chassis.migrate import migrate

CHASSIS = "services.chassis.migrations"


async def migrate_tier(tier: str, dsn: str, policy: str) -> list[str]:
    """Chassis, then tier, then the tier's first policy if it has none. Returns the labels of what was applied.

    Raises MigrationError, asyncpg.PostgresError or OSError; may be repeated.
    """
    applied = await migrate(dsn, CHASSIS, f"services.{tier}.migrations")
    seed = importlib.import_module(f"services.{tier}.seed").seed
    conn = await asyncpg.connect(dsn, timeout=10)
    try:
        await db.init_connection(conn)
        async with conn.transaction():
            await seed(conn, policy)
    finally:
        await conn.close()
    return applied
