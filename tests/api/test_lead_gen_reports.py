"""Figures equal the records to the unit: random records, counted again one by one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
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

    def hand_overs(self) -> list[HandOver]:
        """One per lead: its last handed-over call before it was first accepted, and what became of it."""
        found = []
        for lead in self.leads:
            handing = sorted(
                (c for c in self.calls if c["lead"] == lead and c["outcome"] in HANDED_OVER),
                key=lambda c: (c["at"], c["id"]),
            )
            if not handing:
                continue
            accepted = self._first(lead, "accepted", handing[0]["at"])
            call = [c for c in handing if accepted is None or c["at"] <= accepted][-1]
            found.append(HandOver(call, accepted, self._first(lead, "won", call["at"])))
        return found

    def _first(self, lead: str, stage: str, since: datetime) -> datetime | None:
        times = [n["at"] for n in self.news if (n["lead"], n["stage"]) == (lead, stage) and n["at"] >= since]
        return min(times, default=None)


@dataclass
class HandOver:
    """The call that a hand-over is credited to, and when tier 2 first accepted and won the lead after it."""

    call: Call
    accepted: datetime | None
    won: datetime | None


Inside = Callable[[Call], bool]


def during(start: datetime | None, end: datetime | None) -> tuple[dict[str, str], Inside]:
    """(the parameters of a period, whether a call lies in it)."""
    params = {"from": start.isoformat()} if start else {}
    params |= {"to": end.isoformat()} if end else {}
    return params, lambda call: (start is None or start <= call["at"]) and (end is None or call["at"] < end)


def figures(calls: list[Call], hand_overs: list[HandOver]) -> tuple[int, ...]:
    outcomes = Counter(call["outcome"] for call in calls)
    return (
        len(calls),
        sum(outcomes[outcome] for outcome in CONTACTS),
        outcomes["interested"],
        outcomes["hard_question"],
        len(hand_overs),
        sum(one.accepted is not None for one in hand_overs),
        sum(one.won is not None for one in hand_overs),
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
    middle = known.begin + timedelta(days=30)
    for start, end in ((None, None), (None, middle), (middle, None)):
        params, inside = during(start, end)
        calls = [call for call in known.calls if inside(call)]
        hand_overs = [one for one in known.hand_overs() if inside(one.call)]
        for by, key in GROUPS.items():
            groups = {key(call) for call in calls}
            expected = {
                group: figures(
                    [call for call in calls if key(call) == group],
                    [one for one in hand_overs if key(one.call) == group],
                )
                for group in groups
            }
            answer = await house.http.get("/v1/reports/callers", params={**params, "by": by})
            told = {one["group"]: tuple(one[name] for name in NAMES) for one in answer.json()["items"]}
            assert told == expected, by


@pytest.mark.parametrize("seed", range(2))
async def test_the_funnel_and_the_cohorts_equal_the_records(house: Tier1, seed: int) -> None:
    known = await records(house, seed)
    hand_overs = known.hand_overs()
    funnel = (await house.http.get("/v1/reports/funnel")).json()
    by_call = {one.call["lead"] for one in hand_overs}
    inbound = {n["lead"] for n in known.news if n["stage"] == "inbound"} - by_call
    assert funnel["leads"] == len(known.leads)
    assert funnel["called"] == len({call["lead"] for call in known.calls})
    assert funnel["reached"] == len({call["lead"] for call in known.calls if call["outcome"] in CONTACTS})
    assert (funnel["handed_over"], funnel["accepted"], funnel["won"]) == figures([], hand_overs)[4:]
    assert funnel["inbound"] == len(inbound)
    assert funnel["inbound_won"] == len(inbound & {n["lead"] for n in known.news if n["stage"] == "won"})
    first: dict[str, datetime] = {}
    for call in known.calls:
        first[call["lead"]] = min(call["at"], first.get(call["lead"], call["at"]))
    sizes = Counter(
        (at.astimezone(KYIV).date() - timedelta(days=at.astimezone(KYIV).weekday())).isoformat()
        for at in first.values()
    )
    cohorts = (await house.http.get("/v1/reports/cohorts")).json()["items"]
    assert {one["week"]: one["size"] for one in cohorts} == dict(sizes)
    within_a_week = [one for one in hand_overs if one.call["at"] - first[one.call["lead"]] < timedelta(days=7)]
    seen = [one for one in cohorts if one["after"]]
    weeks = {one["week"] for one in seen}
    assert sum(one["after"][0]["handed_over"] for one in seen) == sum(
        (at.astimezone(KYIV).date() - timedelta(days=at.astimezone(KYIV).weekday())).isoformat() in weeks
        for at in (first[one.call["lead"]] for one in within_a_week)
    )


@pytest.mark.parametrize("seed", range(3))
async def test_the_funnel_the_callers_and_the_cohorts_agree_on_every_figure(house: Tier1, seed: int) -> None:
    known = await records(house, seed)
    middle = known.begin + timedelta(days=30)

    async def told(report: str, **params: str) -> Any:
        return (await house.http.get(f"/v1/reports/{report}", params=params)).raise_for_status().json()

    periods = [during(start, end)[0] for start, end in ((None, None), (None, middle), (middle, None))]
    for params in [{}, *({"campaign_id": campaign} for campaign in known.campaigns)]:
        for period in periods:
            funnel = await told("funnel", **params, **period)
            for by in ("caller", "hour", "shift", "script_version", "campaign"):
                groups = (await told("callers", by=by, **params, **period))["items"]
                for step in ("handed_over", "accepted", "won"):
                    assert sum(one[step] for one in groups) == funnel[step], (by, step, params, period)
        whole = await told("funnel", **params)
        cohorts = (await told("cohorts", **params))["items"]
        assert sum(one["size"] for one in cohorts) == whole["called"]
        for step in ("reached", "handed_over", "accepted", "won"):
            assert sum(one[step] for one in cohorts) == whole[step], (step, params)
        assert whole["won"] <= whole["handed_over"] <= whole["reached"] <= whole["called"]
        assert whole["accepted"] <= whole["handed_over"]
    parts = [await told("funnel", **period) for period in periods[1:]]
    for step in ("handed_over", "accepted", "won"):
        assert sum(part[step] for part in parts) == (await told("funnel"))[step]


async def test_a_lead_that_called_us_was_handed_over_by_nobody(house: Tier1) -> None:
    lead = await house.lead("+380441230001")
    await house.http.post("/v1/inbound-calls", json={"from": "+380441230001"})
    for stage in ("accepted", "won"):
        await house.pool.execute(
            "INSERT INTO lead_history (lead_id, at, tier, stage) VALUES ($1, now(), 'conversion', $2)", lead, stage
        )
    funnel = (await house.http.get("/v1/reports/funnel")).json()
    assert (funnel["inbound"], funnel["inbound_won"]) == (1, 1)
    assert (funnel["handed_over"], funnel["accepted"], funnel["won"]) == (0, 0, 0)


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


async def test_a_break_is_no_work_while_it_runs_and_when_it_is_over(house: Tier1) -> None:
    await house.pool.execute("INSERT INTO callers (id, name) VALUES ('anna', 'Anna')")
    shift = await house.pool.fetchval(
        """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at)
           VALUES (gen_random_uuid(), 'anna', now() - interval '3 hours', now() + interval '1 hour',
                   now() - interval '3 hours') RETURNING id::text"""
    )

    await house.pool.execute(
        """INSERT INTO calls (id, item_id, lead_id, attempt, caller, outcome, at, shift_id)
           VALUES (gen_random_uuid(), gen_random_uuid(), $1, 1, 'anna', 'busy', now() - interval '2 hours', $2)""",
        await house.lead("+380441230001"),
        shift,
    )

    async def hours(by: str) -> float:
        (told,) = (await house.http.get("/v1/reports/callers", params={"by": by})).json()["items"]
        return float(told["hours"])

    (await house.http.post(f"/v1/shifts/{shift}/break")).raise_for_status()
    await house.pool.execute("UPDATE shifts SET break_since = now() - interval '1 hour'")
    assert [await hours(by) for by in ("caller", "shift")] == pytest.approx([2, 2], abs=0.02)
    (await house.http.post(f"/v1/shifts/{shift}/resume")).raise_for_status()
    assert [await hours(by) for by in ("caller", "shift")] == pytest.approx([2, 2], abs=0.02)
    (await house.http.post(f"/v1/shifts/{shift}/break")).raise_for_status()
    (await house.http.post(f"/v1/shifts/{shift}/sign-off")).raise_for_status()
    assert await hours("caller") == pytest.approx(2, abs=0.02)


async def test_a_period_that_ends_before_it_begins_is_refused(house: Tier1) -> None:
    params = {"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
    answer = await house.http.get("/v1/reports/funnel", params=params)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "from")


@pytest.mark.parametrize("seed", range(2))
async def test_hours_of_work_equal_the_records_and_add_up(house: Tier1, seed: int) -> None:
    """Shifts, calls in them, calls outside of any, and shifts without a call: counted again minute by minute."""
    dice = random.Random(seed)
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=9)
    campaigns = [await house.campaign(), await house.campaign()]
    lead = await house.lead("+380441230001")
    minutes: dict[str, set[int]] = {"anna": set(), "borys": set()}
    for caller in minutes:
        signed: set[int] = set()
        await house.pool.execute("INSERT INTO callers (id, name) VALUES ($1, $1)", caller)
        for day in range(8):
            on = day * 1440 + dice.randrange(600)
            off = on + dice.randrange(1, 400)
            pause = on + dice.randrange(off - on)
            paused = set(range(pause, dice.randrange(pause, off)))
            signed |= set(range(on, off + 1)) - paused
            minutes[caller] |= set(range(on, off)) - paused
            shift = await house.pool.fetchval(
                """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at, signed_off_at)
                   VALUES (gen_random_uuid(), $1, $2, $3, $2, $4) RETURNING id""",
                caller,
                begin + timedelta(minutes=on),
                begin + timedelta(minutes=on + 600),
                begin + timedelta(minutes=off),
            )
            await house.pool.execute(
                "INSERT INTO shift_breaks SELECT $1, $2, $3 WHERE $2::timestamptz < $3::timestamptz",
                shift,
                begin + timedelta(minutes=pause),
                begin + timedelta(minutes=pause + len(paused)),
            )
        last = None
        for at in sorted(dice.sample(range(8 * 1440), 120)):
            if at not in signed:
                since = last if last is not None and at - last <= 15 else at - 2
                local = (begin + timedelta(minutes=at)).astimezone(KYIV)
                minutes[caller] |= set(range(max(since, at - local.hour * 60 - local.minute), at))
            last = at
            await house.pool.execute(
                """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, at)
                   VALUES (gen_random_uuid(), gen_random_uuid(), $1, $2, 1, $3, 'no_answer', $4)""",
                lead,
                dice.choice([*campaigns, None]),
                caller,
                begin + timedelta(minutes=at),
            )
    worked = {caller: len(own) / 60 for caller, own in minutes.items()}

    async def hours(**params: str) -> dict[Any, float]:
        answer = await house.http.get("/v1/reports/callers", params=params)
        return {one["group"]: one["hours"] for one in answer.json()["items"]}

    assert await hours() == pytest.approx(worked, abs=0.01)
    by_hour = Counter[str]()
    for own in minutes.values():
        by_hour.update((begin + timedelta(minutes=minute)).astimezone(KYIV).strftime("%H") for minute in own)
    told = await hours(by="hour")
    assert told == pytest.approx({hour: by_hour[hour] / 60 for hour in told}, abs=0.01)
    # Every call has its share of the stretch of work it was made in, so nothing is lost and nothing counted twice.
    idle = sum(worked.values()) - sum((await hours(by="campaign")).values())
    assert -0.03 <= idle < sum(worked.values())
    for caller in worked:
        own = sum((await hours(by="campaign", caller=caller)).values())
        parts = [(await hours(caller=caller, campaign_id=campaign))[caller] for campaign in campaigns]
        assert sum(parts) <= own + 0.02
    assert (await house.http.get("/v1/supply")).json()["hours_of_work"] == pytest.approx(sum(worked.values()), abs=0.01)
