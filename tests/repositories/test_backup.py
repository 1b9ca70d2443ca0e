"""Backups of real databases: taken beside open transactions, looked at, damaged, and brought back."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from leadrelay.backup.aside import OLD, put_aside
from leadrelay.backup.manifest import read_manifest
from leadrelay.backup.restore import restore
from leadrelay.backup.take import take
from leadrelay.backup.tools import BackupError
from leadrelay.backup.verify import verify
from services.chassis.db import Connection, new_id
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier

TIERS = [tier.value for tier in Tier]
LEAD = "INSERT INTO leads (id, company, source) VALUES (gen_random_uuid(), $1, 'test')"
FORBID = "INSERT INTO do_not_call (phone, scope, by) VALUES ($1, 'phone', 'petro')"
NUMBER = """
INSERT INTO counters (entity, kind, year, last) SELECT id, '', 2026, $1 FROM legal_entities LIMIT 1
    ON CONFLICT (entity, kind, year) DO UPDATE SET last = excluded.last
"""
MAIL = """
INSERT INTO mails (id, key, purpose, recipient, subject, body, message_id, next_at)
VALUES (gen_random_uuid(), $1, 'test', 'a@example.org', 's', 'b', $1, now() + $2::text::interval)
"""
ROW = """
INSERT INTO outbox (event_id, workflow_id, signal, activity, task_queue, state, delivered_at)
VALUES ($1, 'w', $2, $3, $4, $5, CASE WHEN $5 = 'delivered' THEN now() END)
"""


@pytest_asyncio.fixture
async def dsns(fresh_database: FreshDatabase) -> dict[str, str]:
    return {tier.value: await fresh_database(f"backup_{tier}", tier=tier) for tier in Tier}


@asynccontextmanager
async def within(dsn: str) -> AsyncIterator[Connection]:
    conn = await asyncpg.connect(dsn)
    try:
        yield conn
    finally:
        await conn.close()


async def execute(dsn: str, sql: str, *values: object) -> None:
    async with within(dsn) as conn:
        await conn.execute(sql, *values)


async def values(dsn: str, sql: str) -> list[Any]:
    async with within(dsn) as conn:
        return [row[0] for row in await conn.fetch(sql)]


async def test_what_is_committed_is_in_and_the_files_are_their_owners_alone(
    dsns: dict[str, str], tmp_path: Path
) -> None:
    await execute(dsns["lead_gen"], LEAD, "Committed")
    async with within(dsns["lead_gen"]) as conn, conn.transaction():
        await conn.execute(LEAD, "Not committed")
        folder = await take(dsns, tmp_path / "backups")
    manifest = await verify(folder)
    assert [part.tier for part in manifest.parts] == TIERS
    assert manifest.part("lead_gen").rows == {"leads": 1, "calls": 0}
    assert manifest.part("lead_gen").migrations["services.lead_gen.migrations"][0] == 1
    assert manifest.spread_seconds < 60
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, *folder.iterdir())] == ["0o700", *["0o600"] * 4]
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


async def test_a_backup_that_fails_leaves_nothing_behind(dsns: dict[str, str], tmp_path: Path) -> None:
    await execute(dsns["conversion"], "ALTER TABLE schema_migrations RENAME TO gone")
    with pytest.raises(BackupError, match="conversion: there is no Leadrelay in this database"):
        await take(dsns, tmp_path)
    assert list(tmp_path.iterdir()) == []


async def test_a_damaged_part_is_named(dsns: dict[str, str], tmp_path: Path) -> None:
    folder = await take({"conversion": dsns["conversion"]}, tmp_path)
    part = folder / "conversion.dump"
    whole = part.read_bytes()
    part.write_bytes(whole[:-1])
    with pytest.raises(BackupError, match=r"has .* bytes, not the .*: it is damaged"):
        await verify(folder)
    part.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BackupError, match="its checksum differs"):
        await verify(folder)
    part.unlink()
    with pytest.raises(BackupError, match="No such file"):
        await verify(folder)


async def test_a_database_in_use_or_not_empty_is_not_replaced_unasked(dsns: dict[str, str], tmp_path: Path) -> None:
    await execute(dsns["lead_gen"], LEAD, "There")
    folder = await take(dsns, tmp_path)
    with pytest.raises(BackupError, match=r"(?s)lead_gen: is not empty: it holds 1 leads.*Nothing was changed"):
        await restore(folder, dsns, ["lead_gen"], overwrite=False)
    async with within(dsns["lead_gen"]) as conn:
        await conn.execute("SET application_name = 'leadrelay api lead_gen'")
        with pytest.raises(BackupError, match=r"is in use by leadrelay api lead_gen \(1\)"):
            await restore(folder, dsns, ["lead_gen"], overwrite=True)


async def test_a_backup_of_a_newer_schema_is_refused(dsns: dict[str, str], tmp_path: Path) -> None:
    newer = "INSERT INTO schema_migrations VALUES ('services.conversion.migrations', 9000, 'x')"
    await execute(dsns["conversion"], newer)
    folder = await take(dsns, tmp_path)
    with pytest.raises(BackupError, match=r"newer Leadrelay.*services.conversion.migrations/9000"):
        await restore(folder, dsns, TIERS, overwrite=True)


async def test_what_outlives_a_restore_is_carried_over_and_what_may_go_out_twice_is_held(
    dsns: dict[str, str], tmp_path: Path
) -> None:
    await execute(dsns["lead_gen"], LEAD, "Before")
    await execute(dsns["account_mgmt"], NUMBER, 40)
    await execute(dsns["conversion"], MAIL, "due", "0")
    await execute(dsns["conversion"], MAIL, "tomorrow", "1 day")
    await execute(dsns["conversion"], ROW, "answer", "moved", None, None, "pending")
    report = ("report:1", None, "conversion.record_commission", "conversion", "delivered")
    await execute(dsns["account_mgmt"], ROW, *report)
    folder = await take(dsns, tmp_path)
    await execute(dsns["lead_gen"], LEAD, "After")
    await execute(dsns["lead_gen"], FORBID, "+380441234567")
    await execute(dsns["account_mgmt"], NUMBER, 43)
    await execute(dsns["conversion"], "CREATE TYPE mood AS ENUM ('new'); CREATE TABLE later (mood mood)")

    done = await restore(folder, dsns, TIERS, overwrite=True)

    assert await values(dsns["lead_gen"], "SELECT company FROM leads") == ["Before"]
    assert await values(dsns["lead_gen"], "SELECT phone FROM do_not_call") == ["+380441234567"]
    assert await values(dsns["account_mgmt"], "SELECT last FROM counters WHERE year = 2026 AND kind = ''") == [43]
    assert await values(dsns["account_mgmt"], "SELECT (was, next_number) FROM number_starts") == [(41, 44)]
    assert await values(dsns["conversion"], "SELECT state FROM mails ORDER BY key") == ["failed", "queued"]
    assert await values(dsns["conversion"], "SELECT tried FROM outbox") == [True]
    assert await values(dsns["account_mgmt"], "SELECT state FROM outbox WHERE event_id = 'report:1'") == ["pending"]
    assert await values(dsns["conversion"], "SELECT to_regclass('later')") == [None]
    assert await values(dsns["conversion"], f"SELECT to_regnamespace('{OLD}')") == [None]
    assert done.reports == 1
    assert done.rows["lead_gen"] == {"leads": 1, "calls": 0}
    assert "invoice numbers 41 to 43" in done.told["account_mgmt"][0]


async def test_a_restore_that_fails_changes_nothing(dsns: dict[str, str], tmp_path: Path) -> None:
    folder = await take(dsns, tmp_path)
    # Whole by its checksum, and yet no database of tier 2: pg_restore finds that out.
    shutil.copy(folder / "lead_gen.dump", folder / "conversion.dump")
    told = read_manifest(folder).model_dump(mode="json")
    told["parts"][1] |= {key: told["parts"][0][key] for key in ("bytes", "sha256")}
    (folder / "manifest.json").write_text(json.dumps(told))
    await execute(dsns["lead_gen"], LEAD, "Stays")
    deal = new_id()
    await execute(dsns["conversion"], "INSERT INTO effects (key) VALUES ($1)", deal)
    with pytest.raises(BackupError, match="conversion"):
        await restore(folder, dsns, TIERS, overwrite=True)
    assert await values(dsns["lead_gen"], "SELECT company FROM leads") == ["Stays"]
    assert await values(dsns["conversion"], "SELECT key FROM effects") == [deal]
    assert await values(dsns["conversion"], f"SELECT to_regnamespace('{OLD}')") == [None]


async def test_a_restore_that_was_cut_off_is_turned_back_by_the_next(dsns: dict[str, str], tmp_path: Path) -> None:
    await execute(dsns["lead_gen"], LEAD, "Before")
    folder = await take(dsns, tmp_path)
    await execute(dsns["lead_gen"], FORBID, "+380441234567")
    async with within(dsns["lead_gen"]) as conn, conn.transaction():
        await put_aside(conn)
    with pytest.raises(BackupError, match="what an earlier restore that was cut off put aside"):
        await restore(folder, dsns, ["lead_gen"], overwrite=False)
    await restore(folder, dsns, ["lead_gen"], overwrite=True)
    assert await values(dsns["lead_gen"], "SELECT company FROM leads") == ["Before"]
    assert await values(dsns["lead_gen"], "SELECT phone FROM do_not_call") == ["+380441234567"]


async def test_an_empty_database_takes_a_backup_and_says_what_nobody_can_know(
    dsns: dict[str, str], fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    await execute(dsns["account_mgmt"], NUMBER, 40)
    folder = await take(dsns, tmp_path)
    empty = await fresh_database("empty")
    await execute(empty, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    done = await restore(folder, {**dsns, "account_mgmt": empty}, ["account_mgmt"], overwrite=False)
    assert "2026: 40" in done.told["account_mgmt"][0]
    assert await values(empty, "SELECT last FROM counters WHERE kind = ''") == [40]
