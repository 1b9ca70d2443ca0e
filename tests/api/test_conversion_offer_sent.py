"""How an offer stands on its deal's page: made, on its way, with the customer, come back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, tier_2
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Tier

ANNA = "anna"


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_offer_sent", tier=Tier.CONVERSION)) as running:
        await running.manager(ANNA, capacity=1000)
        yield running


@pytest_asyncio.fixture(scope="module")
async def anna(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, ANNA) as browser:
        yield browser


async def offered(tier: Tier2) -> tuple[str, str, str]:
    """A deal of somebody with an address, its page, and its offer."""
    given = hand_over()
    contact = given.contact.model_copy(update={"email": "olena@viter.example"})
    deal = await tier.accepted(ANNA, given.model_copy(update={"contact": contact}))
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, ANNA)
    offer = await tier.post(f"/v1/deals/{deal['id']}/offers", {"lines": [LINE]}, ANNA)
    return deal["id"], f"/desk/deals/{deal['id']}", offer["id"]


async def test_an_offer_that_is_made_is_not_sent_yet(tier: Tier2, anna: Person) -> None:
    _, page, _ = await offered(tier)
    shown = await anna.look(page)
    assert "not sent yet" in shown
    assert "with the customer" not in shown
    assert "Send by mail" in shown


@pytest.mark.parametrize(
    ("state", "says", "sends"),
    [
        ("queued", "on its way", False),
        ("sent", "with the customer", False),
        ("failed", "did not arrive", True),
        ("bounced", "did not arrive", True),
        ("withdrawn", "not sent yet", True),
    ],
)
async def test_how_its_mail_went_says_where_the_offer_is(
    tier: Tier2, anna: Person, state: str, says: str, sends: bool
) -> None:
    deal_id, page, offer_id = await offered(tier)
    await anna.look(page)
    await anna.press(f"{page}/offers/{offer_id}/send")
    lead_id = (await tier.get(f"/v1/deals/{deal_id}", ANNA))["lead_id"]
    await tier.pool.execute("UPDATE mails SET state = $2 WHERE lead_id = $1", lead_id, state)
    shown = await anna.look(page)
    part = shown[shown.index('id="part-offers"') : shown.index('id="part-plan"')]
    assert says in part
    assert ("Send by mail" in part) is sends


async def test_an_offer_whose_mail_was_taken_back_goes_out_when_it_is_sent_again(tier: Tier2, anna: Person) -> None:
    deal_id, page, offer_id = await offered(tier)
    await anna.look(page)
    await anna.press(f"{page}/offers/{offer_id}/send")
    lead_id = (await tier.get(f"/v1/deals/{deal_id}", ANNA))["lead_id"]
    await tier.pool.execute("UPDATE mails SET state = 'withdrawn' WHERE lead_id = $1", lead_id)
    for _ in range(2):
        await anna.press(f"{page}/offers/{offer_id}/send")
    rows = await tier.pool.fetch("SELECT state FROM mails WHERE lead_id = $1 ORDER BY id", lead_id)
    assert [row["state"] for row in rows] == ["withdrawn", "queued"]
