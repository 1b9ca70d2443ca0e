"""Pairs of leads that may be one company, decided by keyboard."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import expect

from tests.browser.desks import Desks, somebody_new
from tests.browser.looks import flaws
from tests.fixtures.house import House, until


async def test_after_a_merge_by_keyboard_one_goes_on_with_the_next_pair(desks: Desks, house: House) -> None:
    for number, company in enumerate(("Quartz Hauliers", "Quartz Haulier", "Zephyr Bakeries", "Zephyr Bakery")):
        lead = {"company": company, "city": "Dubno", "phones": [f"+38044123917{number}"]}
        await house.post("lead_gen", "/v1/leads", lead)

    async def both_are_offered() -> Any:
        return "Quartz" in (found := str(await house.get("lead_gen", "/v1/duplicates"))) and "Zephyr" in found

    await until(both_are_offered)
    page = await desks.open(somebody_new("lead_gen", "supervisor"), "/lead-gen/desk/duplicates")
    for name in ("Quartz", "Zephyr"):
        pair = page.locator("section[id^=pair-]").filter(has=page.get_by_role("heading", name=name))
        await pair.locator("summary", has_text="Keep this one").first.focus()
        await page.keyboard.press("Enter")
        await expect(pair.get_by_role("button", name="Merge them").first).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(pair).to_have_count(0)
        await expect(page.locator("#line")).to_contain_text(re.compile(f"“{name}.* is part of “{name}"))
        await expect(page.locator("[data-focus]")).to_be_focused()
    assert await flaws(page) == {}
