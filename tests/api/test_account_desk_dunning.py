"""Reminders on the pages: what comes next, what was decided and why, and the acts of those who may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from services.account_mgmt.actions.debts import ask_supervisors
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.invoices_3 import TODAY, overdue, pay, remind
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier


@dataclass
class House:
    tier: Tier3
    oleh: Desk3
    boss: Desk3


@pytest_asyncio.fixture(scope="module")
async def house(fresh_database: FreshDatabase) -> AsyncIterator[House]:
    dsn = await fresh_database("account_desk_dunning", tier=Tier.ACCOUNT_MGMT)
    async with tier_3(dsn) as tier, desk_3(dsn) as oleh, desk_3(dsn, "boss", "supervisor", name="Andrii") as boss:
        yield House(tier, oleh, boss)


async def reminded(house: House, times: int) -> tuple[str, str]:
    customer_id, opened = await house.tier.customer(email="o@viter.example")
    await overdue(house.tier, opened.invoice_id, 40)
    for level in range(1, times + 1):
        await remind(house.tier, customer_id, opened.invoice_id, level)
    return customer_id, opened.invoice_id


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=2)).strftime(TODAY)


async def test_after_the_money_the_page_and_the_card_say_that_reminders_have_stopped(house: House) -> None:
    customer_id, invoice_id = await reminded(house, 2)
    await pay(house.oleh, invoice_id)
    page = await house.oleh.page(f"invoices/{invoice_id}")
    assert "Reminders have stopped" in page
    assert "to o@viter.example: withdrawn · the invoice is paid" in page
    assert 'id="reminders"' not in page
    assert "reminders have stopped" in await house.oleh.page(f"customers/{customer_id}/money")
    story = await house.oleh.page(f"customers/{customer_id}/story")
    assert "the invoice is paid" in story


async def test_an_account_manager_lets_reminders_rest_and_go_on(house: House) -> None:
    customer_id, invoice_id = await reminded(house, 1)
    path = f"invoices/{invoice_id}"
    refused = await house.oleh.act(f"{path}/dunning", decision="pause", until=tomorrow(), reason=" ")
    assert refused.status_code == 422
    answer = await house.oleh.act(f"{path}/dunning", decision="pause", until=tomorrow(), reason="pays on the 5th")
    assert "Reminders rest until" in answer.text
    assert "pays on the 5th" in answer.text
    assert "reminders rest until" in await house.oleh.page(f"customers/{customer_id}/money")
    assert (await house.tier.get(f"/v1/customers/{customer_id}/card"))["concern"] is None, "they have promised"
    answer = await house.oleh.act(f"{path}/dunning", decision="resume")
    assert "Reminder 2, by mail and a call" in answer.text
    assert "Hand to collection" not in answer.text


async def test_a_supervisor_is_asked_and_hands_the_invoice_to_collection(house: House) -> None:
    customer_id, invoice_id = await reminded(house, 3)
    await house.tier.pool.execute("UPDATE invoices SET dunning_at = now() WHERE id = $1", invoice_id)
    await ask_supervisors(house.tier.pool)
    number = (await house.tier.get(f"/v1/invoices/{invoice_id}"))["number"]
    assert f"decide: {number}, all reminders sent" in await house.boss.page("")
    assert f"decide: {number}" not in await house.oleh.page("")
    assert f"/desk/invoices/{invoice_id}" in await house.boss.page(f"customers/{customer_id}")
    refused = await house.oleh.act(f"invoices/{invoice_id}/dunning", decision="collect", reason="no answer")
    assert refused.status_code == 403
    answer = await house.boss.act(f"invoices/{invoice_id}/dunning", decision="collect", reason="no answer")
    assert "In collection" in answer.text
    assert "Take it back" in answer.text
    assert "no answer · Andrii" in await house.oleh.page(f"invoices/{invoice_id}")
    assert "in collection" in await house.oleh.page(f"customers/{customer_id}/money")
    assert await house.tier.work(customer_id, "debt") == []
    answer = await house.boss.act(f"invoices/{invoice_id}/dunning", decision="resume")
    assert "No more reminders go out" in answer.text


async def test_a_letter_waits_on_the_card_until_it_is_in_the_post(house: House) -> None:
    await house.tier.policy(dunning_by=["post"])
    customer_id, invoice_id = await reminded(house, 1)
    letter = f"/accounts/desk/invoices/{invoice_id}/letters/1"
    card = await house.oleh.page(f"customers/{customer_id}")
    assert letter in card
    assert "It is in the post" in card
    printed = await house.oleh.http.get(letter.removeprefix("/accounts"))
    assert printed.content.startswith(b"%PDF")
    assert "To be printed and sent" in await house.oleh.page(f"invoices/{invoice_id}")
    [item] = await house.tier.work(customer_id, "dunning")
    await house.oleh.act(f"work/{item['id']}/done")
    assert "In the post since" in await house.oleh.page(f"invoices/{invoice_id}")
    await house.tier.policy(dunning_by=["mail", "both", "call"])
