"""The migrator: order, once, one at a time, nothing half done, no file changed afterwards."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

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
