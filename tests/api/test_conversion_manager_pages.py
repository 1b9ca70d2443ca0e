"""The other pages of a manager: the week, the commission, and being on duty."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from services.conversion.domain.calendar import ALWAYS
from tests.api.test_web_components import Reader
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2, whose
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier

OPEN = ALWAYS.model_dump(mode="json")
"""Working hours that are always on, so that no test depends on when it runs."""


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_manager_pages", tier=Tier.CONVERSION)) as running:
        yield running


def in_three_days(hour: int) -> datetime:
    """An hour of a day that the board's coming days show, whatever weekday it is today, in UTC."""
    today = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=3)


async def test_the_week_shows_meetings_times_kept_and_absences(tier: Tier2) -> None:
    await tier.only("anna", hours=OPEN)
    deal = await tier.accepted("anna")
    at = in_three_days(10)
    meeting = {"starts_at": at.isoformat(), "duration_minutes": 45, "kind": "online"}
    await tier.post(f"/v1/deals/{deal['id']}/meetings", meeting, "anna")
    kept = hand_over()
    hold = {"lead_id": kept.contact.lead_id, "starts_at": (at + timedelta(hours=2)).isoformat(), "language": "uk"}
    await tier.post("/v1/meeting-holds", hold)
    away = {"starts_at": (at + timedelta(hours=4)).isoformat(), "ends_at": (at + timedelta(hours=5)).isoformat()}
    await tier.post("/v1/managers/anna/absences", {**away, "reason": "dentist"})
    async with person(tier, "anna") as anna:
        page = await anna.look("/desk/calendar", day=str(at.date()))
        assert page.count("ТОВ «Вітер»") == 2, "once in the grid, once in the list that phones show"
        assert "kept, if you accept" in page
        assert "dentist" in page
        assert "video" in page
        before = await anna.look("/desk/calendar", day=str(at.date() - timedelta(days=7)))
        assert "dentist" not in before
        assert "ТОВ «Вітер»" in await anna.look("/desk/board/week")


async def test_a_free_time_leads_to_the_form_of_a_deal_that_has_no_meeting(tier: Tier2) -> None:
    await tier.only("bohdan", hours=OPEN)
    deal, met = await tier.accepted("bohdan"), await tier.accepted("bohdan")
    at = in_three_days(12)
    await tier.post(f"/v1/deals/{met['id']}/meetings", {"starts_at": at.isoformat()}, "bohdan")
    async with person(tier, "bohdan") as bohdan:
        page = await bohdan.look("/desk/calendar", day=str(at.date()), at=(at + timedelta(hours=3)).isoformat())
    assert "with whom?" in page
    assert f"/conversion/desk/deals/{deal['id']}?do=book&other_at=" in page
    assert f"/conversion/desk/deals/{met['id']}?do=book" not in page


async def test_a_week_at_the_end_of_the_calendar_is_refused_by_its_day(tier: Tier2) -> None:
    await tier.only("petro", hours=OPEN)
    async with person(tier, "petro") as petro:
        for day in ("9999-12-31", "0001-01-01", "0"):
            answer = await petro.http.get("/desk/calendar", params={"day": day})
            assert answer.status_code == 422, day
            assert re.search(r"day: (Must be a date|Must lie between the years)", answer.text), answer.text


async def test_a_page_takes_what_links_from_elsewhere_bring_along(tier: Tier2) -> None:
    await tier.only("solomiia", hours=OPEN)
    async with person(tier, "solomiia") as solomiia:
        assert "/desk/calendar?day=" in await solomiia.look("/desk/calendar", utm_source="mail")


async def test_a_supervisor_looks_at_anybodys_week(tier: Tier2) -> None:
    await tier.only("vira", name="Vira Lys", hours=OPEN)
    async with person(tier, "boss", "supervisor") as boss:
        page = await boss.look("/desk/calendar", whose="vira")
    assert '<option value="vira" selected>Vira Lys</option>' in page


async def test_a_break_is_an_absence_that_ends_by_the_same_key(tier: Tier2) -> None:
    await tier.only("hanna", hours=OPEN)
    away = "SELECT EXISTS (SELECT FROM absences WHERE manager = 'hanna' AND during @> now())"
    async with person(tier, "hanna") as hanna:
        assert "On duty" in await hanna.look()
        refused = await hanna.press("/desk/duty/break", minutes="480", status=422)
        assert "Must be one of 15, 30, 60." in refused.text
        await hanna.press("/desk/duty/break", minutes="30")
        assert "Back from the break" in hanna.page
        assert await tier.pool.fetchval(away)
        again = await hanna.press("/desk/duty/break", minutes="15", status=409)
        assert "already away" in again.text
        await hanna.press("/desk/duty/back")
        assert "On duty" in hanna.page
        assert not await tier.pool.fetchval(away)
        await hanna.press("/desk/duty/back")
        assert "On duty" in hanna.page


async def test_an_absence_by_the_supervisor_is_not_ended_by_the_page(tier: Tier2) -> None:
    await tier.only("dmytro", hours=OPEN)
    at = datetime.now(UTC)
    away = {"starts_at": (at - timedelta(hours=1)).isoformat(), "ends_at": (at + timedelta(hours=9)).isoformat()}
    await tier.post("/v1/managers/dmytro/absences", {**away, "reason": "break"})
    async with person(tier, "dmytro") as dmytro:
        assert "Back from the break" not in await dmytro.look(), "a key that would do nothing"
        await dmytro.press("/desk/duty/back")
    assert await tier.pool.fetchval("SELECT ends_at > now() FROM absences WHERE manager = 'dmytro'")


