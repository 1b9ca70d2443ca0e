"""Offers: exact sums, discount limits and approval, versions and numbers, the document."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from services.conversion.actions.offer_expiry import expire_offers
from services.conversion.documents.offer_pdf import offer_data
from services.conversion.domain.policy import STANDARD
from services.conversion.repository import deals, offers
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, in_days, tier_2, whose
from tests.fixtures.tier_2_pages import person as tier_2_person
from workflows.contracts.base import Tier

ANNA, BORYS = "anna", "borys"


@pytest_asyncio.fixture(scope="module")
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_offers", tier=Tier.CONVERSION)) as tier:
        await tier.manager(ANNA, capacity=1000)
        await tier.manager(BORYS, capacity=1000)
        yield tier


async def qualified(conversion: Tier2, **changes: Any) -> str:
    """Path of a deal to which offers may be made."""
    deal = await conversion.accepted(ANNA, hand_over(**changes))
    await conversion.post(f"/v1/deals/{deal['id']}/qualify", FACTS, ANNA)
    return f"/v1/deals/{deal['id']}"


async def make(conversion: Tier2, path: str, person: str = ANNA, **body: Any) -> dict[str, Any]:
    return await conversion.post(f"{path}/offers", {"lines": [LINE], **body}, person, status=201)


async def refusal(conversion: Tier2, path: str, body: Any, headers: dict[str, str]) -> tuple[int, str]:
    answer = await conversion.http.post(path, json=body, headers=headers)
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("person", "discount", "state"),
    [
        (ANNA, "10", "sent"),
        (ANNA, "10.01", "awaiting_approval"),
        ("", "30", "sent"),
        ("", "30.01", "awaiting_approval"),
    ],
)
async def test_whose_discount_needs_approval(conversion: Tier2, person: str, discount: str, state: str) -> None:
    offer = await make(conversion, await qualified(conversion), person, discount_percent=discount)
    assert offer["state"] == state
    assert (offer["sent_at"] is None) == (state != "sent")


async def test_a_deep_discount_waits_for_the_supervisor(conversion: Tier2) -> None:
    path = await qualified(conversion)
    offer = await make(conversion, path, discount_percent=25, valid_until=in_days(9))
    deal = await conversion.get(path)
    assert (deal["stage"], deal["next_action"]) == ("qualified", "approval of the offer")
    approvals = (await conversion.get("/v1/reminders"))["items"]
    [mine] = [item for item in approvals if item["offer_id"] == offer["id"]]
    assert mine["kind"] == "approval"
    assert await refusal(conversion, f"/v1/reminders/{mine['item_id']}/done", {}, whose()) == (409, "wrong_state")
    assert await refusal(conversion, f"/v1/offers/{offer['id']}/approve", {}, whose(ANNA)) == (403, "wrong_role")
    assert await refusal(conversion, f"/v1/offers/{offer['id']}/accept", {}, whose(ANNA)) == (409, "wrong_state")
    # The customer cannot order by what nobody has sent him.
    assert await refusal(conversion, f"{path}/win", {}, whose(ANNA)) == (409, "awaiting_approval")

    sent = await conversion.post(f"/v1/offers/{offer['id']}/approve", {})
    assert (sent["state"], sent["decided_by"]) == ("sent", "boss")
    deal = await conversion.get(path)
    assert (deal["stage"], deal["next_action_at"]) == ("offer", sent["valid_until"])
    assert await conversion.work(deal["lead_id"], "approval") == []
    assert await refusal(conversion, f"/v1/offers/{offer['id']}/approve", {}, whose()) == (409, "wrong_state")


def supervisor(person: str) -> dict[str, str]:
    return auth(Tier.CONVERSION, "supervisor", person)


@pytest.mark.parametrize("how", ["as the manager", "as the supervisor", "by taking the deal over"])
async def test_nobody_approves_their_own_discount_in_whatever_role_and_is_told_who_can(
    conversion: Tier2, how: str
) -> None:
    path = await qualified(conversion)
    asker, approver = (ANNA, ANNA) if how != "as the supervisor" else ("", "boss")
    offer = await make(conversion, path, asker, discount_percent="40")
    # Whoever decided on a discount before is known to be able to.
    refused = await make(conversion, await qualified(conversion), discount_percent="50")
    await conversion.http.post(f"/v1/offers/{refused['id']}/reject", json={}, headers=supervisor("olha"))
    if how == "by taking the deal over":
        await conversion.pool.execute("UPDATE deals SET owner = 'zoya' WHERE id = $1", offer["deal_id"])
        approver = "zoya"
    told = await conversion.http.post(f"/v1/offers/{offer['id']}/approve", headers=supervisor(approver))
    assert (told.status_code, told.json()["code"]) == (403, "own_request")
    assert "olha" in told.json()["who_can"] and approver not in told.json()["who_can"]
    assert "another supervisor decides on it" in told.json()["detail"] and "olha" in told.json()["detail"]
    async with tier_2_person(conversion, approver, "supervisor") as own:
        page = await own.look(f"/desk/deals/{offer['deal_id']}")
        assert "so another supervisor decides" in page and "/approve" not in page
        await own.press(f"/desk/deals/{offer['deal_id']}/offers/{offer['id']}/approve", status=403)
    if how == "by taking the deal over":
        assert (await refusal(conversion, f"/v1/offers/{offer['id']}/approve", {}, supervisor(ANNA)))[
            1
        ] == "own_request"
    answer = await conversion.http.post(f"/v1/offers/{offer['id']}/approve", headers=supervisor("olha"))
    assert (answer.status_code, answer.json()["decided_by"]) == (200, "olha")


async def test_an_offer_until_a_day_is_taken_on_that_day_and_refused_after_it(conversion: Tier2) -> None:
    zone = STANDARD.zone
    # In the last hour of a day it is the next one, so that the test does not depend on the hour.
    today = (datetime.now(UTC) + timedelta(hours=1)).astimezone(zone).date()
    for midnight in (datetime.combine(today, time(), zone), datetime.combine(today, time(), UTC)):
        path = await qualified(conversion)
        offer = await make(conversion, path, valid_until=midnight.isoformat())
        ends = datetime.fromisoformat(offer["valid_until"])
        assert ends.astimezone(zone).date() == today and ends.astimezone(zone).time() == time(23, 59, 59)
        await expire_offers(conversion.pool)
        assert (await conversion.post(f"/v1/offers/{offer['id']}/accept", {}, ANNA))["state"] == "accepted"
    usual = await make(conversion, await qualified(conversion))
    assert datetime.fromisoformat(usual["valid_until"]).astimezone(zone).time() == time(23, 59, 59)
    # A second after that midnight.
    await conversion.pool.execute("UPDATE offers SET valid_until = now() WHERE id = $1", usual["id"])
    assert await refusal(conversion, f"/v1/offers/{usual['id']}/accept", {}, whose(ANNA)) == (409, "offer_expired")
    assert await refusal(conversion, f"/v1/offers/{usual['id']}/send", {}, whose(ANNA)) == (409, "offer_expired")
    await expire_offers(conversion.pool)
    assert (await conversion.get(f"/v1/offers/{usual['id']}"))["state"] == "expired"


async def test_whoever_asked_may_take_the_request_back(conversion: Tier2) -> None:
    offer = await make(conversion, await qualified(conversion), "", discount_percent="40")
    assert (await conversion.post(f"/v1/offers/{offer['id']}/reject", {}))["state"] == "rejected"


async def test_a_refused_discount_is_followed_by_another_version(conversion: Tier2) -> None:
    path = await qualified(conversion)
    first = await make(conversion, path, discount_percent=40)
    refused = await conversion.post(f"/v1/offers/{first['id']}/reject", {"reason": "too much"})
    assert refused["state"] == "rejected"
    deal = await conversion.get(path)
    assert (deal["next_action"], deal["timeline"][-1]["text"]) == (
        "make another offer",
        "offer not approved: too much",
    )
    second = await make(conversion, path)
    third = await make(conversion, path)
    shown = (await conversion.get(path))["offers"]
    assert [(offer["version"], offer["state"]) for offer in shown] == [(1, "rejected"), (2, "superseded"), (3, "sent")]
    assert first["number"] == second["number"] == third["number"]


async def test_an_offer_replaces_the_one_that_waits_for_approval(conversion: Tier2) -> None:
    path = await qualified(conversion)
    waiting = await make(conversion, path, discount_percent=40)
    await make(conversion, path)
    deal = await conversion.get(path)
    assert await conversion.work(deal["lead_id"], "approval") == []
    assert await refusal(conversion, f"/v1/offers/{waiting['id']}/approve", {}, whose()) == (409, "wrong_state")


async def test_numbers_have_no_gaps_and_no_twins(conversion: Tier2) -> None:
    paths = [await qualified(conversion) for _ in range(6)]
    before = await make(conversion, await qualified(conversion))
    # One of them fails: its number must not be lost.
    bodies = [{"lines": [LINE]}] * 5 + [{"lines": [LINE], "valid_until": "2020-01-01T00:00:00Z"}]
    answers = await asyncio.gather(
        *(
            conversion.http.post(f"{path}/offers", json=body, headers=whose(ANNA))
            for path, body in zip(paths, bodies, strict=True)
        )
    )
    numbers = sorted(answer.json()["number"] for answer in answers if answer.status_code == 201)
    year, last = before["number"].split("-")
    assert numbers == [f"{year}-{int(last) + step:06d}" for step in range(1, 6)]


async def test_the_order_is_the_offer_to_the_cent(conversion: Tier2) -> None:
    path = await qualified(conversion)
    line = {**LINE, "quantity": "7.333", "unit_price": {"amount": "99.99", "currency": "EUR"}}
    offer = await make(conversion, path, lines=[line, line], discount_percent="7.77")
    await conversion.post(f"/v1/offers/{offer['id']}/accept", {}, ANNA)
    deal = await conversion.post(f"{path}/win", {}, ANNA)
    assert deal["value"] == offer["net"]
    signals = await conversion.signals(deal["lead_id"])
    name, won = signals[-1]
    lines = won["order"]["lines"]
    assert name == "won"
    assert sum(
        (Decimal(item["quantity"]) * Decimal(item["unit_price"]["amount"])).quantize(Decimal("0.01")) for item in lines
    ) == Decimal(offer["net"]["amount"])
    assert {item["unit_price"]["currency"] for item in lines} == {"EUR"}


async def test_an_offer_asks_for_what_is_to_be_known_first(conversion: Tier2) -> None:
    deal = await conversion.accepted(ANNA)
    path = f"/v1/deals/{deal['id']}"
    answer = await conversion.http.post(f"{path}/offers", json={"lines": [LINE]}, headers=whose(ANNA))
    assert (answer.status_code, answer.json()["code"], answer.json()["missing"]) == (
        409, "not_qualified", ["need", "authority", "timing"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{**LINE, "quantity": "0"}]}, "lines[0].quantity"),
        ({"lines": [{**LINE, "quantity": "1.0001"}]}, "lines[0].quantity"),
        ({"lines": [LINE, {**LINE, "description": ""}]}, "lines[1].description"),
        ({"lines": [{**LINE, "unit_price": {"amount": "1.234"}}]}, "lines[0].unit_price.amount"),
        ({"lines": [{**LINE, "unit_price": {"amount": "-1"}}]}, "lines[0].unit_price.amount"),
        ({"lines": [{**LINE, "unit_price": {"amount": "1", "currency": "uah"}}]}, "lines[0].unit_price.currency"),
        (
            {"lines": [LINE, {**LINE, "unit_price": {"amount": "1", "currency": "EUR"}}]},
            "lines[1].unit_price.currency",
        ),
        ({"lines": [{**LINE, "quantity": "999999999", "unit_price": {"amount": "99999999999999"}}]}, "lines"),
        ({"discount_percent": 101}, "discount_percent"),
        ({"discount_percent": -1}, "discount_percent"),
        ({"discount_percent": "1.001"}, "discount_percent"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "valid_until"),
        ({"valid_until": "2030-01-01"}, "valid_until"),
        ({"rebate": 3}, "rebate"),
    ],
)
async def test_an_offer_that_cannot_be_is_refused_by_field(
    conversion: Tier2, change: dict[str, Any], field: str
) -> None:
    path = await qualified(conversion)
    answer = await conversion.http.post(f"{path}/offers", json={"lines": [LINE], **change}, headers=whose(ANNA))
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await conversion.get(path))["offers"] == []


async def test_the_document(conversion: Tier2) -> None:
    path = await qualified(conversion)
    offer = await make(conversion, path, discount_percent=5, valid_until="2030-03-19T15:00:00Z")
    document = await conversion.http.get(f"/v1/offers/{offer['id']}.pdf", headers=whose(BORYS))
    assert document.headers["content-type"] == "application/pdf"
    assert document.headers["content-disposition"] == f'inline; filename="offer-{offer["number"]}-1.pdf"'
    assert document.content.startswith(b"%PDF-")
    again = await conversion.http.get(f"/v1/offers/{offer['id']}.pdf", headers=auth("ops", "ops", "o"))
    assert again.content == document.content
    missing = await conversion.http.get(f"/v1/offers/{new_id()}.pdf", headers=whose(BORYS))
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("language", "title", "valid_until", "total"),
    [
        ("uk", "Комерційна пропозиція", "19 березня 2030 р., 17:00", "97\u202f471,72\u202fUAH"),
        ("en", "Offer", "19 March 2030, 17:00", "97\u202f471.72\u202fUAH"),
    ],
)
async def test_what_the_document_says(
    conversion: Tier2, language: str, title: str, valid_until: str, total: str
) -> None:
    given = hand_over()
    path = await qualified(conversion, contact=given.contact.model_copy(update={"language": language}))
    made = await make(conversion, path, discount_percent=5, valid_until="2030-03-19T15:00:00Z")
    offer = await offers.get(conversion.pool, made["id"])  # type: ignore[arg-type]
    deal = await deals.get(conversion.pool, made["deal_id"])  # type: ignore[arg-type]
    data: dict[str, Any] = offer_data(offer, deal.contact, STANDARD, "Анна")
    assert (data["labels"]["title"], data["valid_until"], data["total"]) == (title, valid_until, total)
    assert data["customer"] == ["ТОВ «Вітер»", "Олена Коваль", "Київ"]
    assert data["draft"] is False
    # The sums on the page add up as printed.
    printed = [Decimal(amount.replace("\u202f", "").replace(",", ".").replace("−", "-")) for _, amount in data["sums"]]
    assert printed[0] + printed[1] == printed[2]
