"""Sealed days say what the records say, whatever happens to calls and shifts, in whatever order and at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from services.chassis.db import new_id
from services.lead_gen.actions.sealed_days import seal_days
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.reports import CallFilter, Period
from services.lead_gen.repository import hours, reports, sealed_days
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

KYIV = ZoneInfo(HOME_ZONE)
CALLERS = ("anna", "borys", "vira")
OUTCOMES = ("interested", "hard_question", "no_answer", "not_interested", "callback")


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_sealed_days", tier=Tier.LEAD_GEN)) as tier:
        await tier.pool.executemany("INSERT INTO callers (id, name) VALUES ($1, $1)", [(one,) for one in CALLERS])
        yield tier


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), KYIV)


async def figures(conn: asyncpg.Connection, periods: list[Period], campaign: str) -> list[Any]:
    """Everything that reports count by days, rounded as people read it."""
    found: list[Any] = []
    for period in periods:
        for wanted in (
            CallFilter(HOME_ZONE),
            CallFilter("Asia/Tokyo", campaign_id=campaign),
            CallFilter(HOME_ZONE, caller="anna"),
        ):
            for by in ("caller", "campaign", "day"):
                found += [one.model_dump() for one in await reports.call_groups(conn, by, period, wanted)]
            for by in ("caller", "campaign"):
                worked = await hours.hours_of_work(conn, by, period, wanted)
                found.append({key: round(value, 6) for key, value in worked.items()})
            found.append(sorted((await reports.work_figures(conn, period, wanted)), key=lambda one: one.caller))
        found += [await reports.steps(conn, period, one) for one in (None, campaign)]
        of_whom = {(one.caller, one.campaign_id): one for one in await hours.worked(conn, period)}
        found.append({key: (one.calls, round(one.hours, 6)) for key, one in of_whom.items()})
    return found


async def assert_equal(pool: asyncpg.Pool, periods: list[Period], campaign: str) -> None:
    async with pool.acquire() as conn:
        kept = await figures(conn, periods, campaign)
        anew = conn.transaction()
        await anew.start()
        await conn.execute("DELETE FROM sealed_days")
        counted = await figures(conn, periods, campaign)
        await anew.rollback()
    assert kept == counted


async def seal(pool: asyncpg.Pool, days: list[date]) -> None:
    for day in days:
        async with pool.acquire() as conn, conn.transaction():
            assert await sealed_days.seal(conn, day)


async def add_call(
    conn: asyncpg.Connection | asyncpg.Pool, lead: str, at: datetime, *, campaign: str | None = None,
    caller: str = "anna", outcome: str = "no_answer", talk: int | None = None,
) -> None:  # fmt: skip
    await conn.execute(
        """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, at, talk_seconds)
           VALUES (gen_random_uuid(), gen_random_uuid(), $1, $2, 1, $3, $4, $5, $6)""",
        lead,
        campaign,
        caller,
        outcome,
        at,
        talk,
    )


# Four days each: among them one of 25 hours, and one of 23.
@pytest.mark.parametrize(("seed", "first"), [(1, date(2025, 10, 25)), (2, date(2026, 3, 27)), (3, date(2025, 12, 30))])
async def test_reports_of_sealed_days_equal_the_records_after_any_history(house: Tier1, seed: int, first: date) -> None:
    """Calls in time and late, undone, changed, moved to another day and lead; shifts and breaks edited afterwards."""
    dice, pool = random.Random(seed), house.pool
    days = [first + timedelta(days=n) for n in range(4)]
    campaigns = [await house.campaign(), await house.campaign(), None]
    leads = [await house.lead(f"+38044123000{n}") for n in range(8)]
    begin = midnight(first).astimezone(UTC)

    def moment() -> datetime:
        # Half of them around a midnight, where a stretch of work ends.
        if dice.random() < 0.5:
            return midnight(dice.choice(days)).astimezone(UTC) + timedelta(seconds=dice.randrange(-1200, 1200))
        return begin + timedelta(seconds=dice.randrange(4 * 86_400))

    async def change() -> None:
        shift = "SELECT id FROM shifts ORDER BY md5(id::text || $1) LIMIT 1"
        call, salt, at = shift.replace("shifts", "calls"), str(dice.random()), moment()
        match dice.randrange(14):
            case 0:
                await pool.execute(f"DELETE FROM calls WHERE id IN ({call})", salt)
            case 1:
                change = dice.choice(
                    ["outcome = 'interested'", "caller = 'vira'", "talk_seconds = 77", "campaign_id = NULL"]
                )
                await pool.execute(f"UPDATE calls SET {change} WHERE id IN ({call})", salt)
            case 2:
                await pool.execute(f"UPDATE calls SET at = $2 WHERE id IN ({call})", salt, at)
            case 3:
                await pool.execute("UPDATE calls SET lead_id = $1 WHERE lead_id = $2", *dice.sample(leads, 2))
            case 4 | 5:
                on = at + timedelta(minutes=dice.randrange(-60, 60))
                off = None if dice.random() < 0.3 else on + timedelta(minutes=dice.randrange(1, 600))
                await pool.execute(
                    """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at, signed_off_at)
                       VALUES (gen_random_uuid(), $1, $2, $3, $4, $5) ON CONFLICT DO NOTHING""",
                    *(dice.choice(CALLERS), on, on + timedelta(hours=dice.randrange(1, 30)), on, off),
                )
            case 6:
                await pool.execute(f"DELETE FROM shifts WHERE id IN ({shift})", salt)
            case 7:
                await pool.execute(
                    f"UPDATE shifts SET signed_off_at = greatest($2, signed_on_at) WHERE id IN ({shift})", salt, at
                )
            case 8:
                await pool.execute(
                    f"""INSERT INTO shift_breaks SELECT id, $2::timestamptz, $2::timestamptz + interval '20 minutes'
                          FROM shifts
                         WHERE id IN ({shift}) ON CONFLICT DO NOTHING""",
                    salt,
                    at,
                )
            case 9:
                await pool.execute("DELETE FROM shift_breaks WHERE begins < $1", at - timedelta(days=2))
            case _:
                await add_call(
                    pool, dice.choice(leads), at, campaign=dice.choice(campaigns), caller=dice.choice(CALLERS),
                    outcome=dice.choice(OUTCOMES), talk=dice.choice([None, 0, 61]),
                )  # fmt: skip

    def periods() -> list[Period]:
        odd = sorted([moment(), moment()])
        later = midnight(dice.choice(days))
        whole, hours = Period(later, midnight(first + timedelta(days=4))), timedelta(days=1, hours=3)
        return [whole, Period(*odd), Period(odd[0], None), Period(later, later + hours), Period()]

    for number in range(120):
        await change()
        if number % 8 == 0:
            await seal(pool, dice.sample(days, dice.randrange(5)))
        if number % 12 == 0:
            await assert_equal(pool, periods(), campaigns[0] or "")
    await seal(pool, days)
    await assert_equal(pool, periods(), campaigns[0] or "")
    assert await pool.fetchval("SELECT count(*) FROM day_figures") > 10


async def test_a_call_that_is_not_committed_yet_keeps_its_day_from_being_sealed(house: Tier1) -> None:
    lead, day = await house.lead("+380441230001"), date(2026, 5, 4)
    async with house.pool.acquire() as writer:
        writing = writer.transaction()
        await writing.start()
        await add_call(writer, lead, midnight(day) + timedelta(hours=12))
        async with house.pool.acquire() as conn, conn.transaction():
            assert not await sealed_days.seal(conn, day)
            # Another day is nobody's concern.
            assert await sealed_days.seal(conn, day + timedelta(days=1))
        await writing.commit()
    await seal(house.pool, [day])
    assert await house.pool.fetchval("SELECT sum(calls) FROM day_figures") == 1


async def test_a_call_that_comes_while_its_day_is_sealed_is_counted_from_the_records(house: Tier1) -> None:
    lead, day = await house.lead("+380441230001"), date(2026, 5, 4)
    await add_call(house.pool, lead, midnight(day) + timedelta(hours=12))
    async with house.pool.acquire() as sealer:
        sealing = sealer.transaction()
        await sealing.start()
        assert await sealed_days.seal(sealer, day)
        late = asyncio.create_task(add_call(house.pool, lead, midnight(day) + timedelta(hours=13)))
        while not await house.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not late.done()
            await asyncio.sleep(0.01)
        await sealing.commit()
        await late
    async with house.pool.acquire() as conn:
        (told,) = await reports.call_groups(conn, "caller", Period(), CallFilter(HOME_ZONE))
        assert told.calls == 2
        assert await sealed_days.waiting(conn, 1_000) != []


async def test_many_who_tell_late_calls_of_one_day_do_not_wait_for_each_other(house: Tier1) -> None:
    lead, other, day = await house.lead("+380441230001"), await house.lead("+380441230002"), date(2026, 5, 4)
    await seal(house.pool, [day])
    async with house.pool.acquire() as one, house.pool.acquire() as two:
        first, second = one.transaction(), two.transaction()
        await first.start()
        await second.start()
        await add_call(one, lead, midnight(day) + timedelta(hours=12))
        await asyncio.wait_for(add_call(two, other, midnight(day) + timedelta(hours=13)), 5)
        await first.commit()
        await second.commit()
    await assert_equal(house.pool, [Period()], new_id())


@pytest.mark.parametrize("earlier_first", [False, True])
async def test_two_late_calls_of_one_lead_told_at_once_are_counted_as_one_lead(
    house: Tier1, earlier_first: bool
) -> None:
    """The later one is no longer the lead's first of the period, whichever is committed first."""
    lead, days = await house.lead("+380441230001"), [date(2026, 5, 4), date(2026, 5, 6)]
    await seal(house.pool, days)
    one, two = days if earlier_first else reversed(days)
    async with house.pool.acquire() as writer:
        writing = writer.transaction()
        await writing.start()
        await add_call(writer, lead, midnight(one) + timedelta(hours=12))
        second = asyncio.create_task(add_call(house.pool, lead, midnight(two) + timedelta(hours=12)))
        while not await house.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not second.done()
            await asyncio.sleep(0.01)
        # The day of the one that waits may be sealed meanwhile: it is marked afterwards.
        await seal(house.pool, [two])
        await writing.commit()
        await second
    for sealed in ([], days):
        await seal(house.pool, sealed)
        async with house.pool.acquire() as conn:
            assert (await reports.steps(conn, Period(midnight(days[0]), None), None)).called == 1
            assert (await reports.steps(conn, Period(midnight(days[1]), None), None)).called == 1