async def test_who_takes_no_new_leads_is_told_so(tier: Tier2) -> None:
    await tier.only("yeva", hours=OPEN)
    await tier.pool.execute("UPDATE managers SET active = false WHERE id = 'yeva'")
    async with person(tier, "yeva") as yeva:
        assert "No new leads" in await yeva.look()


async def won(tier: Tier2, manager: str) -> str:
    """A deal that this manager has won; its id."""
    deal = await tier.accepted(manager)
    await tier.won(deal["id"], manager)
    return str(deal["id"])


async def test_commission_of_the_month_stands_by_deal_and_says_what_it_means(tier: Tier2) -> None:
    await tier.only("zakhar", hours=OPEN)
    deal = await won(tier, "zakhar")
    async with person(tier, "zakhar") as zakhar:
        page = await zakhar.look("/desk/commission")
        assert f"/conversion/desk/deals/{deal}" in page
        assert "5% of UAH\N{NO-BREAK SPACE}85,501.50" in page
        assert page.count("UAH\N{NO-BREAK SPACE}4,275.08") >= 3
        assert "your share of the deals that were won" in page
        assert "With the salary" in page
        # It is in the bar of every page too, and leads here.
        assert "₴\N{NO-BREAK SPACE}4,275" in await zakhar.look()
        empty = await zakhar.look("/desk/commission", month="2020-02")
        assert "No commission in this month yet" in empty
        assert "February 2020" in empty
        assert "month=2020-01" in empty
        assert "month=2020-03" not in empty or "Month after" in empty


async def test_a_correction_has_its_reason_and_a_manager_sees_only_their_own(tier: Tier2) -> None:
    await tier.only("ivan", name="Ivan Pech", hours=OPEN)
    await won(tier, "ivan")
    body = {"person": "ivan", "role": "closed", "amount": {"amount": "-12.30", "currency": "EUR"}, "reason": "twice"}
    await tier.post("/v1/commissions/adjustments", body)
    await tier.manager("katria")
    async with person(tier, "ivan") as ivan, person(tier, "katria") as katria:
        page = await ivan.look("/desk/commission")
        assert "twice (a supervisor)" in page
        assert "-€12.30" in page
        assert "Owed after" in page, "nobody's pay is negative"
        assert page.count("€0.00") >= 1
        assert "No commission in this month yet" in await katria.look("/desk/commission", whose="ivan")
    async with person(tier, "boss", "supervisor") as boss:
        assert "twice (a supervisor)" in await boss.look("/desk/commission", whose="ivan")


async def test_the_pages_are_sound_html(tier: Tier2) -> None:
    await tier.only("lesia", hours=OPEN)
    await won(tier, "lesia")
    async with person(tier, "lesia") as lesia:
        for path in ("/desk/calendar", "/desk/commission"):
            sound = Reader()
            sound.feed((await lesia.http.get(path)).text)
            assert (sound.wrong, sound.open) == ([], []), path
            assert sorted(sound.ids) == sorted(set(sound.ids)), path


async def test_a_meeting_nobody_comes_to_is_listed_and_looks_like_one(tier: Tier2) -> None:
    await tier.only("nina", hours=OPEN)
    deal = await tier.accepted("nina")
    at = in_three_days(11)
    meeting = await tier.post(f"/v1/deals/{deal['id']}/meetings", {"starts_at": at.isoformat()}, "nina")
    assert (await tier.get("/v1/meetings", "nina", needs_person=True))["items"] == []
    away = {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=2)).isoformat()}
    absence = await tier.post("/v1/managers/nina/absences", away)
    [row] = (await tier.get("/v1/meetings", manager="nina", needs_person=True, coming=True))["items"]
    assert (row["id"], row["needs_person"]) == (meeting["id"], "Nina is away then")
    assert (await tier.get("/v1/meetings", manager="nina", needs_person=False))["items"] == []
    async with person(tier, "nina") as nina:
        page = await nina.look("/desk/calendar", day=str(at.date()))
        assert "Nobody comes to these meetings yet" in page
        assert f"/desk/deals/{deal['id']}?do=give&meeting={meeting['id']}" in page
        assert "is-unmanned" in page and "nobody comes" in page
        await tier.http.delete(f"/v1/managers/nina/absences/{absence['id']}", headers=whose())
        assert "is-unmanned" not in await nina.look("/desk/calendar", day=str(at.date()))


async def test_a_list_of_meetings_goes_on_where_it_ended(tier: Tier2) -> None:
    await tier.only("olha", hours=OPEN)
    made = []
    for hour in (10, 12, 14):
        deal = await tier.accepted("olha")
        starts = {"starts_at": in_three_days(hour).isoformat()}
        made.append((await tier.post(f"/v1/deals/{deal['id']}/meetings", starts, "olha"))["id"])
    first = await tier.get("/v1/meetings", "olha", manager="olha", limit=2)
    rest = await tier.get("/v1/meetings", "olha", manager="olha", limit=2, after=first["next"])
    assert [one["id"] for one in first["items"] + rest["items"]] == made
