"""What a tier reports to another is in its outbox as soon as the record says it, whoever is away."""

from __future__ import annotations

from typing import Any

from services.chassis.db import Pool
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import hand_over, in_days, tier_2
from tests.fixtures.tier_3 import boss, tier_3
from workflows.contracts import ids
from workflows.contracts.base import Tier


async def reports(pool: Pool, activity: str) -> list[dict[str, Any]]:
    """The requests of this activity, in the order in which they leave."""
    rows = await pool.fetch("SELECT event_id, start_input FROM outbox WHERE activity = $1 ORDER BY id", activity)
    assert all(row["event_id"] == f"report:{row['start_input']['key']}" for row in rows)
    return [dict(row["start_input"]) for row in rows]


async def places(pool: Pool) -> list[tuple[str, str, str | None]]:
    """Where the register is told that the lead is: tier, stage, owner."""
    told = await reports(pool, "lead_gen.update_register")
    return [(one["tier"], one["stage"], one["owner"]) for one in told]


async def test_the_register_hears_of_every_place_of_a_deal_that_is_won(fresh_database: FreshDatabase) -> None:
    async with tier_2(await fresh_database("cv_places", tier=Tier.CONVERSION)) as tier:
        await tier.manager("anna")
        deal = await tier.accepted("anna")
        await tier.won(deal["id"], "anna")
        assert await places(tier.pool) == [("conversion", "accepted", "anna"), ("account_mgmt", "won", None)]
        told = await reports(tier.pool, "lead_gen.update_register")
        assert [one["workflow_id"] for one in told] == [ids.conversion(deal["lead_id"]), ids.customer(deal["lead_id"])]


async def test_the_register_hears_of_a_deal_that_sleeps_and_of_one_that_is_lost(fresh_database: FreshDatabase) -> None:
    async with tier_2(await fresh_database("cv_sleeps", tier=Tier.CONVERSION)) as tier:
        await tier.manager("anna")
        sleeping, lost = await tier.accepted("anna"), await tier.accepted("anna")
        season = {"reason": "no need", "return_at": in_days(60)}
        await tier.post(f"/v1/deals/{sleeping['id']}/lose", season, "anna")
        await tier.post(f"/v1/deals/{lost['id']}/lose", {"reason": "price"}, "anna")
        assert [stage for _, stage, _ in await places(tier.pool)] == ["accepted", "accepted", "asleep", "lost"]


async def test_the_answer_to_a_callers_question_leaves_with_the_record_of_it(fresh_database: FreshDatabase) -> None:
    async with tier_2(await fresh_database("cv_answers", tier=Tier.CONVERSION)) as tier:
        await tier.manager("anna")
        deal = await tier.accepted("anna", hand_over(question="Do you insure the cargo?", reason="hard_question"))
        answer = {"text": "Yes, up to 100,000 euros", "publish": True}
        await tier.post(f"/v1/deals/{deal['id']}/answer", answer, "anna")
        [told] = await reports(tier.pool, "lead_gen.take_answer")
        assert (told["answer"], told["answered_by"]) == ("Yes, up to 100,000 euros", "anna")


async def test_money_of_a_customer_who_left_reaches_the_commission_ledger(fresh_database: FreshDatabase) -> None:
    """Whether or not a workflow still lives."""
    async with tier_3(await fresh_database("am_left", tier=Tier.ACCOUNT_MGMT)) as tier:
        customer_id, opened = await tier.customer()
        complaint = await tier.http.post(f"/v1/customers/{customer_id}/complaints", json={"text": "late"})
        item = complaint.raise_for_status().json()["item_id"]
        done = await tier.http.post(f"/v1/work/{item}/done", json={"result": "left"}, headers=boss())
        assert done.is_success, done.text
        payment = {"amount": {"amount": "50.00", "currency": "UAH"}, "reference": "r1"}
        paid = await tier.http.post(f"/v1/invoices/{opened.invoice_id}/payments", json=payment, headers=boss())
        assert paid.is_success, paid.text
        [told] = await reports(tier.pool, "conversion.record_commission")
        assert (told["kind"], told["amount"], told["customer_id"]) == ("paid", payment["amount"], customer_id)
        assert [stage for _, stage, _ in await places(tier.pool)] == ["active", "at_risk", "win_back"]
