"""Tier 2 must not run dry between two shifts: what the supervisor sees, and the alarms that ring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from services.lead_gen.actions import lately
from services.lead_gen.actions.alarms import watch_supply
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import EnrolBatch, OpenCall


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_supply", tier=Tier.LEAD_GEN)) as tier:
        body = {"always_open": True, "managers_per_hour": 2, "stock_limit": 20, "window": 50, "batch": 50}
        (await tier.http.post("/v1/policies", json={"body": body})).raise_for_status()
        yield tier


async def stock(house: Tier1, count: int) -> None:
    await house.pool.execute(
        """INSERT INTO leads (id, company, tier, stage)
           SELECT gen_random_uuid(), 'L' || n, 'conversion', 'handed_over' FROM generate_series(1, $1::int) n""",
        count,
    )


async def shift(house: Tier1, begins: timedelta, hours: float, *, on: bool = False) -> None:
    now = datetime.now(UTC)
    await house.pool.execute("INSERT INTO callers (id, name) VALUES ('anna', 'Anna') ON CONFLICT DO NOTHING")
    await house.pool.execute(
        """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at)
           VALUES (gen_random_uuid(), 'anna', $1, $2, $3)""",
        now + begins,
        now + begins + timedelta(hours=hours),
        now + begins if on else None,
    )


async def look(house: Tier1) -> dict[str, Any]:
    return dict((await house.http.get("/v1/supply")).raise_for_status().json())


async def test_the_forecast_reaches_to_the_callers_next_shift(house: Tier1) -> None:
    await shift(house, -timedelta(hours=1), 3, on=True)
    await shift(house, timedelta(hours=24), 4)
    await stock(house, 10)
    seen = await look(house)
    assert seen["in_stock"] == 10
    assert seen["forecast"]["until"] == seen["next_shift"]
    assert seen["forecast"]["calling_hours"] == pytest.approx(2, abs=0.01)
    assert seen["capacity"] == 48
    assert seen["alarm"] == "drought"
    assert seen["forecast"]["runs_dry_at"] is not None


async def test_alarms_ring_once_and_end(house: Tier1) -> None:
    await shift(house, timedelta(hours=2), 4)
    for expected in ([("drought", False)], [("drought", False)]):
        await watch_supply(house.pool)
        items = (await house.http.get("/v1/alarms")).json()["items"]
        assert [(one["kind"], one["ended_at"] is not None) for one in items] == expected
    await stock(house, 21)
    await watch_supply(house.pool)
    items = (await house.http.get("/v1/alarms")).json()["items"]
    assert [(one["kind"], one["ended_at"] is not None) for one in items] == [("drought", True), ("glut", False)]
    assert len((await house.http.get("/v1/alarms?state=open")).json()["items"]) == 1


async def test_rates_are_learned_per_campaign_and_caller(house: Tier1) -> None:
    campaign = await house.campaign()
    lead = [await house.lead(f"+3804412310{n:02d}") for n in range(40)]
    await worked_shift(house, "anna", hours_ago=10, hours=8)
    await worked_shift(house, "borys", hours_ago=10, hours=8)
    await house.pool.execute(
        """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, at)
           SELECT gen_random_uuid(), gen_random_uuid(), ($1::uuid[])[n], $2, 1, who,
                  CASE WHEN who = 'anna' THEN 'interested' ELSE 'no_answer' END,
                  now() - interval '9 hours' + n * interval '1 minute'
             FROM generate_series(1, 40) n, unnest(ARRAY['anna', 'borys']) who""",
        lead,
        campaign,
    )
    seen = await look(house)
    rates = {one["caller"]: one["interested_per_hour"] for one in seen["callers"]}
    assert rates["anna"]["low"] > rates["borys"]["high"]
    assert {one["caller"]: one["hours"] for one in seen["callers"]} == {"anna": 8, "borys": 8}
    assert seen["hours_of_work"] == 16
    assert [one["campaign_id"] for one in seen["campaigns"]] == [campaign]


async def test_a_month_of_many_calls_is_counted_once_for_everybody(
    house: Tier1, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def call(*minutes_ago: int) -> None:
        lead = await house.lead(f"+3804412340{len(minutes_ago):02d}")
        await house.pool.executemany(
            """INSERT INTO calls (id, item_id, lead_id, attempt, caller, outcome, at)
               VALUES (gen_random_uuid(), gen_random_uuid(), $1, 1, 'anna', 'no_answer',
                       now() - make_interval(mins => $2))""",
            [(lead, ago) for ago in minutes_ago],
        )

    async def hours() -> float:
        return float((await look(house))["hours_of_work"])

    await worked_shift(house, "anna", hours_ago=10, hours=8)
    await call(500, 490)
    monkeypatch.setattr(lately, "MANY_CALLS", 3)
    await watch_supply(house.pool)
    await worked_shift(house, "borys", hours_ago=10, hours=1)
    assert await hours() == 9  # two calls are few: nothing is kept
    await call(480)
    await watch_supply(house.pool)
    await worked_shift(house, "vira", hours_ago=10, hours=1)
    assert await hours() == 9  # as it was counted
    await house.pool.execute("UPDATE counted_lately SET counted_at = counted_at - $1::interval", lately.COUNTED_EVERY)
    await watch_supply(house.pool)
    assert await hours() == 10
    await worked_shift(house, "yurii", hours_ago=10, hours=1)
    await house.pool.execute("UPDATE counted_lately SET counted_at = counted_at - $1::interval", lately.KEPT_FOR)
    assert await hours() == 11  # with the worker away, whoever looks counts


async def worked_shift(house: Tier1, caller: str, *, hours_ago: float, hours: float) -> None:
    """A shift that somebody was signed on to from its beginning to its end."""
    began = datetime.now(UTC) - timedelta(hours=hours_ago)
    await house.pool.execute("INSERT INTO callers (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING", caller)
    await house.pool.execute(
        """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at, signed_off_at)
           VALUES (gen_random_uuid(), $1, $2, $3, $2, $3)""",
        caller,
        began,
        began + timedelta(hours=hours),
    )


async def test_two_minutes_of_calling_are_two_minutes_of_work(house: Tier1) -> None:
    lead = await house.lead("+380441230001")
    await house.pool.execute("INSERT INTO callers (id, name) VALUES ('anna', 'Anna')")
    # On both sides of a full hour: neither a clock hour begun nor one that is over counts as an hour of work.
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    await house.pool.execute(
        """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at, signed_off_at)
           VALUES (gen_random_uuid(), 'anna', $1, $2, $1, $3)""",
        hour - timedelta(minutes=1),
        hour + timedelta(hours=4),
        hour + timedelta(minutes=1),
    )
    for minutes in (-0.5, 0.5):
        await house.pool.execute(
            """INSERT INTO calls (id, item_id, lead_id, attempt, caller, outcome, at)
               VALUES (gen_random_uuid(), gen_random_uuid(), $1, 1, 'anna', 'no_answer', $2)""",
            lead,
            hour + timedelta(minutes=minutes),
        )
    seen = await look(house)
    assert seen["hours_of_work"] == 0.03
    (told,) = (await house.http.get("/v1/reports/callers")).json()["items"]
    assert (told["hours"], told["calls_per_hour"]) == (0.03, 60)


async def test_of_a_shift_only_the_open_hours_before_the_next_one_are_expected(house: Tier1) -> None:
    # A colleague begins in three hours: what the others still do after that is not part of this forecast.
    await shift(house, -timedelta(hours=1), 12, on=True)
    await house.pool.execute("INSERT INTO callers (id, name) VALUES ('borys', 'Borys')")
    await house.pool.execute(
        """INSERT INTO shifts (id, caller_id, starts_at, ends_at)
           VALUES (gen_random_uuid(), 'borys', now() + interval '3 hours', now() + interval '9 hours')"""
    )
    assert (await look(house))["forecast"]["calling_hours"] == pytest.approx(3, abs=0.01)


async def test_hours_in_which_nobody_may_be_called_find_nobody_and_the_alarm_rings(house: Tier1) -> None:
    # The leads' clocks show between twelve and one, whatever the time is here; their window closes at two.
    now = datetime.now(UTC)
    zone = f"Etc/GMT{now.hour - 12:+d}"
    left = (now.astimezone(ZoneInfo(zone)).replace(hour=14, minute=0, second=0) - now).total_seconds() / 3600
    body = {
        "opens": "11:00",
        "closes": "14:00",
        "weekdays": list(range(7)),
        "holidays_of": None,
        "managers_per_hour": 4,
    }
    (await house.http.post("/v1/policies", json={"body": body})).raise_for_status()
    await waiting_call(house, await house.campaign(), await lead_in(house, "+380441230001", timezone=zone))
    await shift(house, -timedelta(minutes=30), 13, on=True)
    # One lead an hour until now, and managers who take twelve: the whole shift would nearly find them, what is open
    # of it does not.
    await found_so_far(house, hours=20, leads=20)
    await stock(house, 2)
    seen = await look(house)
    assert seen["forecast"]["calling_hours"] == pytest.approx(left, abs=0.05)
    assert seen["alarm"] == "drought"


async def found_so_far(house: Tier1, *, hours: float, leads: int) -> None:
    await worked_shift(house, "vira", hours_ago=48, hours=hours)
    for n in range(leads):
        await house.pool.execute(
            """INSERT INTO calls (id, item_id, lead_id, attempt, caller, outcome, at)
               VALUES (gen_random_uuid(), gen_random_uuid(), $1, 1, 'vira', 'interested',
                       now() - interval '47 hours')""",
            await house.lead(f"+3804412340{n:02d}"),
        )


async def enrolled(house: Tier1, campaign: str, tick: int) -> int:
    batch = await house.activities.enrol_batch(EnrolBatch(key=f"tick-{tick}", campaign_id=campaign, tick=tick))
    return batch.count


async def test_the_pace_of_a_campaign_follows_shifts_stock_and_alarms(house: Tier1) -> None:
    campaign = await house.campaign()
    for n in range(60):
        await house.lead(f"+3804412300{n:02d}")
    await shift(house, timedelta(hours=30), 4)
    # Nobody calls in the next hours: only enough for whoever comes early.
    assert await enrolled(house, campaign, 1) == 20
    await stock(house, 20)
    assert await enrolled(house, campaign, 2) == 0
    await house.pool.execute("DELETE FROM leads WHERE stage = 'handed_over'")
    await watch_supply(house.pool)
    assert await enrolled(house, campaign, 3) == 30


async def test_a_caller_who_plans_no_shifts_is_given_leads_beside_colleagues_who_do(house: Tier1) -> None:
    hers, theirs = await house.campaign(), await house.campaign()
    await shift(house, -timedelta(hours=1), 3, on=True)
    await house.pool.execute("UPDATE callers SET campaigns = ARRAY[$1::uuid] WHERE id = 'anna'", theirs)
    await house.pool.execute("INSERT INTO callers (id, name, campaigns) VALUES ('dana', 'Dana', ARRAY[$1::uuid])", hers)
    await house.lead("+380441230099")
    assert await enrolled(house, hers, 1) == 1


async def test_a_campaign_that_none_of_those_with_shifts_may_call_gets_leads_for_whoever_comes(house: Tier1) -> None:
    nobodys, theirs = await house.campaign(), await house.campaign()
    await shift(house, -timedelta(hours=1), 3, on=True)
    await house.pool.execute("UPDATE callers SET campaigns = ARRAY[$1::uuid] WHERE id = 'anna'", theirs)
    await house.lead("+380441230098")
    assert await enrolled(house, nobodys, 1) == 1


async def lead_in(house: Tier1, phone: str, *, language: str = "uk", timezone: str = "Europe/Kyiv") -> str:
    lead = await house.lead(phone)
    await house.pool.execute("UPDATE leads SET language = $2, timezone = $3 WHERE id = $1", lead, language, timezone)
    return lead


async def waiting_call(house: Tier1, campaign: str, lead: str) -> None:
    """The lead is in cold calling, and its call is due."""
    await house.pool.execute("UPDATE leads SET stage = 'calling', campaign_id = $2 WHERE id = $1", lead, campaign)
    opened = await house.activities.open_call(
        OpenCall(
            key=f"{lead}:1",
            lead_id=lead,
            campaign_id=campaign,
            workflow_id=f"cold-call:{lead}",
            attempt=1,
            policy_version=2,
        )
    )
    assert opened.item_id


@pytest.mark.parametrize("language", ["pl", "uk"])
async def test_calls_that_nobody_could_take_stop_no_other_campaign(house: Tier1, language: str) -> None:
    other, mine = await house.campaign(), await house.campaign()
    await house.pool.execute("UPDATE campaigns SET state = 'running' WHERE id = ANY($1::uuid[])", [other, mine])
    await shift(house, -timedelta(hours=1), 2, on=True)
    for n in range(40):
        await waiting_call(house, other, await lead_in(house, f"+3804412320{n:02d}", language=language))
    for n in range(5):
        await house.lead(f"+3804412330{n:02d}")
    # An hour of calling is thirty calls. Forty that Anna cannot take leave her idle; forty that she can keep her busy.
    assert await enrolled(house, mine, 1) == (5 if language == "pl" else 0)
    # Whoever comes first gets what waits for later only where it is theirs to call.
    await house.pool.execute("UPDATE campaigns SET priority = 9 WHERE id = $1", mine)
    assert await enrolled(house, mine, 2) == (0 if language == "pl" else 5)


async def test_calls_of_a_paused_campaign_stop_no_other(house: Tier1) -> None:
    paused, mine = await house.campaign(), await house.campaign()
    await shift(house, -timedelta(hours=1), 2, on=True)
    for n in range(40):
        await waiting_call(house, paused, await lead_in(house, f"+3804412320{n:02d}"))
    await house.lead("+380441233001")
    await house.pool.execute("UPDATE campaigns SET state = 'paused' WHERE id = $1", paused)
    assert await enrolled(house, mine, 1) == 1


async def test_a_campaign_is_not_stopped_by_its_own_leads_nobody_could_call(house: Tier1) -> None:
    campaign = await house.campaign()
    await shift(house, -timedelta(hours=1), 5, on=True)
    for n in range(50):  # the whole window
        await waiting_call(house, campaign, await lead_in(house, f"+3804412320{n:02d}", language="pl"))
    taken = await lead_in(house, "+380441233001")
    await lead_in(house, "+380441233002", language="pl")
    assert await enrolled(house, campaign, 1) == 1
    assert await house.pool.fetchval("SELECT stage FROM leads WHERE id = $1", taken) == "calling"


async def test_leads_that_callers_could_call_are_enrolled_before_better_ones_nobody_could(house: Tier1) -> None:
    campaign = await house.campaign()
    await shift(house, timedelta(hours=30), 4)  # only a few are prepared: twenty
    for n in range(25):
        lead = await lead_in(house, f"+3804412320{n:02d}", language="pl")
        await house.pool.execute("UPDATE leads SET score = 100 WHERE id = $1", lead)
    for n in range(20):
        await lead_in(house, f"+3804412330{n:02d}")
    assert await enrolled(house, campaign, 1) == 20
    languages = await house.pool.fetch("SELECT DISTINCT language FROM leads WHERE stage = 'calling'")
    assert [row["language"] for row in languages] == ["uk"]
