"""Figures equal the records to the unit: random records, counted again one by one."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

CONTACTS = {"callback", "not_interested", "do_not_call", "interested", "hard_question"}
HANDED_OVER = {"interested", "hard_question"}
OUTCOMES = [*CONTACTS, "no_answer", "busy", "voicemail", "wrong_number"]
STAGES = ["handed_over", "inbound", "accepted", "won", "lost"]
KYIV = ZoneInfo("Europe/Kyiv")
Call = dict[str, Any]


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_reports", tier=Tier.LEAD_GEN)) as tier:
        yield tier


class Records:
    """Random calls and news of tier 2, in the database and in memory."""

    def __init__(self, seed: int, campaigns: list[str], script: str) -> None:
        self.dice = random.Random(seed)
        self.campaigns = campaigns
        self.script = script
        self.leads = [new_id() for _ in range(15)]
        self.begin = datetime.now(UTC) - timedelta(days=60)
        self.calls = [self._call() for _ in range(120)]
        self.news = [
            {"lead": self.dice.choice(self.leads), "stage": self.dice.choice(STAGES), "at": self._moment()}
            for _ in range(60)
        ]

    def _moment(self) -> datetime:
        return self.begin + timedelta(seconds=self.dice.randrange(59 * 86_400))

    def _call(self) -> Call:
        return {
            "id": new_id(),
            "lead": self.dice.choice(self.leads),
            "campaign": self.dice.choice([*self.campaigns, None]),
            "caller": self.dice.choice(["anna", "borys"]),
            "outcome": self.dice.choice(OUTCOMES),
            "script": self.dice.choice([self.script, None]),
            "at": self._moment(),
        }

    async def write(self, house: Tier1) -> None:
        for lead in self.leads:
            await house.pool.execute("INSERT INTO leads (id, company) VALUES ($1, 'x')", lead)
        for call in self.calls:
            await house.pool.execute(
                """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, script_id, at)
                   VALUES ($1, gen_random_uuid(), $2, $3, 1, $4, $5, $6, $7)""",
                *(call[name] for name in ("id", "lead", "campaign", "caller", "outcome", "script", "at")),
            )
        for number, one in enumerate(self.news):
            for _ in range(2):  # told twice, as it may be: it counts once
                await house.pool.execute(
                    """INSERT INTO lead_history (lead_id, at, tier, stage, key) VALUES ($1, $2, 'conversion', $3, $4)
                       ON CONFLICT (key) DO NOTHING""",
                    one["lead"],
                    one["at"],
                    one["stage"],
                    f"news:{number}",
                )

    def credited(self, stage: str) -> list[Call]:
        """The last handed-over call before the first such news of each lead that has one."""
        found: dict[str, Call] = {}
        for one in sorted((n for n in self.news if n["stage"] == stage), key=lambda n: n["at"]):
            before = [
                c
                for c in self.calls
                if c["lead"] == one["lead"] and c["at"] <= one["at"] and c["outcome"] in HANDED_OVER
            ]
            if before and one["lead"] not in found:
                found[one["lead"]] = max(before, key=lambda c: (c["at"], c["id"]))
        return list(found.values())


def figures(calls: list[Call], accepted: list[Call], won: list[Call]) -> tuple[int, ...]:
    outcomes = Counter(call["outcome"] for call in calls)
    return (
        len(calls),
        sum(outcomes[outcome] for outcome in CONTACTS),
        outcomes["interested"],
        outcomes["hard_question"],
        outcomes["interested"] + outcomes["hard_question"],
        len(accepted),
        len(won),
    )


NAMES = ("calls", "contacts", "interested", "hard_questions", "handed_over", "accepted", "won")
GROUPS: dict[str, Callable[[Call], Any]] = {
    "caller": lambda call: call["caller"],
    "campaign": lambda call: call["campaign"],
    "script_version": lambda call: call["script"],
    "hour": lambda call: call["at"].astimezone(KYIV).strftime("%H"),
}


async def records(house: Tier1, seed: int) -> Records:
    nodes = {"hello": {"kind": "end", "text": "Hello"}}
    script = (await house.http.post("/v1/scripts", json={"name": "s", "start": "hello", "nodes": nodes})).json()
    written = Records(seed, [await house.campaign(), await house.campaign()], script["id"])
    await written.write(house)
    return written


@pytest.mark.parametrize("seed", range(4))
async def test_every_figure_equals_the_records(house: Tier1, seed: int) -> None:
    known = await records(house, seed)
    accepted, won = known.credited("accepted"), known.credited("won")
    middle = known.begin + timedelta(days=30)
    for start, end in ((None, None), (None, middle), (middle, None)):
        params = {"from": start.isoformat()} if start else {}
        params |= {"to": end.isoformat()} if end else {}

        def inside(call: Call, start: datetime | None = start, end: datetime | None = end) -> bool:
            return (start is None or start <= call["at"]) and (end is None or call["at"] < end)

        for by, key in GROUPS.items():
            expected: dict[Any, list[list[Call]]] = defaultdict(lambda: [[], [], []])
            for place, calls in enumerate((known.calls, accepted, won)):
                for call in filter(inside, calls):
                    expected[key(call)][place].append(call)
            answer = await house.http.get("/v1/reports/callers", params={**params, "by": by})
            told = {one["group"]: tuple(one[name] for name in NAMES) for one in answer.json()["items"]}
            assert told == {group: figures(*lists) for group, lists in expected.items()}, by


@pytest.mark.parametrize("seed", range(2))
async def test_the_funnel_and_the_cohorts_equal_the_records(house: Tier1, seed: int) -> None:
    known = await records(house, seed)
    funnel = (await house.http.get("/v1/reports/funnel")).json()
    stages = {stage: {n["lead"] for n in known.news if n["stage"] == stage} for stage in STAGES}
    assert funnel["leads"] == len(known.leads)
    assert funnel["called"] == len({call["lead"] for call in known.calls})
    assert funnel["reached"] == len({call["lead"] for call in known.calls if call["outcome"] in CONTACTS})
    assert funnel["handed_over"] == len(stages["handed_over"] | stages["inbound"])
    assert (funnel["accepted"], funnel["won"]) == (len(stages["accepted"]), len(stages["won"]))
    first: dict[str, datetime] = {}
    for call in known.calls:
        first[call["lead"]] = min(call["at"], first.get(call["lead"], call["at"]))
    sizes = Counter(
        (at.astimezone(KYIV).date() - timedelta(days=at.astimezone(KYIV).weekday())).isoformat()
        for at in first.values()
    )
    cohorts = (await house.http.get("/v1/reports/cohorts")).json()["items"]
    assert {one["week"]: one["size"] for one in cohorts} == dict(sizes)
    ever = sum(one["accepted"] for one in cohorts)
    later = {n["lead"] for n in known.news if n["stage"] == "accepted" and n["at"] >= first.get(n["lead"], n["at"])}
    assert ever == len(later & first.keys())


async def test_hours_of_work_are_those_of_the_shifts_signed_on_to(house: Tier1) -> None:
    await house.pool.execute("INSERT INTO callers (id, name) VALUES ('anna', 'Anna')")
    await house.pool.execute(
        """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at, signed_off_at)
           SELECT gen_random_uuid(), 'anna', t, t + interval '4 hours', t, t + interval '150 minutes'
             FROM (SELECT date_trunc('hour', now()) - interval '9 hours' AS t) x"""
    )
    lead = await house.lead("+380441230001")
    await house.pool.execute(
        """INSERT INTO calls (id, item_id, lead_id, attempt, caller, outcome, at)
           SELECT gen_random_uuid(), gen_random_uuid(), $1, 1, 'anna', 'interested', now() - interval '8 hours'
             FROM generate_series(1, 5)""",
        lead,
    )
    (told,) = (await house.http.get("/v1/reports/callers")).json()["items"]
    assert (told["hours"], told["calls_per_hour"]) == (2.5, 2.0)


async def test_a_period_that_ends_before_it_begins_is_refused(house: Tier1) -> None:
    params = {"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
    answer = await house.http.get("/v1/reports/funnel", params=params)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "from")
