"""The list of deals: narrowed, in several orders, by pages; and the search of every page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio

from tests.api.test_web_components import Reader
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, in_days, tier_2
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Tier

NEXT = re.compile(r'href="/conversion(/desk/deals\?[^"]*after=[^"]*)"')


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_deal_list", tier=Tier.CONVERSION)) as running:
        yield running


async def deal_of(tier: Tier2, manager: str, company: str, *phones: str) -> str:
    """A deal of this manager with a company of this name; its id."""
    given = hand_over()
    contact = given.contact.model_copy(update={"company": company, "phones": list(phones)})
    return str((await tier.accepted(manager, given.model_copy(update={"contact": contact})))["id"])


def rows(page: str) -> list[str]:
    """Ids of the deals that a page lists, in their order."""
    return re.findall(r'<tr id="row-([0-9a-f-]{36})"', page)


async def test_every_order_shows_every_deal_once_however_many_pages_it_takes(tier: Tier2) -> None:
    await tier.only("anna", capacity=100)
    made = {await deal_of(tier, "anna", f"Firma {number % 7}") for number in range(53)}
    for sort in ("next", "new", "stage", "company", "worth"):
        async with person(tier, "anna") as anna:
            first = await anna.look("/desk/deals", sort=sort)
            [address] = NEXT.findall(first)
            second = await anna.look(address)
        assert len(rows(first)) == 50, sort
        assert sorted([*rows(first), *rows(second)]) == sorted(made), sort
        assert "From the beginning" in second


async def test_the_list_is_narrowed_by_state_stage_and_what_is_late(tier: Tier2) -> None:
    await tier.only("bohdan")
    late, old, won = [await deal_of(tier, "bohdan", name) for name in ("Пізній", "Старий", "Виграний")]
    await tier.won(won, "bohdan")
    await tier.pool.execute("UPDATE deals SET next_action_at = now() - interval '1 day' WHERE id = $1", late)
    await tier.pool.execute(
        "UPDATE deals SET stage_since = now() - interval '90 days', next_action_at = $2 WHERE id = $1",
        old,
        datetime.fromisoformat(in_days(3)),
    )
    async with person(tier, "bohdan") as bohdan:
        assert set(rows(await bohdan.look("/desk/deals"))) == {late, old}
        assert rows(await bohdan.look("/desk/deals", overdue="1")) == [late]
        assert rows(await bohdan.look("/desk/deals", stale="1")) == [old]
        assert rows(await bohdan.look("/desk/deals", state="won")) == [won]
        assert rows(await bohdan.look("/desk/deals", state="lost")) == []
        assert rows(await bohdan.look("/desk/deals", stage="offer")) == []
        assert "No such deals" in bohdan.page


async def test_everybodys_deals_can_be_read_by_everybody_of_the_tier(tier: Tier2) -> None:
    await tier.only("vira")
    deal = await deal_of(tier, "vira", "Вірині")
    await tier.manager("hanna")
    async with person(tier, "hanna") as hanna, person(tier, "boss", "supervisor") as boss:
        assert rows(await hanna.look("/desk/deals")) == []
        assert rows(await hanna.look("/desk/deals", owner="vira")) == [deal]
        assert deal in rows(await boss.look("/desk/deals", sort="new"))
        # An order that would have to read all the deals there are is not taken.
        assert 'aria-sort="ascending"' in await boss.look("/desk/deals", sort="worth")


@pytest.mark.parametrize("place", ["nonsense", "2030-01-01", "2030-01-01T00:00:00+00:00"])
async def test_a_place_that_is_none_is_refused_in_words(tier: Tier2, place: str) -> None:
    async with person(tier, "boss", "supervisor") as boss:
        answer = await boss.http.get("/desk/deals", params={"at": place, "after": "here"})
    assert answer.status_code == 422
    assert "Is not a place in this list." in answer.text


async def found(browser: Person, text: str) -> str:
    """Where a search leads: the address of the only deal, or the page with several."""
    answer = await browser.http.get("/desk/search", params={"q": text})
    return answer.headers.get("location", answer.text)


async def test_a_deal_is_found_by_any_word_of_its_company_in_any_case(tier: Tier2) -> None:
    await tier.only("dmytro")
    deal = await deal_of(tier, "dmytro", "ТОВ «Їжакова Ґанок-Логістика»")
    async with person(tier, "dmytro") as dmytro:
        for text in ("їжак", "ЛОГІСТ", "тов їжакова", "«ґанок", deal):
            assert (await found(dmytro, text)).endswith(deal), text
        assert "Nothing found" in await found(dmytro, "їжакова фабрика")
        assert "What are you looking for?" in await found(dmytro, "")


async def test_a_deal_is_found_by_its_number_however_it_is_written(tier: Tier2) -> None:
    await tier.only("yeva")
    deal = await deal_of(tier, "yeva", "Номерні", "+380671239876")
    async with person(tier, "yeva") as yeva:
        for text in ("+380 67 123 98 76", "067 123-98-76", "0671239", "380671239876"):
            assert (await found(yeva, text)).endswith(deal), text


async def test_ones_own_deals_are_found_first(tier: Tier2) -> None:
    await tier.only("zakhar")
    mine = await deal_of(tier, "zakhar", "Спільна Назва")
    await tier.only("ivan")
    theirs = await deal_of(tier, "ivan", "Спільна Назва")
    async with person(tier, "zakhar") as zakhar:
        assert rows(await found(zakhar, "спільна")) == [mine, theirs]


async def test_an_erased_company_is_not_found_any_more(tier: Tier2) -> None:
    await tier.only("katria")
    deal = await deal_of(tier, "katria", "Забутько", "+380661112233")
    await tier.pool.execute(
        "UPDATE deals SET contact = jsonb_build_object('lead_id', lead_id, 'company', 'erased') WHERE id = $1", deal
    )
    async with person(tier, "katria") as katria:
        assert "Nothing found" in await found(katria, "забутько")
        assert "Nothing found" in await found(katria, "0661112233")


async def test_the_pages_are_sound_html(tier: Tier2) -> None:
    await tier.only("lesia")
    await deal_of(tier, "lesia", "Ціла")
    async with person(tier, "lesia") as lesia:
        for path in ("/desk/deals", "/desk/search?q=zzz", "/desk/deals?state=won"):
            sound = Reader()
            sound.feed((await lesia.http.get(path)).text)
            assert (sound.wrong, sound.open) == ([], []), path
            assert sorted(sound.ids) == sorted(set(sound.ids)), path
