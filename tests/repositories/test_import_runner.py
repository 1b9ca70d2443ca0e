"""The import runner by itself: what it asks of a tier, in which order, and what it leaves behind when it is cut."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
import pytest_asyncio

from services.chassis.db import Connection, Pool, create_pool, new_id
from services.chassis.errors import Conflict, NotFound
from services.chassis.imports import jobs, row_source, runner
from services.chassis.imports.jobs import Import, NewImport
from services.chassis.imports.queue import ATTEMPTS, STARTS
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier

WORDS = [f"word{number}" for number in range(10)]


@pytest_asyncio.fixture
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    # The tables of imports come with a tier.
    pool = await create_pool(
        await fresh_database("import_runner", tier=Tier.LEAD_GEN), application_name="test", max_size=5
    )
    await pool.execute("CREATE TABLE notes (text text PRIMARY KEY)")
    Notes.pool, Notes.rival, Notes.befores, Notes.dies_at, Notes.folder = pool, None, [], None, None
    yield pool
    pool.terminate()


@dataclass(frozen=True)
class Note:
    line: int
    cells: Sequence[str]
    problem: str | None = None

    @property
    def text(self) -> str:
        return self.cells[0] if self.cells else ""


class Notes(runner.Importer[Note, list[Note]]):
    """One word a row, each kept once. The class holds what a test wants or sees: a runner makes its own importer."""

    chunk_rows = 3
    decides_ahead = True
    pool: ClassVar[Pool]
    rival: ClassVar[str | None]
    befores: ClassVar[list[list[str] | None]]
    dies_at: ClassVar[str | None]
    folder: ClassVar[Path | None]
    poison: ClassVar[Collection[str]] = ()
    illegible: ClassVar[str | None] = None

    def reader(self) -> Callable[[int, Sequence[str]], Note]:
        def read(line: int, cells: Sequence[str]) -> Note:
            if cells[0] == self.illegible:
                raise RuntimeError("a reader that breaks")
            return Note(line, cells)

        return read

    def unreadable(self, line: int, cells: Sequence[str], reason: str) -> Note:
        return Note(line, cells, reason)

    async def decide(self, conn: Connection, chunk: list[Note], before: list[Note] | None) -> list[Note]:
        if self.folder is not None:
            assert list(self.folder.iterdir()) == []
        self.befores.append(None if before is None else [note.text for note in before])
        texts = [note.text for note in chunk]
        known = {row["text"] for row in await conn.fetch("SELECT text FROM notes WHERE text = ANY($1)", texts)}
        plan = [note for note in chunk if note.text not in known]
        if self.rival in {note.text for note in plan}:
            # Somebody else writes one of the words between its decision and its writing.
            await self.pool.execute("INSERT INTO notes (text) VALUES ($1)", self.rival)
            type(self).rival = None
        return plan

    async def write(self, conn: Connection, plan: list[Note]) -> None:
        if self.dies_at in {note.text for note in plan}:
            raise ConnectionResetError("killed")
        good = [note for note in plan if note.problem is None]
        if any(note.text in self.poison for note in good):
            raise RuntimeError("cannot take one of them")
        await conn.executemany("INSERT INTO notes (text) VALUES ($1)", [(note.text,) for note in good])

    async def write_verdicts(self, conn: Connection, plan: list[Note]) -> None:
        verdicts = [(self.job.id, note.line, "rejected" if note.problem else "accepted", note.problem) for note in plan]
        await conn.executemany(
            "INSERT INTO import_rows (import_id, line, verdict, reason) VALUES ($1, $2, $3, $4)", verdicts
        )

    def counts(self, plan: list[Note]) -> Mapping[str, int]:
        rejected = sum(note.problem is not None for note in plan)
        return {"accepted": len(plan) - rejected, "rejected": rejected}

    async def finish(self, conn: Connection) -> None:
        await conn.execute("SELECT 1")


class RolledBack(Notes):
    decides_ahead = False
    rolls_dry_runs_back = True


def notes(mapping: Mapping[str, int], region: str) -> Callable[[int, Sequence[str]], str]:
    def read(line: int, cells: Sequence[str]) -> str:
        assert cells[mapping["word"]] != "illegible", region
        if cells[0] == "deadly":
            os.kill(os.getpid(), signal.SIGKILL)
        return f"{line} {cells[0]}"

    return read


class Apart(Notes):
    """Read in a process of its own, in which some words cannot be read and one is the end of it."""

    reads_apart = "tests.repositories.test_import_runner:notes"

    def unpack(self, line: int, cells: Sequence[str], packed: Any) -> Note:
        assert packed.startswith(f"{line} {cells[0]}")
        return Note(line, cells)


async def send(pool: Pool, *, dry_run: bool = False, words: Sequence[str] = WORDS) -> str:
    new = NewImport(
        filename="words.csv", dry_run=dry_run, default_region="UA", mapping={"word": 0}, encoding="utf-8",
        delimiter=",", header=["word"], format="csv", expected_rows=len(WORDS), created_by="boss",
    )  # fmt: skip
    async with pool.acquire() as conn, conn.transaction():
        import_id = await jobs.create(conn, new)
        for part, line in enumerate(["word", *words]):
            await jobs.add_part(conn, import_id, part, f"{line}\n".encode())
    return import_id


async def result(pool: Pool, import_id: str) -> Import:
    async with pool.acquire() as conn:
        return await jobs.get(conn, import_id)


async def words(pool: Pool) -> set[str]:
    return {row["text"] for row in await pool.fetch("SELECT text FROM notes")}


async def test_a_chunk_is_decided_from_the_plan_of_the_one_before(pool: Pool) -> None:
    import_id = await send(pool)
    await runner.run_imports(pool, Notes)
    done = await result(pool, import_id)
    assert (done.state, done.rows, done.accepted) == ("done", 10, 10)
    assert await words(pool) == set(WORDS)
    assert Notes.befores == [None, WORDS[0:3], WORDS[3:6], WORDS[6:9]]
    assert await pool.fetchval("SELECT count(*) FROM import_files") == 0


async def test_a_chunk_that_somebody_was_faster_with_is_decided_anew_and_so_is_the_next(pool: Pool) -> None:
    Notes.rival = "word4"
    import_id = await send(pool)
    await runner.run_imports(pool, Notes)
    done = await result(pool, import_id)
    assert (done.state, done.rows, done.accepted) == ("done", 10, 9)
    assert await words(pool) == set(WORDS)
    kept = ["word3", "word5"]
    assert Notes.befores == [None, WORDS[0:3], WORDS[3:6], None, kept, WORDS[6:9]]


async def test_a_dry_run_is_rolled_back_and_its_verdicts_are_kept(pool: Pool) -> None:
    RolledBack.rival = "word4"
    import_id = await send(pool, dry_run=True)
    await runner.run_imports(pool, RolledBack)
    done = await result(pool, import_id)
    assert (done.state, done.rows, done.accepted) == ("done", 10, 9)
    assert await words(pool) == {"word4"}
    assert set(Notes.befores) == {None}
    assert await pool.fetchval("SELECT count(*) FROM import_rows") == 9


@pytest.mark.parametrize("kind", [Notes, RolledBack])
@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_run_that_was_cut_goes_on_and_doubles_nothing(pool: Pool, kind: type[Notes], dry_run: bool) -> None:
    import_id = await send(pool, dry_run=dry_run)
    for word in ("word1", "word7"):
        Notes.dies_at = word
        with pytest.raises(ConnectionResetError):
            await runner.run_imports(pool, kind)
    Notes.dies_at = None
    await runner.run_imports(pool, kind)
    done = await result(pool, import_id)
    assert (done.state, done.rows, done.accepted) == ("done", 10, 10)
    lines = await pool.fetch("SELECT line FROM import_rows ORDER BY line")
    assert [row["line"] for row in lines] == list(range(1, 11))


async def test_the_file_has_no_name_while_it_is_read(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A worker that is killed leaves no contact data in the temporary folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    Notes.folder = tmp_path
    await send(pool)
    await runner.run_imports(pool, Notes)
    assert len(Notes.befores) == 4


@pytest.mark.parametrize("kind", [Notes, RolledBack])
@pytest.mark.parametrize("dry_run", [False, True])
async def test_an_import_that_fails_three_times_is_given_up_and_stops_no_other(
    pool: Pool, kind: type[Notes], dry_run: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [f"bad{number}" for number in range(3 * (runner.MAX_BROKEN + 1))]
    monkeypatch.setattr(Notes, "poison", many)
    bad, good = await send(pool, words=[*WORDS, *many], dry_run=dry_run), await send(pool, words=["other"])
    await runner.run_imports(pool, kind)
    assert (await result(pool, good)).state == "done"
    assert (await result(pool, bad)).state == "running"
    for _ in range(2 * ATTEMPTS):
        await runner.run_imports(pool, kind)
    later = await send(pool, words=["later"])
    await runner.run_imports(pool, kind)
    given_up = await result(pool, bad)
    assert (given_up.state, given_up.accepted) == ("failed", 10)
    assert given_up.error is not None
    assert given_up.error.startswith("It was tried 3 times and broke off after row ")
    assert given_up.error.endswith("(RuntimeError)")
    assert given_up.finished_at is not None
    assert (await result(pool, later)).state == "done"
    assert await pool.fetchval("SELECT count(*) FROM import_files") == 0


@pytest.mark.parametrize("kind", [Notes, RolledBack])
@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_row_that_cannot_be_taken_is_rejected_and_no_other(
    pool: Pool, kind: type[Notes], dry_run: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Notes, "poison", ["word4", "word9"])
    import_id = await send(pool, dry_run=dry_run)
    for _ in range(2):
        await runner.run_imports(pool, kind)
    done = await result(pool, import_id)
    assert (done.state, done.rows, done.accepted, done.rejected) == ("done", 10, 8, 2)
    async with pool.acquire() as conn:
        rejected = await jobs.rows_page(conn, import_id, verdict="rejected", limit=10, after=0)
    assert [(one.line, one.reason) for one in rejected] == [
        (line, "this row cannot be taken (RuntimeError)") for line in (5, 10)
    ]


@pytest.mark.parametrize("kind", [Notes, RolledBack])
async def test_a_row_that_its_reader_breaks_on_is_rejected_at_once(
    pool: Pool, kind: type[Notes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Notes, "illegible", "word4")
    import_id = await send(pool)
    await runner.run_imports(pool, kind)
    done = await result(pool, import_id)
    assert (done.state, done.rows, done.accepted, done.rejected) == ("done", 10, 9, 1)
    reason = await pool.fetchval("SELECT reason FROM import_rows WHERE line = 5")
    assert reason == "this row cannot be read (RuntimeError)"


async def test_a_large_file_is_read_in_a_process_of_its_own_to_the_same_end(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_source, "APART_BYTES", 0)
    import_id = await send(pool, words=[*WORDS[:4], "illegible", '"two\nlines",\0b', "\0"])
    await runner.run_imports(pool, Apart)
    done = await result(pool, import_id)
    assert (done.state, done.rows, done.accepted, done.rejected) == ("done", 7, 6, 1)
    assert await words(pool) == {*WORDS[:4], "two\nlines", ""}
    assert await pool.fetchval("SELECT reason FROM import_rows WHERE line = 5") == (
        "this row cannot be read (AssertionError)"
    )


async def test_a_file_whose_process_was_killed_is_read_on_without_it(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_source, "APART_BYTES", 0)
    import_id = await send(pool, words=[*WORDS[:7], "deadly", *WORDS[7:]])
    await runner.run_imports(pool, Apart)
    assert (await result(pool, import_id)).state == "running"
    await runner.run_imports(pool, Apart)
    done = await result(pool, import_id)
    assert (done.state, done.rows, done.accepted) == ("done", 11, 11)
    assert Notes.befores == [None, WORDS[0:3], None, None]


async def test_an_import_over_which_workers_die_is_given_up_and_stops_no_other(pool: Pool) -> None:
    bad, good = await send(pool), await send(pool, words=["other"])
    await pool.execute("UPDATE imports SET state = 'running', starts = $2 WHERE id = $1", bad, STARTS)
    await runner.run_imports(pool, Notes)
    given_up = await result(pool, bad)
    assert (given_up.state, given_up.rows) == ("failed", 0)
    assert f"{STARTS} times" in str(given_up.error)
    assert (await result(pool, good)).state == "done"


async def test_a_full_disk_is_a_failure_of_the_file_that_does_not_fit(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    import_id = await send(pool)
    for _ in range(ATTEMPTS):
        await runner.run_imports(pool, Notes)
    assert (await result(pool, import_id)).state == "failed"


async def test_a_database_that_is_away_is_no_failure_of_the_import(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Notes, "dies_at", "word1")
    import_id = await send(pool)
    for _ in range(ATTEMPTS + 1):
        with pytest.raises(ConnectionResetError):
            await runner.run_imports(pool, Notes)
    monkeypatch.setattr(Notes, "dies_at", None)
    await runner.run_imports(pool, Notes)
    assert (await result(pool, import_id)).state == "done"


@pytest.mark.parametrize("kind", [Notes, RolledBack])
async def test_an_import_that_is_called_off_keeps_what_was_taken_and_takes_no_more(
    pool: Pool, kind: type[Notes], monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = await send(pool)
    decide = kind.decide

    async def called_off(self: Notes, conn: Connection, chunk: list[Note], before: list[Note] | None) -> list[Note]:
        if chunk[0].text == "word6":
            async with pool.acquire() as other:
                await jobs.cancel(other, import_id)
        return await decide(self, conn, chunk, before)

    monkeypatch.setattr(kind, "decide", called_off)
    await runner.run_imports(pool, kind)
    done = await result(pool, import_id)
    assert done.state == "cancelled"
    assert done.rows in (3, 6)  # the chunk before may have been in the middle of being written
    assert await words(pool) == set(WORDS[: done.rows])
    assert done.finished_at is not None
    assert await pool.fetchval("SELECT count(*) FROM import_files") == 0


async def test_an_import_is_called_off_before_it_began_and_not_when_it_is_over(pool: Pool) -> None:
    async with pool.acquire() as conn:
        waiting = await send(pool)
        assert (await jobs.cancel(conn, waiting)).state == "cancelled"
        await runner.run_imports(pool, Notes)
        closed = await result(pool, waiting)
        assert (closed.state, closed.rows, closed.error) == ("cancelled", 0, None)
        done = await send(pool)
        await runner.run_imports(pool, Notes)
        for import_id, state in ((waiting, "cancelled"), (done, "done")):
            with pytest.raises(Conflict, match=state):
                await jobs.cancel(conn, import_id)
        with pytest.raises(NotFound):
            await jobs.cancel(conn, new_id())
