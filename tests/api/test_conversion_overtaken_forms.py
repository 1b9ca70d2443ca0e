"""Two supervisors with the same form of a manager open: nobody takes back what the other one has set meanwhile."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2, whose
from tests.fixtures.tier_2_pages import HTMX, Person, person
from workflows.contracts.base import Tier

_FIELD = re.compile(r'<input type="[a-z]*" value="([^"]*)"[^>]* name="([a-z_]+)"|name="(was)" value="([^"]*)"')


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_overtaken", tier=Tier.CONVERSION)) as tier:
        await tier.manager("oleh", languages=["uk"], capacity=60)
        yield tier


@pytest_asyncio.fixture
async def anna(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, "anna", "supervisor") as anna:
        yield anna


@pytest_asyncio.fixture
async def zoia(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, "zoia", "supervisor") as zoia:
        yield zoia


def fields_of(raw: str, action: str) -> dict[str, str]:
    """What the form with this action holds, as a browser would send it."""
    form = raw.partition(f'action="{action}"')[2].partition("</form>")[0]
    found = {name or was: html.unescape(value or drawn) for value, name, was, drawn in _FIELD.findall(form)}
    assert found, action
    return found


async def opened(one: Person, path: str, action: str) -> dict[str, str]:
    """The form on a page that is opened now."""
    await one.look(path)
    return fields_of((await one.http.get(path)).text, f"/conversion{action}")


async def test_what_was_not_typed_keeps_what_a_colleague_set_meanwhile(tier: Tier2, anna: Person, zoia: Person) -> None:
    path = "/desk/people/oleh"
    old = await opened(zoia, path, path)
    await anna.press(path, **{**await opened(anna, path, path), "capacity": "50"})
    await zoia.press(path, **{**old, "languages": "uk, en"})
    manager = await tier.get("/v1/managers/oleh")
    assert (manager["capacity"], manager["languages"]) == (50, ["uk", "en"])


async def test_a_field_that_both_changed_is_refused_once_with_who_it_was(
    tier: Tier2, anna: Person, zoia: Person
) -> None:
    path = "/desk/people/oleh"
    old = await opened(zoia, path, path)
    await anna.press(path, **{**await opened(anna, path, path), "capacity": "50", "weight": "3"})
    mine = {**old, "capacity": "40", "languages": "uk, en"}
    refused = await zoia.press(path, status=409, **mine)
    assert "Anna made this “50” meanwhile" in zoia.page
    assert (await tier.get("/v1/managers/oleh"))["capacity"] == 50
    again = fields_of(refused.text, f"/conversion{path}")
    assert (again["capacity"], again["languages"], again["weight"]) == ("40", "uk, en", "3")
    await zoia.press(path, **again)
    manager = await tier.get("/v1/managers/oleh")
    assert (manager["capacity"], manager["languages"], manager["weight"]) == (40, ["uk", "en"], 3)


async def test_what_rest_changed_meanwhile_is_told_too_and_so_is_the_other_way_round(tier: Tier2, zoia: Person) -> None:
    path = "/desk/people/oleh"
    old = await opened(zoia, path, path)
    tag = (await tier.http.get("/v1/managers/oleh", headers=whose())).headers["ETag"]
    await tier.http.patch("/v1/managers/oleh", json={"capacity": 50}, headers=whose())
    drawn_anew = await zoia.press(path, status=409, headers=HTMX, **{**old, "capacity": "40"})
    assert "meanwhile; save again, and yours holds" in zoia.page
    await zoia.press(path, **fields_of(drawn_anew.text, f"/conversion{path}"))
    late = await tier.http.patch("/v1/managers/oleh", json={"capacity": 1}, headers={**whose(), "If-Match": tag})
    assert late.status_code == 412
    assert "zoia" in late.json()["detail"]


async def test_a_form_that_was_drawn_with_nonsense_changes_nothing(tier: Tier2, zoia: Person) -> None:
    path = "/desk/people/oleh"
    old = await opened(zoia, path, path)
    await zoia.press(path, status=422, **{**old, "capacity": "40", "was": "[1]"})
    assert (await tier.get("/v1/managers/oleh"))["capacity"] == 60


WEEK = "/desk/settings/hours?who=oleh&day=2031-02-03"
SET, USUAL = (f"/desk/settings/hours/oleh/{act}?day=2031-02-03" for act in ("week", "usual"))


async def hours_of(tier: Tier2) -> dict[str, str]:
    hours = (await tier.get("/v1/managers/oleh"))["hours"]
    week = hours["week"] if hours else {}
    return {day: ", ".join(f"{one['opens']}-{one['closes']}" for one in week.get(day, [])) for day in ("mon", "tue")}


async def test_a_day_of_the_week_keeps_the_hours_that_a_colleague_set_meanwhile(
    tier: Tier2, anna: Person, zoia: Person
) -> None:
    old = await opened(zoia, WEEK, SET)
    await anna.press(SET, **{**await opened(anna, WEEK, SET), "mon": "08:00-12:00"})
    await zoia.press(SET, **{**old, "tue": "09:00-13:00"})
    assert await hours_of(tier) == {"mon": "08:00-12:00", "tue": "09:00-13:00"}
    refused = await zoia.press(SET, status=409, **{**old, "mon": "10:00-12:00"})
    assert "Anna made this “08:00–12:00” meanwhile" in zoia.page
    again = fields_of(refused.text, f"/conversion{SET}")
    assert (again["mon"], again["tue"]) == ("10:00-12:00", "09:00–13:00")
    await zoia.press(SET, **again)
    assert await hours_of(tier) == {"mon": "10:00-12:00", "tue": "09:00-13:00"}


async def test_hours_that_were_not_seen_are_not_thrown_away_for_the_usual_ones(
    tier: Tier2, anna: Person, zoia: Person
) -> None:
    await anna.press(SET, **{**await opened(anna, WEEK, SET), "mon": "08:00-12:00"})
    old = await opened(zoia, WEEK, USUAL)
    await anna.press(SET, **{**await opened(anna, WEEK, SET), "tue": "09:00-13:00"})
    refused = await zoia.press(USUAL, status=409, **old)
    assert "anna changed this meanwhile" in zoia.page.lower()
    assert (await hours_of(tier))["tue"] == "09:00-13:00"
    await zoia.press(USUAL, **fields_of(refused.text, f"/conversion{USUAL}"))
    assert (await tier.get("/v1/managers/oleh"))["hours"] is None