async def test_the_worker_seals_every_day_that_is_over_and_each_again_that_was_changed(house: Tier1) -> None:
    today = datetime.now(UTC).astimezone(KYIV).date()
    lead, days = await house.lead("+380441230001"), [today - timedelta(days=n) for n in range(1, 40)]
    for day in (days[-1], days[3], today):
        await add_call(house.pool, lead, midnight(day) + timedelta(seconds=1))
    for _ in range(3):
        await seal_days(house.pool)
    async with house.pool.acquire() as conn:
        # The day before is not over for so long that no call of it is on its way.
        assert set(await sealed_days.waiting(conn, 100)) <= set(days[:1])
        sealed = await conn.fetchval("SELECT count(*) FROM sealed_days")
        assert len(days) - 1 <= sealed <= len(days)
        await add_call(conn, lead, midnight(days[3]) + timedelta(hours=9))
        assert days[3] in await sealed_days.waiting(conn, 100)
    await seal_days(house.pool)
    assert await house.pool.fetchval("SELECT sum(calls) FROM day_figures WHERE day = $1", days[3]) == 2


async def test_the_database_has_the_clock_of_the_house(house: Tier1) -> None:
    for at in (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), datetime(2026, 10, 25, 21, 30, tzinfo=UTC)):
        day = at.astimezone(KYIV).date()
        assert await house.pool.fetchval("SELECT house_day($1)", at) == day
        assert await house.pool.fetchval("SELECT house_midnight($1)", day) == midnight(day)
