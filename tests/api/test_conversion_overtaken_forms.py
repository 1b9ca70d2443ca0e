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
