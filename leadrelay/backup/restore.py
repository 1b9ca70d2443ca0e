"""Bringing databases back from a backup: looked at first, then replaced whole or not at all.

What was there is put aside under another name until everything has come back, so a restore that fails or is cut changes
nothing that the next one cannot turn back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import asyncpg

from leadrelay.backup import aftermath
from leadrelay.backup.aside import OLD, is_there, let_go, put_aside, turn_back
from leadrelay.backup.manifest import Manifest, Part
from leadrelay.backup.marks import remember
from leadrelay.backup.take import counts
from leadrelay.backup.tools import BackupError, address_of, find_tools
from leadrelay.backup.verify import verify
from leadrelay.migrations import CHASSIS, migrate_tier
from services.chassis import db
from services.chassis.db import Connection
from services.chassis.migrate import MigrationError, read

_IN_USE = """
SELECT coalesce(nullif(application_name, ''), 'something without a name') AS who, count(*) AS times
  FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() GROUP BY 1 ORDER BY 1
"""
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


@dataclass
class Restored:
    """What came of it: per tier the rows that are there now, and what a person is to know or do."""

    manifest: Manifest
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    reports: int = 0


async def restore(folder: Path, dsns: Mapping[str, str], tiers: Sequence[str], *, overwrite: bool) -> Restored:
    """Bring these tiers back. `dsns` name all three: what the others reported since is sent once more.

    Raises BackupError before anything is changed if the backup is damaged, newer than this code, or a database is in
    use or, without `overwrite`, not empty; and when something fails afterwards, with everything put back.
    """
    manifest = await verify(folder, list(tiers))
    for tier in tiers:
        _refuse_newer(manifest.part(tier))
    refusals = [said for tier in tiers for said in await _refusals(tier, dsns[tier], overwrite)]
    if refusals:
        raise BackupError("\n".join(refusals) + "\nNothing was changed.")
    done = Restored(manifest)
    try:
        for tier in tiers:
            await _bring_back(folder, manifest.part(tier), tier, dsns[tier], done)
    except BaseException:
        for tier in tiers:
            await _put_back(dsns[tier])
        raise
    await _let_go(dsns, tiers, done)
    return done


def _refuse_newer(part: Part) -> None:
    """Raises BackupError for a backup with migrations that this code does not know."""
    for package, versions in part.migrations.items():
        own = f"services.{part.tier}.migrations"
        known = {one.version for one in read([package])} if package in (CHASSIS, own) else set()
        unknown = sorted(set(versions) - known)
        if unknown:
            raise BackupError(
                f"{part.tier}: the backup was taken by a newer Leadrelay: its database has migration "
                f"{package}/{unknown[-1]:04d}, which this one does not know. Install that version, or a later one"
            )


async def _refusals(tier: str, dsn: str, overwrite: bool) -> list[str]:
    """Why this database is not to be replaced now."""
    async with _connection(dsn) as conn:
        users = await conn.fetch(_IN_USE)
        tables, cut = await conn.fetchval(_TABLES), await is_there(conn, OLD)
        found: list[str] = []
        if users:
            who = ", ".join(f"{row['who']} ({row['times']})" for row in users)
            found.append(f"{tier}: is in use by {who}. Stop the processes of this tier first")
        if (tables or cut) and not overwrite:
            rows = await counts(conn, tier) if await is_there(conn, "public", "schema_migrations") else {}
            holds = ", ".join(f"{count:,} {what}" for what, count in rows.items()) or f"{tables} tables"
            begun = ", and what an earlier restore that was cut off put aside" if cut else ""
            found.append(f"{tier}: is not empty: it holds {holds}{begun}. --overwrite replaces all of it")
        return found


async def _bring_back(folder: Path, part: Part, tier: str, dsn: str, done: Restored) -> None:
    tools = find_tools(part.pg_dump)
    async with _connection(dsn) as conn:
        await turn_back(conn)
        there = bool(await conn.fetchval(_TABLES))
        async with conn.transaction():
            await put_aside(conn)
        owner = ("--no-owner", "--no-privileges", "--no-comments")
        await tools.run(
            "pg_restore", address_of(dsn), "--exit-on-error", "--single-transaction", *owner, folder / part.file
        )
    try:
        await migrate_tier(tier, dsn, "standard")
    except MigrationError as error:
        raise BackupError(f"{tier}: cannot be brought up to date: {error}") from error
    async with _connection(dsn) as conn, conn.transaction():
        restored_at: datetime = await conn.fetchval("SELECT clock_timestamp()")
        await remember(conn, done.manifest.id, part.taken_at, restored_at)
        told = await aftermath.hold_back(conn)
        if there and await is_there(conn, OLD, "schema_migrations"):
            told += await aftermath.carry_over(conn, tier, OLD, part.taken_at)
        else:
            told += await aftermath.unknown_since(conn, tier)
        done.told[tier], done.rows[tier] = told, await counts(conn, tier)


async def _put_back(dsn: str) -> None:
    async with _connection(dsn) as conn:
        await turn_back(conn)


async def _let_go(dsns: Mapping[str, str], tiers: Sequence[str], done: Restored) -> None:
    """Everything is back: reports go out once more, and what was put aside goes."""
    taken_at = {tier: done.manifest.part(tier).taken_at for tier in tiers}
    for dsn in dsns.values():
        async with _connection(dsn) as conn:
            if await is_there(conn, "public", "outbox"):
                done.reports += await aftermath.send_reports_again(conn, taken_at)
    for tier in tiers:
        async with _connection(dsns[tier]) as conn:
            await let_go(conn)


@asynccontextmanager
async def _connection(dsn: str) -> AsyncIterator[Connection]:
    settings = {"application_name": "leadrelay restore", "timezone": "UTC", "lock_timeout": "5s"}
    conn = await asyncpg.connect(dsn, timeout=10, server_settings=settings)
    try:
        await db.init_connection(conn)
        yield conn
    finally:
        # The server may still count a connection that has just been closed as one that uses the database.
        await asyncio.wait_for(conn.close(), 5)
