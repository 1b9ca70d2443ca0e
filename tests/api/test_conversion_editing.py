"""Tier 2: whatever people edit takes If-Match, and of two who edit one thing at once one is told."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.editing import Change, assert_only_what_was_read_is_changed
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, in_days, tier_2, whose
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier

ANNA = "anna"
DAYS = itertools.count(2)


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_editing", tier=Tier.CONVERSION, policy="demo")) as running:
        await running.manager(ANNA, capacity=1000)
        yield running


async def a_deal(tier: Tier2) -> str:
    """The address of a qualified deal."""
    path = f"/v1/deals/{(await tier.accepted(ANNA))['id']}"
    await tier.post(f"{path}/qualify", FACTS, ANNA)
    return path


async def of_deal(tier: Tier2, act: str, one: Any, other: Any) -> Change:
    path = await a_deal(tier)
    return Change(path, "POST", f"{path}/{act}", (one, other))


async def qualification(tier: Tier2) -> Change:
    return await of_deal(tier, "qualify", {"need": "a truck a week"}, {"need": "two trucks a week"})


async def next_step(tier: Tier2) -> Change:
    step = {"what": "call them", "at": in_days(1)}
    return await of_deal(tier, "next-step", step, {**step, "what": "write to them"})


async def giving_back(tier: Tier2) -> Change:
    return await of_deal(tier, "return", {"reason": "speaks Polish"}, {"reason": "speaks French"})


async def win(tier: Tier2) -> Change:
    return await of_deal(tier, "win", {"lines": [LINE]}, {"lines": [LINE, LINE]})


async def loss(tier: Tier2) -> Change:
    return await of_deal(tier, "lose", {"reason": "no budget"}, {"reason": "bought elsewhere"})


async def contact(tier: Tier2) -> Change:
    path = f"{await a_deal(tier)}/contact"
    return Change(path, "PATCH", path, ({"city": "Lviv"}, {"city": "Odesa"}))


async def splits(tier: Tier2) -> Change:
    path = f"{await a_deal(tier)}/splits"

    def shared(percent: int) -> dict[str, Any]:
        parts = {ANNA: percent, "boss": 100 - percent}
        return {"splits": [{"role": "closed", "person": who, "percent": str(part)} for who, part in parts.items()]}

    return Change(path, "PUT", path, (shared(60), shared(70)))


async def running_playbook(tier: Tier2) -> Change:
    path = await a_deal(tier)
    name = f"plan-{new_id()}"
    main = [{"id": "ask", "kind": "call", "after": "P2D", "text": "Ask."}]
    await tier.post("/v1/playbooks", {"name": name, "body": {"main": main}})
    await tier.post(f"{path}/playbook", {"name": name}, ANNA)
    return Change(f"{path}/playbooks", "POST", f"{path}/playbook/stop")


def a_time() -> dict[str, Any]:
    """Nobody else's; whatever hour it is now."""
    return {"starts_at": in_days(next(DAYS)), "outside_hours": True}


async def meeting(tier: Tier2, act: str, one: Any = None, other: Any = None) -> Change:
    made = await tier.post(f"{await a_deal(tier)}/meetings", a_time(), ANNA)
    path = f"/v1/meetings/{made['id']}"
    return Change(path, "POST", f"{path}/{act}", (one, other))


async def moved_meeting(tier: Tier2) -> Change:
    return await meeting(tier, "reschedule", a_time(), a_time())


async def cancelled_meeting(tier: Tier2) -> Change:
    return await meeting(tier, "cancel", {"note": "they are ill"}, {"note": "we are ill"})


async def approval(tier: Tier2) -> Change:
    body = {"lines": [LINE], "discount_percent": 45}
    offer = await tier.post(f"{await a_deal(tier)}/offers", body, ANNA)
    path = f"/v1/offers/{offer['id']}"
    return Change(path, "POST", f"{path}/reject", ({"reason": "too much"}, {"reason": "far too much"}))


async def manager(tier: Tier2) -> Change:
    path = f"/v1/managers/{await tier.manager(f'm-{new_id()}', active=False)}"
    return Change(path, "PATCH", path, ({"capacity": 5}, {"capacity": 6}))


