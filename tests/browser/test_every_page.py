"""Every page that a desk leads to: it opens, nothing on it breaks, and all can use it, light, dark, on a phone."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser.desks import Desks, Person, somebody_new
from tests.browser.looks import flaws
from tests.browser.relay import LONG_NAME, Relay, make_relay
from tests.fixtures.house import House
from tests.fixtures.scripts import script

MOST_PAGES = 40
# What differs between pages of one kind: an id, a number, the part of a form that is made like all others.
_WHOSE = re.compile(
    r"(?<=/)([^/]*[0-9A-Z][^/]*|(?<=/policy/)[\w-]+|(?<=/policies/)[\w-]+|(?<=/mails/)[\w-]+/\w\w)(?=/|$)"
)
_LINKS = "() => [...document.querySelectorAll('nav a[href], main a[href]')].map((link) => link.href)"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def relay(house: House) -> AsyncIterator[Relay]:
    """Companies and people whose names are as long as names get: every page has to find room for them."""
    relay = await make_relay(house, LONG_NAME, named=LONG_NAME)
    await write_down(house, relay)
    yield relay


async def write_down(house: House, relay: Relay) -> None:
    """What only supervisors make: without it, their lists would be looked at empty."""
    title, tags = LONG_NAME, [LONG_NAME[:30]]
    await house.post("lead_gen", "/v1/scripts", script(LONG_NAME))
    await house.post("lead_gen", "/v1/instructions", {"title": title, "text": title * 5, "tags": tags})
    begin = datetime.now(UTC) + timedelta(days=60)
    away = {"starts_at": begin.isoformat(), "ends_at": (begin + timedelta(days=7)).isoformat(), "reason": LONG_NAME}
    await house.post("conversion", f"/v1/managers/{relay.manager.id}/absences", away)
    await house.post("account_mgmt", f"/v1/customers/{relay.customer_id}/complaints", {"text": LONG_NAME})
    heads = "date;amount;currency;payer name;purpose;reference"
    rows = f"{heads}\n{begin:%Y-%m-%d};5.00;UAH;{title};{title};{title}\n"
    answer = await (await house.at("account_mgmt")).post(
        "/v1/bank-statements", files={"file": (f"{LONG_NAME}.csv", rows.encode())}
    )
    assert answer.status_code == 201, answer.text


def kind(address: str) -> str:
    """The page of an address, whosever it is: `/conversion/desk/deals/ID`."""
    return _WHOSE.sub("ID", urlsplit(address).path)


async def walk(page: Page, origin: str) -> dict[str, dict[str, list[str]]]:
    """Go to every page of this tier that links lead to, once each; what is wrong with which."""
    tier = page.url.removeprefix(origin).split("/")[1]
    todo, seen, wrong = [page.url], {kind(page.url)}, {}
    while todo:
        here = todo.pop(0)
        await page.goto(here)
        if found := await flaws(page, ["desktop", "phone"]):
            wrong[kind(here)] = found
        for link in await page.evaluate(_LINKS):
            is_page = link.startswith(f"{origin}/{tier}/desk") and not re.search(r"(\.\w+|/pdf|/xml)$", kind(link))
            if is_page and kind(link) not in seen and len(seen) < MOST_PAGES:
                seen.add(kind(link))
                todo.append(link)
    return wrong


async def all_is_well(desks: Desks, person: Person) -> None:
    """Nothing is wrong with any page that this person can get to; else the failure tells all of it."""
    page = await desks.open(person)
    wrong = await walk(page, desks.origin)
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


async def test_every_page_of_the_call_desk_can_be_used_by_everybody(desks: Desks, relay: Relay) -> None:
    await all_is_well(desks, relay.caller)


async def test_every_page_of_the_deal_desk_can_be_used_by_everybody(desks: Desks, relay: Relay) -> None:
    await all_is_well(desks, relay.manager)


async def test_every_page_of_the_account_desk_can_be_used_by_everybody(desks: Desks, relay: Relay) -> None:
    await all_is_well(desks, relay.account_manager)


@pytest.mark.parametrize("tier", ["lead_gen", "conversion", "account_mgmt"])
async def test_every_page_of_a_supervisor_can_be_used_by_everybody(desks: Desks, relay: Relay, tier: str) -> None:
    assert relay.caller  # there is somebody and something to see
    await all_is_well(desks, somebody_new(tier, "supervisor"))


async def test_every_page_of_an_operator_can_be_used_by_everybody(desks: Desks, relay: Relay) -> None:
    assert relay.caller
    await all_is_well(desks, somebody_new("ops", "ops"))
