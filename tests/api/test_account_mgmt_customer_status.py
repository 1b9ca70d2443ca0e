"""At risk, active again, lost: complaints, declining retention, orders, and the way back to tier 2."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.account_mgmt.repository import forecasts
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, account_manager, boss, nudge_request, tier_3
from workflows.contracts.account_mgmt import CloseCustomer, ReadCustomer
from workflows.contracts.base import Tier
from workflows.contracts.fit_timing import FindRisks, RunFit


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_standing", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def state(tier: Tier3, customer_id: str) -> str:
    return str((await tier.get(f"/v1/customers/{customer_id}"))["state"])


async def told(tier: Tier3, customer_id: str) -> list[tuple[str, str]]:
    answers = await tier.sent(customer_id, "standing_changed")
    return [(answer["standing"], answer["reason"]) for answer in answers]


async def silent(tier: Tier3) -> str:
    """A customer who bought every month and then fell silent, among customers who go on."""
    await tier.regular_buyers()
    customer_id = await tier.bought([400, 430, 460, 490])
    await tier.activities.fit_timing(RunFit(key="fit:1"))
    return customer_id


async def test_a_complaint_is_urgent_work_and_once_settled_the_customer_is_active_again(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    path = f"/v1/customers/{customer_id}/complaints"
    opened = await tier.post(path, {"text": "the truck came late"}, headers=account_manager("larysa"))
    assert (opened["kind"], opened["account_manager"], opened["facts"]["note"]) == (
        "complaint",
        "oleh",
        "the truck came late",
    )
    assert await state(tier, customer_id) == "at_risk"
    second = await tier.post(path, {"text": "again"})
    await tier.post(f"/v1/work/{opened['item_id']}/done", {"result": "done"}, 200)
    assert await state(tier, customer_id) == "at_risk"
    await tier.post(f"/v1/work/{second['item_id']}/done", None, 200)
    assert await state(tier, customer_id) == "active"
    assert await told(tier, customer_id) == [("at_risk", "a complaint"), ("active", "complaint settled")]


async def test_whoever_answers_a_reminder_while_a_complaint_is_open_stays_at_risk_for_the_workflow_too(
    tier: Tier3,
) -> None:
    customer_id, item_id = await tier.nudge()
    await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": "the truck came late"})
    await tier.post(f"/v1/nudges/{item_id}/outcome", {"outcome": "not_now"}, 200)
    assert await state(tier, customer_id) == "at_risk"
    assert (await tier.signals(customer_id))[-2:] == ["nudge_answered", "standing_changed"]
    assert (await told(tier, customer_id))[-1] == ("at_risk", "a complaint or a risk is open")


async def test_a_customer_who_falls_silent_becomes_work_once_with_the_reason(tier: Tier3) -> None:
    """erpnext 8327: nobody follows up a dormant account."""
    customer_id = await silent(tier)
    found = [await tier.activities.find_risks(FindRisks(key=f"risks:{n}")) for n in (1, 1, 2)]
    assert [one.customers for one in found] == [1, 1, 0]
    [item] = await tier.work(customer_id, "risk")
    assert (item["assignee"], "should have ordered by" in item["payload"]["text"]) == ("oleh", True)
    assert await state(tier, customer_id) == "at_risk"
    assert await told(tier, customer_id) == [("at_risk", "buys less than before")]
    card = await tier.get(f"/v1/customers/{customer_id}/card")
    assert card["on_list_because"][0].startswith("They may be leaving: should have ordered by")


async def test_an_order_settles_a_risk_but_no_complaint(tier: Tier3) -> None:
    customer_id = await silent(tier)
    await tier.activities.find_risks(FindRisks(key="risks:1"))
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]})
    assert await state(tier, customer_id) == "active"
    assert not await tier.work(customer_id, "risk")
    assert (await tier.sent(customer_id, "order_placed"))[-1]["stage"] == "active"
    await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": "late"})
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]})
    assert await state(tier, customer_id) == "at_risk"
    assert (await tier.sent(customer_id, "order_placed"))[-1]["stage"] is None


async def test_one_order_is_no_rhythm_to_fall_out_of(tier: Tier3) -> None:
    customer_id = await silent(tier)
    once, _ = await tier.customer()
    async with tier.pool.acquire() as conn:
        told_of = await forecasts.of_customer(conn, customer_id)
    assert told_of is not None
    assert told_of.p_alive < 0.35
    await tier.pool.execute("UPDATE forecasts SET p_alive = 0.01 WHERE customer_id = $1", once)
    await tier.activities.find_risks(FindRisks(key="risks:1"))
    assert not await tier.work(once, "risk")


async def test_a_customer_who_leaves_after_a_complaint_goes_to_tier_2_with_the_whole_history(tier: Tier3) -> None:
    customer_id, nudge = await tier.nudge()
    await tier.post(f"/v1/customers/{customer_id}/needs", {"text": "two trucks a week"})
    await tier.post(
        f"/v1/nudges/{nudge}/outcome", {"outcome": "complaint", "note": "driver was rude", "never_offer": ["ftl"]}, 200
    )
    [complaint] = await tier.work(customer_id, "complaint")
    await tier.post(f"/v1/work/{complaint['id']}/done", {"result": "left"}, 200)
    assert await state(tier, customer_id) == "lost"
    assert (await told(tier, customer_id))[-1] == ("lost", "the customer left after a complaint")
    assert not await tier.work(customer_id)
    card = await tier.activities.read_customer(ReadCustomer(customer_id=customer_id))
    history = card.history
    for part in ("1 orders", "reminded: complaint, driver was rude", "needs: two trucks a week", "never offer: ftl"):
        assert part in history
    assert "owes 120,00 UAH" in history
    assert card.account_manager == "oleh"


async def test_only_a_complaint_or_risk_ends_with_the_customer_leaving(tier: Tier3) -> None:
    customer_id, _ = await tier.customer(email="olena@customer.example")
    await tier.pool.execute(
        """INSERT INTO work_items (id, kind, key, workflow_id, lead_id) VALUES
           (gen_random_uuid(), 'dunning', 'd:1', 'customer:x', $1)""",
        customer_id,
    )
    [item] = await tier.work(customer_id, "dunning")
    before = await tier.counts()
    problem = await tier.post(f"/v1/work/{item['id']}/done", {"result": "left"}, 422)
    assert problem["errors"][0]["field"] == "result"
    assert await tier.counts() == before
    assert (await tier.work(customer_id, "dunning"))[0]["state"] == "open"


async def test_an_opt_out_takes_back_the_reminder_that_is_on_its_way_by_mail(tier: Tier3) -> None:
    """Mautic 4356: the opted-out contact is still in the queue."""
    customer_id, _ = await tier.customer(email="olena@customer.example")
    await tier.http.patch(f"/v1/customers/{customer_id}", json={"remind_by": "both"})
    opened = await tier.activities.open_nudge(nudge_request(customer_id))
    assert opened.mailed
    close = CloseCustomer(key="close:1", customer_id=customer_id, stage="opted_out", reason="asked")
    await tier.activities.close_customer(close)
    [mail] = (await tier.http.get(f"/v1/mails?lead_id={customer_id}", headers=boss())).json()["items"]
    assert mail["state"] == "withdrawn"
    assert not await tier.work(customer_id, "nudge")
    assert (await tier.activities.open_nudge(nudge_request(customer_id, 2))).refused == "the customer is opted out"


async def test_a_customer_who_says_stop_is_opted_out_by_the_account_manager(tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    path = f"/v1/customers/{customer_id}/opt-out"
    for _ in range(2):
        assert (await tier.post(path, {"reason": "said STOP"}, 202))["state"] == "opted_out"
    assert await tier.signals(customer_id) == ["do_not_call"]
    assert not await tier.work(customer_id)
    late = await tier.post(f"/v1/nudges/{item_id}/outcome", {"outcome": "not_now"}, 409)
    assert late["code"] == "already_closed"
    await tier.post(path, {"reason": "x"}, 403, headers=account_manager("larysa"))
    calendar = await tier.get(f"/v1/customers/{customer_id}/calendar")
    assert {contact["kind"] for contact in calendar["items"]} == {"invoice_due", "dunning"}
    again = await tier.post(f"/v1/customers/{customer_id}/opt-in", {"reason": "called us"}, 202)
    assert (again["state"], again["next_nudge_at"] is not None) == ("active", True)
    assert await tier.signals(customer_id) == ["do_not_call", "opted_in"]
    assert (await tier.post(f"/v1/customers/{customer_id}/opt-in", {"reason": "x"}, 409))["code"] == "wrong_state"


@pytest.mark.parametrize("text", ["", None, "x" * 2001])
async def test_a_complaint_without_words_is_refused(tier: Tier3, text: str | None) -> None:
    customer_id, _ = await tier.customer()
    problem = await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": text}, 422)
    assert problem["errors"][0]["field"] == "text"
    assert await state(tier, customer_id) == "active"
