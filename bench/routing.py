"""Tier 2's business time and routing: `python -m bench.routing` starts a PostgreSQL of its own.

Business time: 30 days with split shifts and public holidays, beside a loop that counts minutes to the same answer.
Routing: 10,000 hand-overs to 200 managers in the activity's own transaction (deal, choice, work item, timeline), beside
the choice alone; and how far each manager ends up from their fair share.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from bench.claims import line
from services.chassis.business_time import Calendar
from services.chassis.db import Pool, create_pool, new_id
from services.chassis.migrate import migrate
from services.conversion.actions.routing import candidates
from services.conversion.activities import Activities
from services.conversion.domain.calendar import OFFICE
from services.conversion.domain.routing import Wanted, route
from services.conversion.repository.policies import policies
from services.conversion.seed import seed
from tests.fixtures.postgres_server import postgres_server
from workflows.contracts.base import ContactCard
from workflows.contracts.conversion import HandOver, HandOverReason, OfferDeal

MANAGERS = 200
HAND_OVERS = 10_000
AT_ONCE = 4
LANGUAGES = ("uk", "en", "pl")


def minutes(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Business time counted a minute at a time: the reference."""
    open_minutes = 0
    at = start
    while at < end:
        open_minutes += calendar.is_open(at)
        at += timedelta(minutes=1)
    return timedelta(minutes=open_minutes)


def business_time() -> None:
    """30 days of split shifts with two public holidays: as a difference, and forwards."""
    start = datetime(2026, 12, 10, 8, 30, tzinfo=UTC)
    end = start + timedelta(days=30)
    OFFICE.between(start, end)
    took = []
    for _ in range(2_000):
        begun = time.perf_counter()
        found = OFFICE.between(start, end)
        took.append((time.perf_counter() - begun) * 1000)
    added = []
    for _ in range(2_000):
        begun = time.perf_counter()
        OFFICE.add(start, found)
        added.append((time.perf_counter() - begun) * 1000)
    begun = time.perf_counter()
    counted = minutes(OFFICE, start, end)
    loop = (time.perf_counter() - begun) * 1000
    print(line("30 days of business time", took))
    print(line("the moment 30 days later", added))
    print(f"{'a minute at a time':<34} {loop:.0f} ms, the same answer: {counted == found}")
    print(f"a minute at a time / arithmetic: {loop / statistics.median(took):.0f}")


def hand_over(dice: random.Random) -> OfferDeal:
    """A hand-over of a lead in one of three languages."""
    lead_id = new_id()
    contact = ContactCard(lead_id=lead_id, company="Bench", language=dice.choice(LANGUAGES))
    given = HandOver(id=f"bench:{lead_id}", contact=contact, reason=HandOverReason.INTERESTED)
    return OfferDeal(key=f"offer:{lead_id}", workflow_id=f"conversion:{lead_id}", number=1, hand_over=given)


async def routing(dsn: str) -> None:
    """Run every hand-over through its activity, a few at once, as a worker does."""
    pool = await create_pool(dsn, application_name="bench", max_size=AT_ONCE + 1)
    dice = random.Random(1)
    speaks = {f"m-{n:03}": [LANGUAGES[n % 3]] for n in range(MANAGERS)}
    weights = {name: 1 + n % 3 for n, name in enumerate(speaks)}
    async with pool.acquire() as conn, conn.transaction():
        await seed(conn, "demo")
        await conn.executemany(
            "INSERT INTO managers (id, name, languages, weight, capacity) VALUES ($1, $1, $2, $3, 10000)",
            [(name, languages, weights[name]) for name, languages in speaks.items()],
        )
    tier = Activities(pool)
    whole: list[float] = []
    got: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(request: OfferDeal) -> None:
        async with gate:
            begun = time.perf_counter()
            offer = await tier.offer_deal(request)
            whole.append((time.perf_counter() - begun) * 1000)
        got[offer.manager or ""] += 1
        asked[request.hand_over.contact.language] += 1

    begun = time.perf_counter()
    await asyncio.gather(*(one(hand_over(dice)) for _ in range(HAND_OVERS)))
    seconds = time.perf_counter() - begun
    print(line("hand-over, routed and offered", whole))
    print(f"{'each, at ' + str(AT_ONCE) + ' at once':<34} {1000 * seconds / HAND_OVERS:.2f} ms")
    print(line("the choice alone", await choices(pool)))
    print(f"furthest from a fair share: {furthest(got, asked, speaks, weights):.2f} of a lead")
    await pool.close()


async def choices(pool: Pool) -> list[float]:
    """Milliseconds to read the records and choose a manager; nothing is written."""
    took = []
    async with pool.acquire() as conn:
        policy = await policies.rules(conn)
        for number in range(500):
            begun = time.perf_counter()
            everybody = await candidates(conn, policy, datetime.now(UTC))
            route(everybody, Wanted(language=LANGUAGES[number % 3]))
            took.append((time.perf_counter() - begun) * 1000)
    return took


def furthest(got: Counter[str], asked: Counter[str], speaks: dict[str, list[str]], weights: dict[str, int]) -> float:
    """The largest distance of any manager from the share their weight gives them among speakers of the language."""
    due = {language: sum(weights[m] for m in speaks if language in speaks[m]) for language in LANGUAGES}
    return max(
        abs(got[name] - sum(asked[language] * weights[name] / due[language] for language in languages))
        for name, languages in speaks.items()
    )


async def _run(dsn: str) -> None:
    await migrate(dsn, "services.chassis.migrations", "services.conversion.migrations")
    await routing(dsn)


def main() -> None:
    """Print the figures."""
    business_time()
    with postgres_server() as dsn:
        asyncio.run(_run(dsn))


if __name__ == "__main__":
    main()
