"""The migrator: order, once, one at a time, nothing half done, no file changed afterwards."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from services.chassis import migrate as module
from services.chassis.migrate import MigrationError, migrate, pending, read
from tests.fixtures.postgres import FreshDatabase

PACKAGE = "toy_migrator_package"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable package to put migrations into."""
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = tmp_path / PACKAGE
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "0001_a.sql").write_text("create table a (x int); insert into a values (1);")
    (folder / "0002_b.sql").write_text("alter table a add y int default 2;")
    yield folder
    sys.modules.pop(PACKAGE, None)


async def value(dsn: str, query: str) -> object:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(query)
    finally:
        await conn.close()


async def test_applies_in_order_and_once(fresh_database: FreshDatabase, folder: Path) -> None:
    dsn = await fresh_database("migrate_once")
    both = [f"{PACKAGE}/0001_a.sql", f"{PACKAGE}/0002_b.sql"]
    assert await pending(dsn, [PACKAGE]) == both
    assert await migrate(dsn, PACKAGE) == both
    assert await migrate(dsn, PACKAGE) == []
    assert await pending(dsn, [PACKAGE]) == []
    assert await value(dsn, "select y from a") == 2
    (folder / "0003_c.sql").write_text("create index a_y on a (y)")
    assert await migrate(dsn, PACKAGE) == [f"{PACKAGE}/0003_c.sql"]


async def test_a_failed_file_leaves_nothing_and_is_named(fresh_database: FreshDatabase, folder: Path) -> None:
    dsn = await fresh_database("migrate_failed")
    (folder / "0003_bad.sql").write_text("create table c (x int); select no_such_thing;")
    with pytest.raises(MigrationError, match=r"0003_bad\.sql: .*no_such_thing"):
        await migrate(dsn, PACKAGE)
    assert await value(dsn, "select to_regclass('c')") is None
    assert await pending(dsn, [PACKAGE]) == [f"{PACKAGE}/0003_bad.sql"]


async def test_an_edited_file_is_refused_and_line_ends_do_not_count(
    fresh_database: FreshDatabase, folder: Path
) -> None:
    dsn = await fresh_database("migrate_edited")
    first = folder / "0001_a.sql"
    first.write_bytes(b"create table a (x int);\nselect 1;\n")
    await migrate(dsn, PACKAGE)
    first.write_bytes(b"create table a (x int);\r\nselect 1;\r\n")
    assert await migrate(dsn, PACKAGE) == []
    first.write_text("create table a (x bigint);")
    for call in (migrate(dsn, PACKAGE), pending(dsn, [PACKAGE])):
        with pytest.raises(MigrationError, match=r"0001_a\.sql: was changed"):
            await call


async def test_a_file_mended_before_its_release_names_the_text_that_it_had(
    fresh_database: FreshDatabase, folder: Path
) -> None:
    dsn = await fresh_database("migrate_mended")
    first = folder / "0001_a.sql"
    was = hashlib.sha256(first.read_bytes()).hexdigest()
    await migrate(dsn, PACKAGE)
    first.write_text(f"-- formerly {was}: was slow\ncreate table a (x int); insert into a values (1); select 1;")
    assert await migrate(dsn, PACKAGE) == []
    first.write_text("-- formerly " + "0" * 64 + ": some other text\ncreate table a (x int);")
    with pytest.raises(MigrationError, match=r"0001_a\.sql: was changed"):
        await migrate(dsn, PACKAGE)


