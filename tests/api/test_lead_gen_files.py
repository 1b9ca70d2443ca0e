"""Files on their pages: chosen, their columns corrected, tried, imported, called off; and what became of each row."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from services.lead_gen.actions.files import forget_files
from services.lead_gen.actions.imports import run_imports
from tests.fixtures.call_desk import Browser, browser
from tests.fixtures.one_origin import BROWSER
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

ROWS = """Назва,Хто,Куди дзвонити,Місто
Вантаж Плюс,Олена,0441230001,Київ
Рибпром,Іван,123,Львів
Вітер,Олег,0441230003,Львів
Ліс,Юрій,0441230004,Рівне"""
_TAGS = re.compile(r"<[^>]*>")


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_files", tier=Tier.LEAD_GEN)) as tier:
        yield tier


@pytest_asyncio.fixture
async def boss(house: Tier1) -> AsyncIterator[Browser]:
    async with browser(house, "boss", "supervisor") as window:
        yield window


def words(page: str) -> str:
    return " ".join(_TAGS.sub(" ", html.unescape(page)).split())


def taken_for(page: str) -> dict[str, str]:
    """Column -> the field that it is read as."""
    shown = re.findall(r'<label for="column-\d+"[^>]*>([^<]*)</label>.*?<select[^>]*>(.*?)</select>', page, re.DOTALL)
    return {name: "".join(re.findall(r'value="([^"]*)" selected', options)) for name, options in shown}


async def chooses(boss: Browser, content: str, name: str = "leads.csv", **fields: str) -> httpx.Response:
    """Send a file as the form does; the page after it is in `page`."""
    page = await boss.look("files")
    boss.held = dict(re.findall(r'name="(csrf)" value="([^"]*)"', page))
    data = {**boss.held, "default_region": "UA", **fields}
    answer = await boss.http.post("/desk/files", data=data, files={"file": (name, content.encode())}, headers=BROWSER)
    if answer.status_code == 303:
        await boss.look(place(answer))
    return answer


def place(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).removeprefix("/lead-gen/desk/").partition("?")[0]


async def says_who_takes_its_leads_up(house: Tier1, boss: Browser, imported: str) -> None:
    assert "No campaign runs, so nobody is called yet" in words(await boss.look(f"{imported}?whole=1"))
    campaign_id = await house.campaign()
    await house.lead("+380441230099", "Of no file")
    part = words((await boss.http.get(f"/desk/{imported}/campaigns")).text)
    assert "3 leads of this file fit and are taken up when the campaign looks next, at " in part
    await boss.press(f"{imported}/campaigns/{campaign_id}/look")
    assert "looks for leads now" in words(boss.page)
    assert await house.signals(f"campaign:{campaign_id}") == ["changed"]
    await house.pool.execute("UPDATE leads SET stage = 'calling', campaign_id = $1 WHERE company = 'Ліс'", campaign_id)
    part = words((await boss.http.get(f"/desk/{imported}/campaigns")).text)
    assert "2 leads of this file fit" in part
    assert "1 lead is in cold calling already" in part


async def test_a_file_is_looked_at_tried_and_imported_and_every_row_says_what_became_of_it(
    house: Tier1, boss: Browser
) -> None:
    draft = place(await chooses(boss, ROWS))
    # The number has no name that anybody knows; its cells say what it is, and so it asks.
    assert taken_for(boss.page)["Куди дзвонити"] == "phone"
    assert "only likely" in words(boss.page)
    assert "Вантаж Плюс" in boss.page
    columns = {"column-0": "company", "column-1": "contact_name", "column-2": "phone", "column-3": "city"}
    tried = place(await boss.press(f"{draft}/try", **columns))
    await run_imports(house.pool)
    page = words(await boss.look(tried))
    assert "New leads 3" in page
    assert "nothing was changed" in page
    assert await house.pool.fetchval("SELECT count(*) FROM leads") == 0
    imported = place(await boss.press(f"{draft}/import"))
    await run_imports(house.pool)
    assert "Вантаж Плюс" in words(await boss.look(f"{imported}?verdict=accepted"))
    rejected = words(await boss.look(f"{imported}?verdict=rejected"))
    assert "Рибпром" in rejected
    assert "Вітер" not in rejected
    assert await house.pool.fetchval("SELECT contact_name FROM leads WHERE company = 'Вітер'") == "Олег"
    await says_who_takes_its_leads_up(house, boss, imported)
    csv = (await boss.http.get(f"/desk/{imported}/rejects.csv")).text
    assert csv.startswith("Назва,Хто,Куди дзвонити,Місто,reason")
    assert "Рибпром" in csv
    assert (await boss.http.get(f"/desk/{draft}")).status_code == 404


async def test_columns_that_make_no_lead_are_refused_beside_them_and_what_was_chosen_stays(
    house: Tier1, boss: Browser
) -> None:
    draft = place(await chooses(boss, ROWS))
    twice = {"column-0": "company", "column-1": "company", "column-2": "phone", "column-3": ""}
    refused = await boss.press(f"{draft}/try", **twice)
    assert refused.status_code == 422
    assert "“Назва” is that already" in words(refused.text)
    assert taken_for(html.unescape(refused.text))["Хто"] == "company"
    nobody = await boss.press(
        f"{draft}/import", **{"column-0": "city", "column-1": "", "column-2": "phone", "column-3": ""}
    )
    assert "Say which column names the company" in words(nobody.text)
    assert await house.pool.fetchval("SELECT count(*) FROM imports") == 0
    wrong = await chooses(boss, "")
    assert (wrong.status_code, "The file is empty" in words(wrong.text)) == (422, True)
    assert "Choose the country" in words((await chooses(boss, ROWS, default_region="??")).text)


async def test_letters_that_came_out_wrong_are_read_again_in_another_encoding(boss: Browser) -> None:
    page = await boss.look("files")
    boss.held = dict(re.findall(r'name="(csrf)" value="([^"]*)"', page))
    file = {"file": ("old.csv", ROWS.encode("koi8-u"))}
    data = {**boss.held, "default_region": "UA"}
    draft = place(await boss.http.post("/desk/files", data=data, files=file, headers=BROWSER))
    assert "Вантаж Плюс" not in await boss.look(draft)
    await boss.press(f"{draft}/read", default_region="UA", encoding="koi8-u")
    assert "Вантаж Плюс" in boss.page
    assert taken_for(boss.page)["Місто"] == "city"


async def test_a_file_is_called_off_dropped_or_forgotten_after_a_day(house: Tier1, boss: Browser) -> None:
    draft = place(await chooses(boss, ROWS))
    imported = place(await boss.press(f"{draft}/import"))
    await boss.press(f"{imported}/cancel")
    await run_imports(house.pool)
    assert "called off" in words(await boss.look(imported))
    assert await house.pool.fetchval("SELECT count(*) FROM leads") == 0
    dropped = place(await chooses(boss, ROWS, name="second.csv"))
    assert "second.csv" in words(await boss.look("files"))
    await boss.press(f"{dropped}/drop")
    old = place(await chooses(boss, ROWS))
    await house.pool.execute("UPDATE file_drafts SET created_at = created_at - interval '25 hours'")
    await forget_files(house.pool)
    assert (await boss.http.get(f"/desk/{old}")).status_code == 404
    assert await house.pool.fetchval("SELECT count(*) FROM file_draft_parts") == 0


async def test_ops_read_what_became_of_files_and_see_no_contact_data(house: Tier1, boss: Browser) -> None:
    draft = place(await chooses(boss, ROWS))
    imported = place(await boss.press(f"{draft}/import"))
    await run_imports(house.pool)
    async with browser(house, "operator", "ops", tier="ops") as window:
        assert "leads.csv" in await window.look("files")
        page = await window.look(f"{imported}?verdict=rejected")
        assert "Рибпром" not in page
        assert "Rejected rows as a file" not in page
        assert (await window.http.get(f"/desk/{imported}/rejects.csv")).status_code == 403
        assert (await window.http.get(f"/desk/{draft}")).status_code == 403
