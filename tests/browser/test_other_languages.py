"""The desks in Ukrainian, chosen in one's own menu: no English is left, and words four tenths longer have room."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.desks import DESKTOP, PHONE, Desks, Person, somebody_new
from tests.browser.looks import outside
from tests.browser.relay import Relay, make_relay
from tests.fixtures.house import House

# What people have called things in this house, and names that are the same in every language.
WRITTEN = set(
    re.findall(
        r"\w+",
        "leadrelay relay browser sofia truck week the owner from next month full domestic call pdf xml esc enter ctrl "
        "shift lr ftl fca dap factur ubl company example test first name tov llc main street utc uah eur usd temporal",
    )
)
_WORD = re.compile(r"(?<![\w@./-])[A-Za-z]{2,}(?![\w@./])")
# A place in a text that is filled in later, and what the tests call people: the same everywhere.
_OWN = re.compile(r"\{[^}]*\}|\b[a-z_-]+-[0-9a-f]{8}\b")
_SHOWN = """
() => {
  const said = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const box = text.parentElement;
    const unread = box.closest("script, style, noscript, kbd, textarea, option, .lr-av, [lang=en]");
    const own = unread ? "" : text.textContent.trim();
    if (own) said.push(own);
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
    said.push(...["aria-label", "placeholder", "title"].map((name) => one.getAttribute(name)).filter(Boolean));
  }
  return said;
}
"""
# Words as long as they get in other languages: each text by four tenths, in words of the same length.
_LENGTHEN = r"""
() => {
  const texts = document.createTreeWalker(document.querySelector("body"), NodeFilter.SHOW_TEXT);
  const all = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) all.push(text);
  for (const text of all) {
    if (text.parentElement.closest("script, style, kbd, textarea, svg")) continue;
    const longer = (word) => word + word.slice(0, Math.ceil(word.length * .4));
    text.textContent = text.textContent.replace(/\p{L}{3,}/gu, longer);
  }
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def relay(house: House) -> AsyncIterator[Relay]:
    yield await make_relay(house, "languages")


async def english(page: Page, written: set[str]) -> list[str]:
    """What the page says in Latin letters that nobody has written."""
    said: list[str] = await page.evaluate(_SHOWN)
    return [text for text in said if {word.lower() for word in _WORD.findall(_OWN.sub("", text))} - written]


async def written_in(house: House) -> set[str]:
    """The words of names that somebody has given: a page may show anybody's."""
    names = []
    for tier, path in (
        ("lead_gen", "callers"),
        ("lead_gen", "campaigns"),
        ("lead_gen", "leads"),
        ("conversion", "managers"),
        ("account_mgmt", "account-managers"),
    ):
        for one in (await house.get(tier, f"/v1/{path}?limit=200"))["items"]:
            names += [one.get("name") or one.get("company") or "", one["id"]]
    # A manager is offered leads of other tests too, in the words of those who found them.
    for one in (await house.get("conversion", "/v1/hand-overs?limit=200"))["items"]:
        names += [one.get("needs") or "", one.get("question") or "", one["contact"].get("city") or ""]
    return {word.lower() for word in re.findall("[A-Za-z]+", " ".join(names))}


async def lead_of(house: House, relay: Relay) -> str:
    """The lead of the deal, whose story goes through two tiers."""
    deal = await house.get("conversion", f"/v1/deals/{relay.deal_id}")
    return str(deal["lead_id"])


async def too_long(page: Page) -> list[str]:
    """What makes the page scroll sideways, on a desk and on a phone."""
    found = []
    for width, height in (DESKTOP, PHONE):
        await page.set_viewport_size({"width": width, "height": height})
        found += [f"at {width}: {one}" for one in await outside(page)]
    return found


async def look(desks: Desks, house: House, person: Person, paths: list[str]) -> dict[str, list[str]]:
    """Look at these pages with longer words, and in Ukrainian; what is wrong with which."""
    page = await desks.open(person, paths[0])
    name = await page.locator(".lr-me .lr-vh").inner_text()
    written = (
        WRITTEN
        | await written_in(house)
        | {word.lower() for word in re.findall("[A-Za-z]+", f"{name} {person.id} languages")}
    )
    wrong: dict[str, list[str]] = {}
    for path in paths:
        await page.goto(path)
        await page.evaluate(_LENGTHEN)
        wrong[path] = await too_long(page)
    await page.goto(paths[0])
    await page.get_by_role("button", name=re.compile("^You: ")).click()
    await page.get_by_role("button", name="Українська").click()
    await expect(page.locator("html")).to_have_attribute("lang", "uk")
    for path in paths:
        await page.goto(path)
        wrong[path] += [*await english(page, written), *await too_long(page)]
    return {path: found for path, found in wrong.items() if found}


async def test_callers_and_their_supervisor_work_in_ukrainian(desks: Desks, relay: Relay, house: House) -> None:
    found = await look(desks, house, relay.caller, ["/lead-gen/desk/", "/lead-gen/desk/who-calls"])
    assert found == {}, found
    found = await look(desks, house, somebody_new("lead_gen", "supervisor"), ["/lead-gen/desk/floor"])
    assert found == {}, found


async def test_managers_work_in_ukrainian(desks: Desks, relay: Relay, house: House) -> None:
    paths = ["", "deals", "calendar", "commission", f"deals/{relay.deal_id}"]
    found = await look(desks, house, relay.manager, [f"/conversion/desk/{path}" for path in paths])
    assert found == {}, found


async def test_account_managers_work_in_ukrainian(desks: Desks, relay: Relay, house: House) -> None:
    customer = f"customers/{relay.customer_id}"
    paths = [
        "",
        "customers",
        "invoices",
        "calendar",
        f"{customer}/story",
        f"{customer}/edit",
        f"{customer}/contracts/new",
    ]
    found = await look(desks, house, relay.account_manager, [f"/accounts/desk/{path}" for path in paths])
    assert found == {}, found


async def test_operators_read_a_leads_story_in_ukrainian(desks: Desks, relay: Relay, house: House) -> None:
    paths = [f"/ops/desk/leads/{relay.customer_id}", f"/ops/desk/leads/{await lead_of(house, relay)}"]
    found = await look(desks, house, somebody_new("ops", "ops"), paths)
    assert found == {}, found
