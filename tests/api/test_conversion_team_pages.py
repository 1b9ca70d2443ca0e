"""The team's other pages: absences with what falls into them, and the commission of everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from services.conversion.domain.calendar import ALWAYS
from tests.api.test_conversion_team import TEAM, words
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier

ABSENCES = f"{TEAM}/absences"
COMMISSION = f"{TEAM}/commission"
OPEN = ALWAYS.model_dump(mode="json")


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_team_pages", tier=Tier.CONVERSION)) as running:
        yield running


def typed(at: datetime) -> str:
    """A moment as a field for a date and a time sends it."""
    return at.isoformat()


async def test_what_falls_into_an_absence_is_shown_and_moved(tier: Tier2) -> None:
    await tier.only("anna", name="Anna Lys", hours=OPEN)
    await tier.manager("yeva", name="Yeva Zoria", hours=OPEN)
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
    end, inside = start + timedelta(days=2), start + timedelta(days=1)
    step, promise, met, covered = [await tier.accepted("anna") for _ in range(4)]
    due = "UPDATE deals SET next_action = 'send the papers', next_action_at = $2 WHERE id = $1"
    await tier.pool.execute(due, step["id"], inside)
    await tier.pool.execute(
        "UPDATE deals SET promise = 'open', promised_by = $2, next_action_at = $2 WHERE id = $1", promise["id"], inside
    )
    for at, deal in enumerate((met, covered)):
        body = {"starts_at": (inside + timedelta(hours=3 * at)).isoformat(), "duration_minutes": 30}
        meeting = await tier.post(f"/v1/deals/{deal['id']}/meetings", body, "anna")
    async with person(tier, "boss", "supervisor") as boss:
        await boss.look(ABSENCES)
        form = {"manager": "anna", "starts_at": typed(start), "reason": "holiday"}
        refused = await boss.press(ABSENCES, **form, ends_at=typed(start - timedelta(days=1)), status=422)
        assert "after" in words(refused.text)
        await boss.press(ABSENCES, **form, ends_at=typed(end))
        await tier.post(f"/v1/meetings/{meeting['id']}/assign", {"manager": "yeva"})
        listed = words(await boss.look(ABSENCES))
        assert "Yeva Zoria 1 meeting" in listed
        assert "1 meeting nobody comes to 1 promised call" in listed
        absence = await tier.pool.fetchval("SELECT id FROM absences WHERE manager = 'anna'")
        page = await boss.look(f"{ABSENCES}/{absence}")
        assert f"{TEAM}/hand-on?manager=anna&deal={promise['id']}" in page, "a promise is kept by somebody else"
        assert "send the papers" in page.lower()
        assert promise["id"] not in page[page.index('id="steps"') :], "and is not moved"
        await boss.press(f"{ABSENCES}/{absence}/steps", deal=[step["id"], promise["id"]])
        moved = dict(await tier.pool.fetchrow("SELECT stage, next_action_at FROM deals WHERE id = $1", step["id"]))
        assert moved == {"stage": "accepted", "next_action_at": end}, "nobody has spoken with them"
        assert (await tier.signals(step["lead_id"]))[-1][0] == "moved"
        await boss.press(f"{ABSENCES}/{absence}/steps", deal=[step["id"]], status=409)
        await boss.press(f"{ABSENCES}/{absence}/remove")
        assert "Nobody will be away" in words(boss.page)


async def test_a_month_of_everybody_opens_each_persons_ledger_and_is_corrected_by_rows(tier: Tier2) -> None:
    await tier.only("bohdan", name="Bohdan Kit")
    deal = await tier.accepted("bohdan")
    await tier.won(deal["id"], "bohdan")
    async with person(tier, "boss", "supervisor") as boss:
        page = await boss.look(COMMISSION)
        month = page.partition("/desk/commission?month=")[2].partition("&")[0]
        assert f'href="/conversion/desk/commission?month={month}&whose=bohdan"' in page
        assert "1 person of the other tiers" in words(page), "the caller who found them"
        file = await boss.http.get(f"{COMMISSION}/statement.csv", params={"month": month, "person": "bohdan"})
        assert [line.split(",")[2] for line in file.text.split()] == ["person", "bohdan"]
        form = {"person": "bohdan", "currency": "UAH", "reason": "a bonus for the fair"}
        refused = await boss.press(f"{COMMISSION}/corrections", **form, amount="much", status=422)
        assert "not a number" in words(refused.text)
        await boss.press(f"{COMMISSION}/corrections", **form, amount="1 250,50")
        assert "a bonus for the fair ( a supervisor )" in words(boss.page).replace("(a", "( a").replace("r)", "r )")
        assert "1,250.50" in words(boss.page)
        await boss.press(f"{COMMISSION}/close", month=month, status=422)
    async with person(tier, "bohdan") as bohdan:
        for page in (COMMISSION, ABSENCES, f"{COMMISSION}/statement.csv"):
            assert (await bohdan.http.get(page)).status_code == 403, page