async def absence(tier: Tier2) -> Change:
    person = await tier.manager(f"m-{new_id()}", active=False)
    body = {"starts_at": in_days(5), "ends_at": in_days(9), "reason": "holiday"}
    made = await tier.post(f"/v1/managers/{person}/absences", body)
    path = f"/v1/managers/{person}/absences/{made['id']}"
    return Change(path, "DELETE", path)


def words(name: str, text: str) -> dict[str, str]:
    return {"name": name, "language": "en", "subject": "Prices", "body": text}


async def template(tier: Tier2) -> Change:
    name = f"words-{new_id()}"
    await tier.post("/v1/templates", words(name, "Good day."))
    return Change(f"/v1/templates/{name}", "POST", "/v1/templates", (words(name, "Hello."), words(name, "Hi.")))


async def policy(tier: Tier2) -> Change:
    body = (await tier.get("/v1/policies/current"))["body"]
    one, other = ({"body": {**body, "meeting_minutes": minutes}} for minutes in (25, 35))
    return Change("/v1/policies/current", "POST", "/v1/policies", (one, other))


@pytest.mark.parametrize(
    "thing",
    [
        qualification, next_step, giving_back, win, loss, contact, splits, running_playbook, moved_meeting,
        cancelled_meeting, approval, manager, absence, template, policy,
    ],
    ids=lambda thing: str(thing.__name__),
)  # fmt: skip
async def test_only_what_was_read_is_changed(tier: Tier2, thing: Callable[[Tier2], Awaitable[Change]]) -> None:
    maria = auth(Tier.CONVERSION, "supervisor", "maria")
    await assert_only_what_was_read_is_changed(tier.http, await thing(tier), whose(), maria)


async def test_the_tag_of_the_newest_version_of_a_playbook_is_the_one_to_name(tier: Tier2) -> None:
    body = {"name": f"plan-{new_id()}", "body": {"main": [{"id": "ask", "kind": "call", "text": "Ask."}]}}
    refused = await tier.http.post("/v1/playbooks", json=body, headers=whose() | {"If-Match": "*"})
    assert refused.status_code == 412, refused.text
    first = await tier.post("/v1/playbooks", body)
    read = await tier.http.get(f"/v1/playbooks/{first['id']}", headers=whose())
    for status in (201, 412):
        headers = whose() | {"If-Match": read.headers["etag"]}
        assert (await tier.http.post("/v1/playbooks", json=body, headers=headers)).status_code == status


async def test_what_one_edit_answers_is_what_the_next_one_names(tier: Tier2) -> None:
    change = await qualification(tier)
    tag = (await change.shown(tier.http, whose(ANNA))).headers["etag"]
    for which in (0, 1, 0):
        answer = await change.send(tier.http, whose(ANNA), tag, which)
        assert answer.status_code == 200, answer.text
        tag = answer.headers["etag"]


async def test_the_refusal_says_who_did_what_to_the_deal(tier: Tier2) -> None:
    change = await next_step(tier)
    tag = (await change.shown(tier.http, whose(ANNA))).headers["etag"]
    await change.send(tier.http, auth(Tier.CONVERSION, "supervisor", "maria"), None)
    late = await change.send(tier.http, whose(ANNA), tag, 1)
    [edit] = late.json()["changes"]
    assert edit["by"] == "maria"
    assert {"next_action", "next_action_at"} <= set(edit["fields"])


async def test_who_changed_a_deal_on_its_page_is_told_to_whoever_is_late_by_rest(tier: Tier2) -> None:
    path = await a_deal(tier)
    read = [(await tier.http.get(f"{path}{part}", headers=whose())).headers["etag"] for part in ("", "/contact")]
    async with person(tier, ANNA) as browser:
        page = f"/desk/deals/{path.rpartition('/')[2]}"
        await browser.look(page, do="contact")
        await browser.press(f"{page}/contact", contact_name="Olena", company="Viter Trans", city="Lviv")
    for tag, method, part, body in (
        (read[0], "POST", "/qualify", {"need": "other"}),
        (read[1], "PATCH", "/contact", {"city": "Odesa"}),
    ):
        headers = whose() | {"If-Match": tag}
        late = await tier.http.request(method, f"{path}{part}", json=body, headers=headers)
        assert late.status_code == 412, late.text
        assert [edit["by"] for edit in late.json()["changes"]] == [ANNA]
