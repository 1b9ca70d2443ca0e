"""Nobody writes on a colleague's deal, and numbers are shown to its owner alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.api.openapi import Ids, operations
from tests.fixtures.documents import document_of
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, in_days, tier_2, whose
from workflows.contracts.base import Tier

DOCUMENT = document_of("conversion")
PHONE, EMAIL = "+380441234567", "olena@viter.example"
MASKED = ("+380•••••4567", "o***@viter.example")
ANY_VERSION = {"If-Match": "*"}
NOT_A_DEALS = ("/v1/routing", "/v1/meeting-holds", "/v1/templates", "/v1/playbooks", "/v1/managers", "/v1/mails",
                "/v1/mail-stops")  # fmt: skip


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_ownership", tier=Tier.CONVERSION)) as tier:
        await tier.only("anna")
        yield tier


def with_mail() -> Any:
    given = hand_over()
    return given.model_copy(update={"contact": given.contact.model_copy(update={"email": EMAIL})})


def example(operation: dict[str, Any]) -> Any:
    """The document's own example of this route's body, or none."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for one in [content, *content.get("anyOf", [])]:
        model = DOCUMENT["components"]["schemas"].get(one.get("$ref", "").rpartition("/")[2], {})
        if found := model.get("example") or next(iter(model.get("examples", [])), None):
            return found
    return None


async def test_a_colleague_changes_nothing_of_a_deal(tier: Tier2) -> None:
    deal = await tier.accepted("anna")
    waiting = await tier.offered(hand_over().model_copy(update={"sticky_manager": "anna"}))
    meeting = await tier.post(
        f"/v1/deals/{deal['id']}/meetings", {"starts_at": in_days(30), "outside_hours": True}, "anna"
    )
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, "anna")
    offer = await tier.post(f"/v1/deals/{deal['id']}/offers", {"lines": [LINE]}, "anna")
    known = {"deal_id": deal["id"], "meeting_id": meeting["id"], "offer_id": offer["id"], "number": "1",
             "item_id": waiting.item_id}  # fmt: skip
    answers = {}
    for path, method, operation in operations(DOCUMENT):
        if method == "get" or "{" not in path or path.startswith(NOT_A_DEALS) or "/reminders/" in path:
            continue
        address = path.format_map(Ids(known))
        answer = await tier.http.request(method, address, json=example(operation), headers=whose("boris") | ANY_VERSION)
        answers[f"{method.upper()} {path}"] = (answer.status_code, answer.json()["code"])
    assert {name: said for name, said in answers.items() if said[0] != 403} == {}
    assert sum(said == (403, "not_owner") for said in answers.values()) >= 20
    assert (await tier.get(f"/v1/deals/{deal['id']}"))["updated_at"] >= deal["updated_at"]


async def test_lists_show_no_number_of_a_lead_to_anybody(tier: Tier2) -> None:
    deal = await tier.accepted("anna", with_mail())
    await tier.offered(with_mail())
    for path in ("/v1/deals", "/v1/deals?mine=true&owner=anna", "/v1/hand-overs"):
        for headers in (whose("anna"), whose("boris"), whose(), auth("ops", "ops")):
            text = (await tier.http.get(path, headers=headers)).text
            assert PHONE not in text and EMAIL not in text, path
    listed = await tier.get("/v1/deals", "anna")
    assert [item["contact"]["phones"] for item in listed["items"] if item["id"] == deal["id"]] == [[MASKED[0]]]
    assert MASKED[1] in str(await tier.get("/v1/hand-overs"))


async def test_a_single_deal_is_shown_whole_to_its_owner_and_the_supervisor(tier: Tier2) -> None:
    deal = await tier.accepted("anna", with_mail())
    meeting = await tier.post(
        f"/v1/deals/{deal['id']}/meetings", {"starts_at": in_days(30), "outside_hours": True}, "anna"
    )
    path, calendar = f"/v1/deals/{deal['id']}", f"/v1/meetings/{meeting['id']}.ics"
    for headers in (whose("anna"), whose()):
        assert PHONE in (await tier.http.get(path, headers=headers)).text
        assert PHONE in (await tier.http.get(calendar, headers=headers)).text
    for headers in (whose("boris"), auth("ops", "ops"), auth("ops", "ops", "anna")):
        text = (await tier.http.get(path, headers=headers)).text
        assert MASKED[0] in text and MASKED[1] in text
        assert PHONE not in text + (await tier.http.get(calendar, headers=headers)).text
        assert EMAIL not in text


async def test_what_is_written_is_answered_whole_to_the_owner(tier: Tier2) -> None:
    deal = await tier.accepted("anna")
    answered = await tier.post(f"/v1/deals/{deal['id']}/notes", {"text": "call in the morning"}, "anna")
    assert answered["contact"]["phones"] == [PHONE]
