"""Mails and playbooks on a deal's page, and acts that come twice."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import LINE, Tier2
from tests.fixtures.tier_2_deals import (
    ANNA,
    deal_of,
    deal_tier,
    qualified,
    refused,
    with_mail,
)
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with deal_tier(await fresh_database("conversion_deal_mails", tier=Tier.CONVERSION)) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def anna(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, ANNA) as browser:
        yield browser


async def test_a_mail_is_written_read_again_and_taken_back(tier: Tier2, anna: Person) -> None:
    template = {"name": "hello", "language": "uk", "subject": "Вітаю, {{contact_name}}", "body": "{{company}}: ціни."}
    await tier.post("/v1/templates", template)
    _, page = await with_mail(tier)
    asked = await anna.look(page, do="mail", template="hello")
    assert "Вітаю, Олена Коваль" in asked
    assert "olena@viter.example" in asked
    told = await refused(anna, f"{page}/mails", 422, subject="", body="the prices")
    assert "the prices" in told
    await anna.press(f"{page}/mails", subject="The price list", body="Dear Olena, here it is.", template="hello")
    [mail_id] = set(re.findall(r"/mails/([\w-]+)/withdraw", anna.page))
    assert "Dear Olena, here it is." in await anna.look(page, do="read", mail=mail_id)
    await anna.press(f"{page}/mails/{mail_id}/withdraw")
    assert "taken back" in anna.page
    told = await refused(anna, f"{page}/mails/{mail_id}/withdraw", 409)
    assert "This mail is withdrawn." in told


async def test_nobody_is_written_to_without_an_address(tier: Tier2, anna: Person) -> None:
    _, page = await deal_of(tier)
    assert "No mail address is known" in await anna.look(page, do="mail")
    told = await refused(anna, f"{page}/mails", 409, subject="Prices", body="Here they are")
    assert "This customer has no known e-mail address." in told or "No mail address is known" in told


async def test_a_playbook_is_steered_from_the_page(tier: Tier2, anna: Person) -> None:
    steps = [
        {"id": "ring", "kind": "call", "text": "Ask what they ship"},
        {"id": "wait", "kind": "wait", "after": "P1D"},
        {"id": "again", "kind": "call", "text": "Ask again"},
    ]
    await tier.post("/v1/playbooks", {"name": "warm-up", "body": {"main": steps}})
    deal_id, page = await deal_of(tier)
    assert "Warm-up" in await anna.look(page, do="start")
    await anna.press(f"{page}/playbook", name="warm-up")
    assert "Ask what they ship" in anna.page
    await anna.press(f"{page}/playbook/steps", kind="call", text="Send the map", days="2")
    await anna.press(f"{page}/playbook/1/done", number="1", response="none", note="rang twice")
    told = await refused(anna, f"{page}/playbook/1/skip", 409, number="1")
    assert "This is not the next step." in told
    await anna.press(f"{page}/playbook/2/move", number="2", at="2031-03-03T10:00")
    await anna.press(f"{page}/playbook/2/skip", number="2")
    await anna.press(f"{page}/playbook/stop")
    [run] = (await tier.get(f"/v1/deals/{deal_id}/playbooks", ANNA))["items"]
    assert [step["state"] for step in run["steps"]][:2] == ["done", "skipped"]
    assert run["state"] == "stopped"


async def test_a_form_that_comes_twice_is_one_act(tier: Tier2, anna: Person) -> None:
    deal_id, page = await deal_of(tier)
    await anna.look(page, do="note")
    key = re.findall(r'name="idempotency_key" value="([^"]+)"', anna.page)[0]
    for _ in range(2):
        await anna.press(f"{page}/note", text="only once", idempotency_key=key)
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert [entry["text"] for entry in deal["timeline"]].count("only once") == 1


async def test_every_change_of_an_offer_is_heard_by_open_pages(tier: Tier2) -> None:
    heard: list[str] = []
    listener = await asyncpg.connect(tier.dsn)
    await listener.add_listener("leadrelay_events", lambda *told: heard.append(str(told[-1])))
    deal_id, _ = await qualified(tier)
    offer = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE], "discount_percent": 40}, ANNA)
    await tier.post(f"/v1/offers/{offer['id']}/approve", {})
    await tier.post(f"/v1/deals/{deal_id}/lose", {"reason": "price"}, ANNA)
    await listener.execute("SELECT 1")  # whatever was published before has arrived with its answer
    await listener.close()
    told = [json.loads(text) for text in heard if deal_id in text]
    assert {"work.opened", "work.closed", "offer.changed", "deal.changed"} <= {one["kind"] for one in told}
    assert [one["state"] for one in told if one["kind"] == "offer.changed"] == ["awaiting_approval", "sent", "rejected"]
