"""Who a lead is, corrected by its manager: in REST, on the deal's page, in the register, and for whoever comes next."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.chassis.db import new_id
from services.chassis.mail import NewMail, queue_mail
from tests.api.test_reports_to_other_tiers import reports
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, request, tier_2, whose
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import ContactCard, Tier
from workflows.contracts.conversion import HandOver, HandOverReason

ANNA = "anna"
KNOWN = {"contact_name": "Olena Koval", "company": "Viter Trans", "email": "olena@viter.example", "language": "pl"}


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_contact", tier=Tier.CONVERSION)) as running:
        await running.manager(ANNA, capacity=1000)
        yield running


def a_stranger() -> HandOver:
    """An inbound call of a number that nobody knows."""
    card = ContactCard(lead_id=new_id(), company="Caller 0200", phones=["+380441110200"], timezone_known=False)
    return hand_over(card.lead_id, contact=card, reason=HandOverReason.INBOUND, story=[], needs=None)


async def patch(
    tier: Tier2, deal_id: str, body: dict[str, Any], *, tag: str | None = "*", by: str = ANNA
) -> httpx.Response:
    headers = whose(by) | ({"If-Match": tag} if tag else {})
    return await tier.http.patch(f"/v1/deals/{deal_id}/contact", json=body, headers=headers)


async def test_a_stranger_gets_a_name_a_company_an_address_and_a_language(tier: Tier2) -> None:
    deal = await tier.accepted(ANNA, a_stranger())
    read = await tier.http.get(f"/v1/deals/{deal['id']}/contact", headers=whose(ANNA))
    changed = await patch(tier, deal["id"], KNOWN, tag=read.headers["etag"])
    assert changed.status_code == 200, changed.text
    card = (await tier.get(f"/v1/deals/{deal['id']}", ANNA))["contact"]
    assert {name: card[name] for name in KNOWN} == KNOWN
    assert card["phones"] == ["+380441110200"]
    assert changed.headers["etag"] != read.headers["etag"]


async def test_a_correction_names_what_was_read(tier: Tier2) -> None:
    deal = await tier.accepted(ANNA, a_stranger())
    assert (await patch(tier, deal["id"], KNOWN, tag=None)).json()["code"] == "precondition_required"
    read = await tier.http.get(f"/v1/deals/{deal['id']}/contact", headers=whose(ANNA))
    assert (await patch(tier, deal["id"], {"city": "Lviv"}, tag=read.headers["etag"])).status_code == 200
    late = await patch(tier, deal["id"], {"city": "Odesa"}, tag=read.headers["etag"])
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"company": ""}, "company"),
        ({"company": None}, "company"),
        ({"language": "klingon?"}, "language"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"phone": "12"}, "phone"),
        ({}, ""),
        ({"tax_id": "14360570"}, "tax_id"),
    ],
)
async def test_a_wrong_field_is_named(tier: Tier2, body: dict[str, Any], field: str) -> None:
    deal = await tier.accepted(ANNA, a_stranger())
    refused = await patch(tier, deal["id"], body)
    assert refused.status_code == 422, refused.text
    assert field in refused.text


async def test_only_the_owner_and_supervisors_correct_and_nobody_a_customers_card(tier: Tier2) -> None:
    await tier.manager("borys", capacity=1)
    deal = await tier.accepted(ANNA, a_stranger())
    assert (await patch(tier, deal["id"], KNOWN, by="borys")).json()["code"] == "not_owner"
    assert (await patch(tier, deal["id"], {"city": "Lviv"}, by="")).status_code == 200
    await tier.won(deal["id"], ANNA)
    assert (await patch(tier, deal["id"], KNOWN)).json()["code"] == "wrong_state"


async def test_the_history_says_who_corrected_what_without_numbers_and_addresses(tier: Tier2) -> None:
    deal = await tier.accepted(ANNA, a_stranger())
    await patch(tier, deal["id"], {**KNOWN, "phone": "050 123 45 67"})
    entries = (await tier.get(f"/v1/deals/{deal['id']}", "borys"))["timeline"]
    [entry] = [one for one in entries if one["kind"] == "contact"]
    assert (entry["by"], entry["text"]) == (ANNA, "company, name, numbers, e-mail, language")
    assert entry["data"]["was"] == {"company": "Caller 0200", "contact_name": None}
    assert "olena@" not in str(entry)
    assert "+380501234567" not in str(entry)


async def test_what_waits_for_a_wrong_address_goes_to_the_right_one_and_to_none_if_it_is_taken_out(tier: Tier2) -> None:
    deal = await tier.accepted(ANNA, a_stranger())
    assert (await patch(tier, deal["id"], KNOWN)).status_code == 200
    async with tier.pool.acquire() as conn:
        for number, to in enumerate(["Olena@viter.example", "anna@house.example"]):
            new = NewMail(key=f"{deal['id']}:{number}", purpose="letter", to=to, subject="x", text="x",
                          lead_id=deal["lead_id"])  # fmt: skip
            await queue_mail(conn, new)

    async def waiting() -> list[tuple[str, str]]:
        rows = await tier.pool.fetch(
            "SELECT recipient, state FROM mails WHERE lead_id = $1 ORDER BY id", deal["lead_id"]
        )
        return [(row["recipient"], row["state"]) for row in rows]

    assert (await patch(tier, deal["id"], {"email": "o.koval@viter.example"})).status_code == 200
    assert await waiting() == [("o.koval@viter.example", "queued"), ("anna@house.example", "queued")]
    assert (await patch(tier, deal["id"], {"email": None})).status_code == 200
    assert await waiting() == [("o.koval@viter.example", "withdrawn"), ("anna@house.example", "queued")]


async def test_nothing_new_changes_nothing(tier: Tier2) -> None:
    deal = await tier.accepted(ANNA, a_stranger())
    await patch(tier, deal["id"], KNOWN)
    before = len(await reports(tier.pool, "lead_gen.correct_contact"))
    assert (await patch(tier, deal["id"], KNOWN)).status_code == 200
    assert len(await reports(tier.pool, "lead_gen.correct_contact")) == before


async def test_the_register_hears_of_a_correction_with_the_record_of_it(tier: Tier2) -> None:
    deal = await tier.accepted(ANNA, a_stranger())
    await patch(tier, deal["id"], {"contact_name": "Olena Koval", "phone": "+380501234567"})
    told = (await reports(tier.pool, "lead_gen.correct_contact"))[-1]
    assert (told["lead_id"], told["by"], told["fields"]) == (deal["lead_id"], ANNA, ["contact_name", "phones"])
    assert told["contact"]["contact_name"] == "Olena Koval"
    assert told["contact"]["phones"] == ["+380501234567", "+380441110200"]


async def test_who_it_is_outlives_a_deal_that_is_given_back_and_offered_anew(tier: Tier2) -> None:
    """The workflow offers it with the card it began with."""
    given = a_stranger()
    deal = await tier.accepted(ANNA, given)
    await patch(tier, deal["id"], {**KNOWN, "timezone": "Europe/Warsaw"})
    await tier.post(f"/v1/deals/{deal['id']}/return", {"reason": "speaks Polish"}, ANNA)
    await tier.activities.offer_deal(request(given, 2))
    card = (await tier.get(f"/v1/deals/{deal['id']}"))["contact"]
    assert (card["company"], card["timezone"], card["timezone_known"]) == ("Viter Trans", "Europe/Warsaw", True)


async def test_a_hand_over_that_knows_better_counts(tier: Tier2) -> None:
    given = a_stranger()
    deal = await tier.accepted(ANNA, given)
    await patch(tier, deal["id"], {"company": "Viter", "city": "Lviv"})
    newer = given.contact.model_copy(update={"company": "Viter Trans LLC"})
    await tier.activities.offer_deal(request(given.model_copy(update={"contact": newer}), 2))
    card = (await tier.get(f"/v1/deals/{deal['id']}"))["contact"]
    assert (card["company"], card["city"]) == ("Viter Trans LLC", "Lviv")


async def test_the_customer_is_who_the_manager_wrote_down(tier: Tier2) -> None:
    for corrected in (True, False):
        deal = await tier.accepted(ANNA, a_stranger())
        if corrected:
            await patch(tier, deal["id"], KNOWN)
        await tier.won(deal["id"], ANNA)
        [won] = [payload for signal, payload in await tier.signals(deal["lead_id"]) if signal == "won"]
        assert (won["order"]["contact"] or {}).get("company") == ("Viter Trans" if corrected else None)


@pytest_asyncio.fixture
async def anna(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, ANNA) as browser:
        yield browser


async def test_the_page_asks_who_a_stranger_is_and_writes_it_down_in_place(tier: Tier2, anna: Person) -> None:
    deal = await tier.accepted(ANNA, a_stranger())
    page = f"/desk/deals/{deal['id']}"
    assert "Who is it?" in await anna.look(page)
    asked = await anna.look(page, do="contact")
    assert 'value="Caller 0200"' in asked
    await anna.press(f"{page}/contact", contact_name="Olena Koval", company="Viter Trans", language="pl", email="")
    assert "<h1>Viter Trans</h1>" in anna.page
    assert "Company, name, language." in anna.page
    wrong = await anna.press(f"{page}/contact", status=422, contact_name="Petro", company="Viter", email="petro@")
    told = html.unescape(wrong.text)
    assert "Is not an e-mail address." in told
    assert 'value="Petro"' in told


async def test_a_colleagues_correction_is_shown_before_ones_own_counts(tier: Tier2, anna: Person) -> None:
    deal = await tier.accepted(ANNA, a_stranger())
    page = f"/desk/deals/{deal['id']}"
    await anna.look(page, do="contact")
    seen = (await tier.get(f"/v1/deals/{deal['id']}", ANNA))["timeline"][-1]["id"]
    await patch(tier, deal["id"], {"company": "Viter LLC"}, by="")
    told = await anna.press(f"{page}/contact", status=409, company="Viter", seen=seen)
    assert "This deal has changed since you opened the form" in html.unescape(told.text)