@pytest.mark.usefixtures("folder")
async def test_several_migrators_at_once(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("migrate_together")
    results = await asyncio.gather(*(migrate(dsn, PACKAGE) for _ in range(4)))
    assert sorted(len(result) for result in results) == [0, 0, 0, 2]


def test_names_are_checked(folder: Path) -> None:
    (folder / "two.sql").touch()
    with pytest.raises(MigrationError, match=r"two\.sql: must be named"):
        read([PACKAGE])
    (folder / "two.sql").rename(folder / "0002_again.sql")
    with pytest.raises(MigrationError, match="number 2 is taken"):
        read([PACKAGE])


async def test_a_locked_table_is_waited_for_in_short_tries(
    fresh_database: FreshDatabase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a migration that waits for a lock, everybody else waits as well."""
    dsn = await fresh_database("migrate_locked")
    await migrate(dsn, PACKAGE)
    (folder / "0003_c.sql").write_text("alter table a add z int")
    monkeypatch.setattr(module, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(module, "PAUSES", (0.05, 0.05))
    reader = await asyncpg.connect(dsn)
    try:
        reading = reader.transaction()
        await reading.start()
        await reader.fetch("select * from a")
        with pytest.raises(MigrationError, match=r"0003_c\.sql: gave up after 3 tries: others hold"):
            await migrate(dsn, PACKAGE)
        monkeypatch.setattr(module, "PAUSES", (0.05,) * 100)
        migrating = asyncio.create_task(migrate(dsn, PACKAGE))
        while not await reader.fetchval("select count(*) from pg_locks where not granted"):
            assert not migrating.done()
            await asyncio.sleep(0.01)
        await reading.rollback()
        assert await asyncio.wait_for(migrating, 10) == [f"{PACKAGE}/0003_c.sql"]
    finally:
        await reader.close()


CONCURRENTLY = "-- no-transaction\n-- For the lists.\ncreate index concurrently if not exists a_x\n  on a (x);\n"
VALID = "select indisvalid from pg_index where indexrelid = 'a_x'::regclass"


async def test_an_index_is_made_beside_people_at_work(fresh_database: FreshDatabase, folder: Path) -> None:
    dsn = await fresh_database("migrate_concurrently")
    (folder / "0003_index.sql").write_text(CONCURRENTLY)
    # One makes it, the others wait: a waiting statement would be a transaction that the index waits for in turn.
    results = await asyncio.wait_for(asyncio.gather(*(migrate(dsn, PACKAGE) for _ in range(3))), 20)
    assert sorted(len(result) for result in results) == [0, 0, 3]
    assert await value(dsn, VALID) is True
    (folder / "0004_drop.sql").write_text("-- no-transaction\ndrop index concurrently if exists a_x")
    assert await migrate(dsn, PACKAGE) == [f"{PACKAGE}/0004_drop.sql"]
    assert await value(dsn, "select to_regclass('a_x')") is None


async def test_an_index_that_was_cut_half_made_is_made_anew(fresh_database: FreshDatabase, folder: Path) -> None:
    dsn = await fresh_database("migrate_cut")
    await migrate(dsn, PACKAGE)
    conn = await asyncpg.connect(dsn)
    await conn.execute("insert into a values (1)")
    with pytest.raises(asyncpg.UniqueViolationError):
        await conn.execute("create unique index concurrently a_x on a (x)")
    await conn.close()
    assert await value(dsn, VALID) is False
    (folder / "0003_index.sql").write_text(CONCURRENTLY)
    assert await migrate(dsn, PACKAGE) == [f"{PACKAGE}/0003_index.sql"]
    assert await value(dsn, VALID) is True


async def test_an_index_that_was_made_but_not_recorded_stays(fresh_database: FreshDatabase, folder: Path) -> None:
    dsn = await fresh_database("migrate_unrecorded")
    (folder / "0003_index.sql").write_text(CONCURRENTLY)
    await migrate(dsn, PACKAGE)
    made = await value(dsn, "select 'a_x'::regclass::oid")
    await value(dsn, "delete from schema_migrations where version = 3 returning 1")
    assert await migrate(dsn, PACKAGE) == [f"{PACKAGE}/0003_index.sql"]
    assert await value(dsn, "select 'a_x'::regclass::oid") == made


PROCEDURE = """create procedure fill() language plpgsql as $$ begin
    for n in 1..3 loop insert into filled values (10 / (3 - n)); commit; end loop; end $$"""


async def test_a_procedure_that_commits_as_it_goes_keeps_what_it_did_and_is_run_again(
    fresh_database: FreshDatabase, folder: Path
) -> None:
    dsn = await fresh_database("migrate_called")
    (folder / "0003_fill.sql").write_text(f"create table filled (x int); {PROCEDURE}")
    (folder / "0004_fill.sql").write_text("-- no-transaction\n-- All of them.\ncall fill();\n")
    with pytest.raises(MigrationError, match=r"0004_fill\.sql: division by zero"):
        await migrate(dsn, PACKAGE)
    assert await value(dsn, "select count(*) from filled") == 2
    await value(dsn, "create or replace procedure fill() language sql as $$ insert into filled values (1) $$")
    assert await migrate(dsn, PACKAGE) == [f"{PACKAGE}/0004_fill.sql"]
    assert await value(dsn, "select count(*) from filled") == 3


@pytest.mark.parametrize(
    "sql",
    [
        "create index concurrently a_x on a (x)",
        "call fill(); call fill()",
        "create index if not exists a_x on a (x)",
        "create index concurrently if not exists a_x on a (x); insert into a values (2)",
        "insert into a values (2)",
        "",
    ],
)
def test_what_could_be_left_half_done_runs_in_a_transaction_only(folder: Path, sql: str) -> None:
    (folder / "0003_index.sql").write_text(f"-- no-transaction\n{sql}")
    with pytest.raises(MigrationError, match=r"0003_index\.sql: outside of a transaction only"):
        read([PACKAGE])
