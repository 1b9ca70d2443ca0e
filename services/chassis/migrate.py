"""Numbered plain-SQL migrations: one transaction per file, one migrator at a time, no file ever changed.

`migrate(dsn, "services.chassis.migrations", "services.lead_gen.migrations")` brings a database to its head.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import asyncpg

from services.chassis.db import Connection, init_connection

_LOCK = 7_236_114_205_331  # any number, as long as every version of this program uses the same
_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
_TABLE = """
create table if not exists schema_migrations (
    package    text        not null,
    version    int         not null,
    checksum   text        not null,
    applied_at timestamptz not null default now(),
    primary key (package, version)
)
"""
_APPLIED = "select package, version, checksum from schema_migrations where package = any($1)"
_RECORD = "insert into schema_migrations (package, version, checksum) values ($1, $2, $3)"


class MigrationError(Exception):
    """The files and the database disagree, or a file failed; the message names the file."""


@dataclass(frozen=True)
class Migration:
    """One file: `package` and `version` are its identity, `checksum` guards against later edits."""

    package: str
    version: int
    name: str
    sql: str
    checksum: str

    @property
    def label(self) -> str:
        """How the file is named to people."""
        return f"{self.package}/{self.name}"


def read(packages: Sequence[str]) -> list[Migration]:
    """All migration files of these packages, in the order they are applied."""
    found: list[Migration] = []
    for package in packages:
        files = [entry for entry in resources.files(package).iterdir() if entry.name.endswith(".sql")]
        seen: dict[int, str] = {}
        for entry in sorted(files, key=lambda item: item.name):
            match = _NAME.match(entry.name)
            if match is None:
                raise MigrationError(f"{package}/{entry.name}: must be named like 0001_what_it_does.sql")
            version = int(match[1])
            if version in seen:
                raise MigrationError(f"{package}/{entry.name}: number {version} is taken by {seen[version]}")
            seen[version] = entry.name
            sql = entry.read_text(encoding="utf-8")
            checksum = hashlib.sha256(sql.replace("\r\n", "\n").encode()).hexdigest()
            found.append(Migration(package, version, entry.name, sql, checksum))
    return found


async def outstanding(conn: Connection, files: Sequence[Migration]) -> list[Migration]:
    """Those of `files` that this database has not seen. Raises MigrationError for a file edited after it ran."""
    if await conn.fetchval("select to_regclass('schema_migrations')") is None:
        return list(files)
    rows = await conn.fetch(_APPLIED, sorted({file.package for file in files}))
    applied = {(row["package"], row["version"]): row["checksum"] for row in rows}
    for file in files:
        known = applied.get((file.package, file.version))
        if known is not None and known != file.checksum:
            raise MigrationError(f"{file.label}: was changed after it had been applied; write a new migration instead")
    return [file for file in files if (file.package, file.version) not in applied]


async def pending(dsn: str, packages: Sequence[str]) -> list[str]:
    """Labels of the migrations this database still lacks; empty at the head."""
    conn = await asyncpg.connect(dsn, timeout=10)
    try:
        return [file.label for file in await outstanding(conn, read(packages))]
    finally:
        await conn.close()


async def migrate(dsn: str, *packages: str) -> list[str]:
    """Apply what is missing, package after package, and return the labels of what was applied.

    Safe to run from several processes at once: the others wait. Raises MigrationError; the files before the one
    that failed stay applied, the one that failed leaves nothing behind.
    """
    files = read(packages)
    conn = await asyncpg.connect(dsn, timeout=10, server_settings={"application_name": "leadrelay migrate"})
    try:
        await init_connection(conn)
        await conn.execute("select pg_advisory_lock($1)", _LOCK)
        await conn.execute(_TABLE)
        todo = await outstanding(conn, files)
        for file in todo:
            await _apply(conn, file)
        return [file.label for file in todo]
    finally:
        await conn.close()


async def _apply(conn: Connection, file: Migration) -> None:
    try:
        async with conn.transaction():
            await conn.execute(file.sql)
            await conn.execute(_RECORD, file.package, file.version, file.checksum)
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{file.label}: {error}") from error
