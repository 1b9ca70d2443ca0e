"""Claims of the outbox on a real PostgreSQL: nothing locked while Temporal is asked, no row claimed twice, takeover
after a dispatcher's death, and each workflow's answers in order whatever happens."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any, cast

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from services.chassis.db import Connection, Pool, create_pool
from services.chassis.outbox import dispatcher as module
from services.chassis.outbox import rows
from services.chassis.outbox.dispatcher import Dispatcher
from services.chassis.outbox.rows import Claim, Outcome
from tests.fixtures.postgres import FreshDatabase

LEASE = timedelta(seconds=30)
OUTAGE = RPCError("gone", RPCStatusCode.UNAVAILABLE, b"")
REFUSED = RPCError("no", RPCStatusCode.PERMISSION_DENIED, b"")
Signal = Callable[[str, str], Any]


@pytest_asyncio.fixture(scope="module")
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("outbox_claims")


@pytest_asyncio.fixture(scope="module")
async def module_pool(dsn: str) -> AsyncIterator[Pool]:
    pool = await create_pool(dsn, application_name="test", max_size=20)
    yield pool
    pool.terminate()


@pytest_asyncio.fixture
async def pool(module_pool: Pool) -> Pool:
    await module_pool.execute("TRUNCATE outbox RESTART IDENTITY")
    return module_pool


class Handle:
    def __init__(self, workflow_id: str, signal: Signal) -> None:
        self._workflow_id = workflow_id
        self._signal = signal

    async def signal(self, name: str, _payload: object, **_: object) -> None:
        await self._signal(self._workflow_id, name)

    async def describe(self, **_: object) -> None:
        raise RPCError("what an earlier delivery began is not known here", RPCStatusCode.NOT_FOUND, b"")


class Temporal:
    """As much of a client as signals need; `signal` says what happens."""

    def __init__(self, signal: Signal) -> None:
        self._signal = signal

    def get_workflow_handle(self, workflow_id: str) -> Handle:
        return Handle(workflow_id, self._signal)


def dispatcher_with(pool: Pool, signal: Signal, **options: Any) -> Dispatcher:
    return Dispatcher(pool, cast(Client, Temporal(signal)), **options)


async def fill(pool: Pool, lines: int, length: int) -> None:
    """Row by row, line after line; the signal's name is the row's number in its line."""
    for number in range(length):
        for line in range(lines):
            await pool.execute(
                "INSERT INTO outbox (event_id, workflow_id, signal, payload) VALUES ($1, $2, $3, '{}')",
                f"{line}-{number}",
                f"line-{line}",
                str(number),
            )


async def expire_claims(pool: Pool) -> None:
    """Let time pass."""
    await pool.execute("UPDATE outbox SET claimed_until = now() - interval '1 s' WHERE claimed_until IS NOT NULL")


async def states(pool: Pool) -> list[str]:
    return [row["state"] for row in await pool.fetch("SELECT state FROM outbox ORDER BY id")]


async def test_nothing_is_locked_and_no_transaction_is_open_while_temporal_is_asked(pool: Pool) -> None:
    await fill(pool, 3, 1)
    seen: list[int] = []

    async def signal(_line: str, _name: str) -> None:
        async with pool.acquire() as conn, conn.transaction():
            seen.append(len(await conn.fetch("SELECT id FROM outbox FOR UPDATE NOWAIT")))
        idle = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
        assert await pool.fetchval(f"{idle} AND datname = current_database()") == 0

    # One after another: they would lock each other out.
    await pool.execute("UPDATE outbox SET next_at = now() + interval '1 h' WHERE workflow_id <> 'line-0'")
    assert await dispatcher_with(pool, signal).deliver_batch() == 1
    assert seen == [3]


async def test_no_row_is_claimed_twice_and_only_heads_are_claimed(pool: Pool) -> None:
    await fill(pool, 40, 3)

    async def claim() -> list[int]:
        async with pool.acquire() as conn:
            return [row.id for row in (await rows.claim(conn, 7, LEASE)).rows]

    claimed = [row_id for ids in await asyncio.gather(*(claim() for _ in range(15))) for row_id in ids]
    assert sorted(claimed) == list(range(1, 41))
    assert await claim() == []


async def test_a_dead_dispatchers_rows_are_taken_over_when_its_claim_has_run_out(pool: Pool) -> None:
    await fill(pool, 2, 2)
    told: list[tuple[str, str]] = []

    async def hangs(_line: str, _name: str) -> None:
        await asyncio.Event().wait()

    async def signal(line: str, name: str) -> None:
        told.append((line, name))

    dying = asyncio.create_task(dispatcher_with(pool, hangs).deliver_batch())
    while not await pool.fetchval("SELECT count(*) FROM outbox WHERE claimed_until > now()"):
        await asyncio.sleep(0.01)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    heir = dispatcher_with(pool, signal)
    assert await heir.deliver_batch() == 0
    await expire_claims(pool)
    assert [await heir.deliver_batch() for _ in range(3)] == [2, 2, 0]
    assert sorted(told) == [("line-0", "0"), ("line-0", "1"), ("line-1", "0"), ("line-1", "1")]
    assert set(await states(pool)) == {"delivered"}


async def test_who_lost_a_claim_records_nothing(pool: Pool) -> None:
    await fill(pool, 1, 2)
    async with pool.acquire() as conn:
        lost = await rows.claim(conn, 10, LEASE)
        await expire_claims(pool)
        held = await rows.claim(conn, 10, LEASE)
        assert [row.id for row in lost.rows] == [row.id for row in held.rows] == [1]
        assert await rows.record(conn, lost, [Outcome(lost.rows[0], "delivered", None)]) == 0
        # Otherwise the row behind it could go while its head is still being delivered.
        assert (await rows.claim(conn, 10, LEASE)).rows == []
        assert await rows.record(conn, held, [Outcome(held.rows[0], "delivered", None)]) == 1
        assert await rows.record(conn, lost, [Outcome(lost.rows[0], "dead", "late")]) == 0
        assert [row.id for row in (await rows.claim(conn, 10, LEASE)).rows] == [2]
    assert await states(pool) == ["delivered", "pending"]


async def test_nothing_is_begun_when_the_claim_is_nearly_over(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was stopped for a while must not deliver what another has taken over."""
    await fill(pool, 1, 1)
    told: list[str] = []

    async def signal(_line: str, name: str) -> None:
        told.append(name)

    monkeypatch.setattr(module, "SAFETY", LEASE)
    assert await dispatcher_with(pool, signal, lease=LEASE).deliver_batch() == 0
    assert told == []
    row = await pool.fetchrow("SELECT state, attempts, claimed_until FROM outbox")
    assert row is not None and tuple(row) == ("pending", 0, None)


