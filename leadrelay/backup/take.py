"""Taking a backup of a running system: one snapshot of each database, all opened at once, then dumped side by side."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import asyncpg

from leadrelay.backup.aside import OLD
from leadrelay.backup.manifest import FORMAT, NAME, Manifest, Part, checksum
from leadrelay.backup.tools import BackupError, address_of, find_tools
from services.chassis.commands import migrate
from services.chassis.db import Connection

# What people would miss, to be shown before it is written over and after it was brought back.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "lead_gen": ("leads", "calls"),
    "conversion": ("deals", "offers"),
    "account_mgmt": ("customers", "invoices"),
}
_SNAPSHOT = "SELECT pg_export_snapshot() AS name, clock_timestamp() AS at, current_setting('server_version') AS server"
_LOCK_WAIT = "30s"


@dataclass(frozen=True)
class _Snapshot:
    """A database as it was at one moment, for as long as the transaction behind it is open."""

    tier: str
    dsn: str
    name: str
    at: datetime
    server: str
    migrations: dict[str, list[int]]
    rows: dict[str, int]


async def take(dsns: Mapping[str, str], into: Path) -> Path:
    """Back up these databases into a new folder in `into`; the folder. Raises BackupError and what PostgreSQL raises.

    Until it is whole, its name begins with a dot and ends in `.partial`; one that failed is removed.
    """
    began = datetime.now(UTC)
    name = f"leadrelay-{began:%Y%m%dT%H%M%S}Z"
    folder, partial = into / name, into / f".{name}.partial"
    await asyncio.to_thread(_make, into, folder, partial)
    try:
        parts = await _dump_all(dsns, partial)
        await asyncio.to_thread(_finish, partial, folder, _manifest(name, began, parts))
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _make(into: Path, folder: Path, partial: Path) -> None:
    try:
        into.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            raise BackupError(f"{folder} is there already: it was taken in this very second")
        partial.mkdir(mode=0o700)
    except OSError as error:
        raise BackupError(f"{into} cannot be written to: {error.strerror}: {error.filename}") from None


async def _dump_all(dsns: Mapping[str, str], into: Path) -> list[Part]:
    async with _snapshots(dsns) as snapshots:
        tasks = [asyncio.create_task(_dump(one, into)) for one in snapshots]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _snapshots(dsns: Mapping[str, str]) -> AsyncIterator[list[_Snapshot]]:
    """One of each database, within milliseconds of each other: everything that takes time is done before."""
    settings = {"application_name": "leadrelay backup", "timezone": "UTC", "statement_timeout": "60s",
                "idle_in_transaction_session_timeout": "0"}  # fmt: skip
    conns = await asyncio.gather(
        *(asyncpg.connect(dsn, timeout=10, server_settings=settings) for dsn in dsns.values()), return_exceptions=True
    )
    open_ones = [conn for conn in conns if not isinstance(conn, BaseException)]
    try:
        for conn in conns:
            if isinstance(conn, BaseException):
                raise conn
        moments = await asyncio.gather(*(_freeze(conn) for conn in open_ones))
        named = zip(dsns.items(), open_ones, moments, strict=True)
        yield [await _describe(tier, dsn, conn, row) for (tier, dsn), conn, row in named]
    finally:
        await asyncio.gather(*(conn.close(timeout=5) for conn in open_ones), return_exceptions=True)


async def _freeze(conn: Connection) -> asyncpg.Record:
    await conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    [row] = await conn.fetch(_SNAPSHOT)
    return row


async def _describe(tier: str, dsn: str, conn: Connection, row: asyncpg.Record) -> _Snapshot:
    if await conn.fetchval("SELECT to_regclass('public.schema_migrations')") is None:
        raise BackupError(f"{tier}: there is no Leadrelay in this database; `{migrate(tier)}` makes it")
    return _Snapshot(
        tier=tier,
        dsn=dsn,
        name=row["name"],
        at=row["at"],
        server=row["server"],
        migrations=await levels(conn),
        rows=await counts(conn, tier),
    )


async def levels(conn: Connection) -> dict[str, list[int]]:
    """The numbers of the migrations that a database has, by package."""
    rows = await conn.fetch(
        "SELECT package, array_agg(version ORDER BY version) AS versions FROM public.schema_migrations GROUP BY package"
    )
    return {row["package"]: list(row["versions"]) for row in rows}


async def counts(conn: Connection, tier: str) -> dict[str, int]:
    """How much of what people would miss a database holds."""
    return {
        table: await conn.fetchval(f"SELECT count(*) FROM public.{table}")  # noqa: S608 - names of ours
        for table in COUNTED[tier]
    }


async def _dump(snapshot: _Snapshot, into: Path) -> Part:
    tools, path = find_tools(int(snapshot.server.partition(".")[0])), into / f"{snapshot.tier}.dump"
    # Made before it is written, so that it is never readable by anybody else.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    await tools.run(
        "pg_dump",
        address_of(snapshot.dsn),
        "--format=custom",
        "--no-password",
        f"--snapshot={snapshot.name}",
        f"--exclude-schema={OLD}",
        f"--lock-wait-timeout={_LOCK_WAIT}",
        f"--file={path}",
    )
    return Part(
        tier=snapshot.tier,
        file=path.name,
        bytes=path.stat().st_size,
        sha256=await asyncio.to_thread(checksum, path),
        taken_at=snapshot.at,
        server=snapshot.server,
        pg_dump=tools.major,
        migrations=snapshot.migrations,
        rows=snapshot.rows,
    )


def _manifest(name: str, began: datetime, parts: list[Part]) -> Manifest:
    moments = [part.taken_at for part in parts]
    return Manifest(
        format=FORMAT,
        id=name,
        leadrelay=version("leadrelay"),
        taken_at=min(moments, default=began),
        spread_seconds=round((max(moments) - min(moments)).total_seconds(), 6),
        parts=parts,
    )


def _finish(partial: Path, folder: Path, manifest: Manifest) -> None:
    """Write the manifest, and have everything on the disk before the folder gets its name."""
    text = json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n"
    try:
        with os.fdopen(os.open(partial / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        for path in (*partial.iterdir(), partial):
            _to_disk(path)
        partial.rename(folder)
        _to_disk(folder.parent)
    except OSError as error:
        raise BackupError(f"{partial} cannot be written: {error.strerror}") from None


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
