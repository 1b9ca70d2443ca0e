"""The telephone of the call desk, with the switchboard of the embedded stack: one key, and the page tells the rest."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from leadrelay.switchboard import plan
from tests.browser.desks import Desks, somebody_new
from tests.browser.looks import flaws
from tests.fixtures.house import House, import_leads, until


def number_that_is(fate: str, above: int) -> int:
    """A subscriber number of Kyiv whose calls end like this."""
    return next(n for n in range(above, above + 200) if plan(f"+38044{n:07d}").fate == fate)


async def test_one_key_rings_talks_and_hangs_up_and_the_page_tells_by_itself(house: House, desks: Desks) -> None:
    caller = somebody_new("lead_gen", "caller")
    campaign = await import_leads(house, "Telephones", 1, number_that_is("answered", 8_150_000))
    new = {"id": caller.id, "name": "Olena", "languages": ["uk"], "campaigns": [campaign], "extension": "204"}
    await house.post("lead_gen", "/v1/callers", new)
    hers = await house.at("lead_gen", "caller", caller.id)

    async def lead() -> Any:
        return (await hers.post("/v1/calls/next")).status_code == 200

    await until(lead)
    page = await desks.open(caller, "/lead-gen/desk/")
    telephone = page.locator("#dial")
    await expect(telephone).to_contain_text("Call +38044")
    await page.keyboard.press("c")
    await expect(telephone).to_contain_text("Hang up")
    await expect(telephone).to_contain_text("talking")
    await expect(telephone.get_by_role("timer")).to_contain_text("00:0")
    assert await flaws(page) == {}
    # Nobody leaves a call by a slip of the finger.
    await page.get_by_role("button", name="Give back").click()
    await expect(page.locator("#line")).to_contain_text("You are on the phone")
    await expect(telephone).to_contain_text("talking")
    await page.keyboard.press("c")
    await expect(telephone).to_contain_text("Talked 00:")
    await expect(telephone).to_contain_text("Call +38044")


async def test_somebody_who_calls_shows_above_whatever_page_is_open(house: House, desks: Desks) -> None:
    caller = somebody_new("lead_gen", "caller")
    number = f"+38044{number_that_is('busy', 8_200_000):07d}"
    await house.post("lead_gen", "/v1/leads", {"company": "Vantazh Plus", "phones": [number]})
    page = await desks.open(caller, "/lead-gen/desk/who-calls")
    await house.post("lead_gen", "/v1/inbound-calls", {"from": number, "call_id": caller.id}, role="switchboard")
    calls = page.get_by_role("region", name="Calls coming in")
    await expect(calls).to_contain_text("Vantazh Plus is calling. Put through to conversion")
    await page.get_by_label("Their number").fill(number)
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text("Put through to")