async def test_a_call_that_hangs_ends_before_the_claim_does(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(pool, 1, 1)
    monkeypatch.setattr(module, "SAFETY", timedelta(seconds=1))

    async def hangs(_line: str, _name: str) -> None:
        await asyncio.Event().wait()

    assert await dispatcher_with(pool, hangs, lease=timedelta(seconds=1.2)).deliver_batch() == 0
    assert await states(pool) == ["pending"]


@pytest.mark.parametrize(
    ("error", "state", "attempts", "due"),
    [(OUTAGE, "pending", 0, True), (REFUSED, "pending", 1, False), (ValueError("bad"), "dead", 1, True)],
)
async def test_trouble_is_recorded_and_lets_the_row_go(
    pool: Pool, error: Exception, state: str, attempts: int, due: bool
) -> None:
    await fill(pool, 1, 1)

    async def signal(_line: str, _name: str) -> None:
        raise error

    await dispatcher_with(pool, signal).deliver_batch()
    row = await pool.fetchrow("SELECT state, attempts, next_at <= now() AS due, claimed_until FROM outbox")
    assert row is not None and tuple(row) == (state, attempts, due, None)


async def test_a_database_that_goes_while_temporal_is_asked_costs_a_second_delivery_and_no_row(
    pool: Pool, dsn: str
) -> None:
    await fill(pool, 1, 1)
    told: list[str] = []
    going = await create_pool(dsn, application_name="test", max_size=1)

    async def signal(_line: str, name: str) -> None:
        told.append(name)
        going.terminate()

    with pytest.raises(asyncpg.InterfaceError):
        await dispatcher_with(going, signal).deliver_batch()
    await expire_claims(pool)

    async def again(_line: str, name: str) -> None:
        told.append(name)

    assert await dispatcher_with(pool, again).deliver_batch() == 1
    assert told == ["0", "0"]


class Lives:
    """Dispatchers that die: the claims of a dead one are made to run out at once, so that nobody waits for it."""

    def __init__(self, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pool = pool
        self._claims: dict[asyncio.Task[Any] | None, list[datetime | None]] = defaultdict(list)
        claim = rows.claim

        async def noted(conn: Connection, limit: int, lease: timedelta) -> Claim:
            claimed = await claim(conn, limit, lease)
            self._claims[asyncio.current_task()].append(claimed.until)
            return claimed

        monkeypatch.setattr(rows, "claim", noted)

    async def one(self, signal: Signal) -> None:
        """One batch of one dispatcher."""
        life = asyncio.create_task(dispatcher_with(self._pool, signal, lease=timedelta(seconds=30)).deliver_batch())
        await asyncio.gather(life, return_exceptions=True)
        if life.cancelled():
            await self._pool.execute(
                "UPDATE outbox SET claimed_until = now() - interval '1 s' WHERE claimed_until = ANY($1)",
                self._claims[life],
            )


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    lines=st.integers(1, 6),
    length=st.integers(1, 6),
    dispatchers=st.integers(1, 4),
)
async def test_each_workflow_gets_everything_in_order_whatever_happens(
    module_pool: Pool, seed: int, lines: int, length: int, dispatchers: int
) -> None:
    """Slow calls, outages, and dispatchers that die before a call, or between the call and its record."""
    dice = random.Random(seed)
    await module_pool.execute("TRUNCATE outbox RESTART IDENTITY")
    await fill(module_pool, lines, length)
    told: dict[str, list[int]] = defaultdict(list)
    under_way: set[str] = set()
    overlaps: list[str] = []

    async def signal(line: str, name: str) -> None:
        overlaps.extend({line} & under_way)
        under_way.add(line)
        try:
            for _turn in range(dice.randrange(20)):  # others get as far as they like meanwhile
                await asyncio.sleep(0)
            fate = dice.random()
            if fate < 0.1:
                raise OUTAGE
            if fate < 0.15:
                raise asyncio.CancelledError
            told[line].append(int(name))
            if fate < 0.2:
                raise asyncio.CancelledError
        finally:
            under_way.discard(line)

    with pytest.MonkeyPatch.context() as monkeypatch:
        lives = Lives(module_pool, monkeypatch)

        async def work() -> None:
            while set(await states(module_pool)) != {"delivered"}:
                await lives.one(signal)

        await asyncio.wait_for(asyncio.gather(*(work() for _ in range(dispatchers))), 60)
    assert overlaps == []
    for line in range(lines):
        heard = told[f"line-{line}"]
        # A repetition comes before anything later does.
        assert heard == sorted(heard)
        assert set(heard) == set(range(length))
