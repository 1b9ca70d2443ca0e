"""A supervisor of tier 1 brings a file in by the browser, and prepares a campaign for its leads."""

from __future__ import annotations

import re

from playwright.async_api import FilePayload, expect

from tests.browser.desks import Desks, somebody_new
from tests.browser.looks import flaws
from tests.fixtures.house import House

ROWS = "Назва,Хто,Куди дзвонити\nВантаж Плюс,Олена,0441239001\nВітер,Олег,0441239002\nЛіс,Юрій,0441239003\n"


async def test_a_file_is_chosen_its_columns_put_right_tried_and_imported(desks: Desks, house: House) -> None:
    assert house
    page = await desks.open(somebody_new("lead_gen", "supervisor"), "/lead-gen/desk/files")
    file = FilePayload(name="spring.csv", mimeType="text/csv", buffer=ROWS.encode())
    await page.get_by_label("File", exact=True).set_input_files(file)
    await page.get_by_role("button", name="Look at it").click()
    await expect(page.get_by_text("only likely: is it?")).to_be_visible()
    # What is refused stands at its column, and what was chosen stays.
    desks.watch.expect(422, "/try")
    await page.get_by_label("Хто").select_option("company")
    await page.get_by_role("button", name="Try it").click()
    await expect(page.locator("[data-refused]")).to_contain_text("is that already")
    await expect(page.get_by_label("Хто")).to_have_value("company")
    await page.get_by_label("Хто").select_option("contact_name")
    assert await flaws(page) == {}
    await page.get_by_role("button", name="Try it").click()
    await expect(page.get_by_text("This was a trial")).to_be_visible()
    await page.keyboard.press("i")
    await expect(page.get_by_role("heading", name=re.compile("imported"))).to_be_visible()
    await page.get_by_role("link", name=re.compile("^New leads")).click()
    await expect(page.get_by_role("rowheader", name="Вітер")).to_be_visible()
    assert await flaws(page) == {}


async def test_a_campaign_is_prepared_with_whom_it_would_call_beside_it(desks: Desks, house: House) -> None:
    await house.post("lead_gen", "/v1/leads", {"company": "Pair of eyes", "phones": ["+380441239011"]})
    page = await desks.open(somebody_new("lead_gen", "supervisor"), "/lead-gen/desk/campaigns")
    await page.keyboard.press("n")
    await expect(page.locator("#selection")).to_contain_text("could be called by it now")
    assert await flaws(page) == {}
    await page.get_by_label("Name").fill("Pairs")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("heading", name="Pairs")).to_be_visible()
    await expect(page.locator("#campaign-figures")).to_contain_text("called")
    await page.get_by_role("button", name="Start Pairs").click()
    await expect(page.get_by_role("button", name="Pause Pairs")).to_be_visible()
    await page.get_by_role("button", name="Pause Pairs").click()
    await expect(page.get_by_role("button", name="Start Pairs")).to_be_visible()
