"""Numbered plain-SQL migrations: one transaction per file, one migrator at a time, no file changed once it is released.

`migrate(dsn, "services.chassis.migrations", "services.lead_gen.migrations")` brings a database to its head, beside
people at work: a file that does not get its lock within seconds gives way and tries again. A file that begins with
`-- no-transaction` holds one thing that a cut run may repeat: CREATE or DROP INDEX CONCURRENTLY, or the CALL of a
procedure that commits as it goes. A file that was mended before its release names the checksum of its first text in a
line `-- formerly CHECKSUM: why`; a later file brings the databases that had it to the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import asyncpg

from services.chassis.db import Connection, init_connection

_LOCK = 7_236_114_205_331  # any number, as long as every version of this program uses the same
_LOCK_POLL_SECONDS = 0.2
# Whoever waits for a table's lock makes everybody behind it wait as well: so not for longer than a request may.
LOCK_TIMEOUT = "3s"
PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between the tries of a file that did not get its lock."""
# An index that is made beside people at work locks nobody out; it waits for the transactions it found.
CONCURRENT_LOCK_TIMEOUT = "10min"
_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
_OUTSIDE = "-- no-transaction"
_FORMERLY = re.compile(r"^-- formerly ([0-9a-f]{64}): ", re.MULTILINE)
_CONCURRENTLY = re.compile(
    r"(?:create(?: unique)? index concurrently if not exists|drop index concurrently if exists) (\w+)[^;]*;?",
    re.IGNORECASE,
)
_CALL = re.compile(r"call \w+\(\);?", re.IGNORECASE)
_LOCK_REFUSED = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
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
# What CREATE INDEX CONCURRENTLY leaves behind when it is cut: kept up to date by every write, used by no query.
_INVALID = """
select quote_ident(c.relname) from pg_index i join pg_class c on c.oid = i.indexrelid
 where c.relname = lower($1) and not i.indisvalid and pg_table_is_visible(c.oid)
"""


class MigrationError(Exception):
    """The files and the database disagree, or a file failed; the message names the file."""


@dataclass(frozen=True)
class Migration:
    """One file: `package` and `version` are its identity, `checksum` guards against later edits.

    `former`: checksums of the text that it had before its release.
    `outside`: whether it runs outside of a transaction; `index`: what such a file makes or drops, if it is that.
    """

    package: str
    version: int
    name: str
    sql: str
    checksum: str
    former: tuple[str, ...]
    outside: bool
    index: str | None

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
            outside, index = _outside_of(sql, f"{package}/{entry.name}")
            former = tuple(_FORMERLY.findall(sql))
            found.append(Migration(package, version, entry.name, sql, checksum, former, outside, index))
    return found


def _outside_of(sql: str, label: str) -> tuple[bool, str | None]:
    """Whether a file is marked to run outside of a transaction, and the index that it makes or drops.

    Raises MigrationError for a marked one that could not be repeated.
    """
    marker, _, rest = sql.partition("\n")
    if marker.strip() != _OUTSIDE:
        return False, None
    statement = " ".join(re.sub(r"--.*", "", rest).split())
    if _CALL.fullmatch(statement):
        return True, None
    found = _CONCURRENTLY.fullmatch(statement)
    if found is None:
        raise MigrationError(
            f"{label}: outside of a transaction only one CREATE INDEX CONCURRENTLY IF NOT EXISTS, DROP INDEX "
            "CONCURRENTLY IF EXISTS or CALL can be run safely"
        )
    return True, found[1]


async def outstanding(conn: Connection, files: Sequence[Migration]) -> list[Migration]:
    """Those of `files` that this database has not seen. Raises MigrationError for a file edited after it ran."""
    if await conn.fetchval("select to_regclass('schema_migrations')") is None:
        return list(files)
    rows = await conn.fetch(_APPLIED, sorted({file.package for file in files}))
    applied = {(row["package"], row["version"]): row["checksum"] for row in rows}
    for file in files:
        known = applied.get((file.package, file.version))
        if known is not None and known not in (file.checksum, *file.former):
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
    that failed stay applied, the one that failed leaves nothing behind (but perhaps an index that the next run makes
    anew).
    """
    files = read(packages)
    conn = await asyncpg.connect(dsn, timeout=10, server_settings={"application_name": "leadrelay migrate"})
    try:
        await init_connection(conn)
        await _wait_for_turn(conn)
        await conn.execute(_TABLE)
        todo = await outstanding(conn, files)
        for file in todo:
            await _apply(conn, file)
        return [file.label for file in todo]
    finally:
        await conn.close()


async def _wait_for_turn(conn: Connection) -> None:
    """One migrator at a time. Asked again and again: a statement that waits is a transaction, and an index that is
    made concurrently waits for every transaction, so the two would wait for each other."""
    while not await conn.fetchval("select pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110 - PostgreSQL is asked
        await asyncio.sleep(_LOCK_POLL_SECONDS)


async def _apply(conn: Connection, file: Migration) -> None:
    """Apply one file, with longer and longer pauses between its tries while others hold a lock that it needs."""
    timeout = CONCURRENT_LOCK_TIMEOUT if file.outside else LOCK_TIMEOUT
    await conn.execute("select set_config('lock_timeout', $1, false)", timeout)
    for pause in (*PAUSES, None):
        try:
            await (_apply_outside if file.outside else _apply_in_transaction)(conn, file)
            return
        except _LOCK_REFUSED as error:
            if pause is None:
                raise MigrationError(
                    f"{file.label}: gave up after {len(PAUSES) + 1} tries: others hold what it must lock ({error}); "
                    "end long transactions, or try again at a quieter time"
                ) from error
        except asyncpg.PostgresError as error:
            raise MigrationError(f"{file.label}: {error}") from error
        await asyncio.sleep(pause)


async def _apply_in_transaction(conn: Connection, file: Migration) -> None:
    async with conn.transaction():
        await conn.execute(file.sql)
        await conn.execute(_RECORD, file.package, file.version, file.checksum)


async def _apply_outside(conn: Connection, file: Migration) -> None:
    """Cut at any moment, it can be run again: what is half made is dropped, what is made stays."""
    leftover = await conn.fetchval(_INVALID, file.index or "")
    if leftover is not None:
        await conn.execute(f"drop index concurrently {leftover}")
    await conn.execute(file.sql)
    await conn.execute(_RECORD, file.package, file.version, file.checksum)
