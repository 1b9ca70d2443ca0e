"""Tier 1's activities run twice, as Temporal may run them: the effect is there once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts import ids
from workflows.contracts.base import ContactCard, Tier
from workflows.contracts.lead_gen import (
    CallbackLate,
    CloseLead,
    OpenCall,
    PrepareHandOver,
    RegisterCustomer,
    RegisterUpdate,
)


@pytest_asyncio.fixture(scope="module")
async def desk(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_activities", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def history(desk: Tier1, lead_id: str) -> list[str]:
    rows = await desk.pool.fetch("SELECT stage FROM lead_history WHERE lead_id = $1 ORDER BY id", lead_id)
    return [row["stage"] for row in rows]


async def test_a_late_callback_is_everybodys_and_first(desk: Tier1) -> None:
    lead_id, campaign_id = await desk.opened("+380441110001")
    item_id = await desk.pool.fetchval(
        "UPDATE work_items SET assignee = 'anna', assignee_until = now() + interval '1 hour' WHERE lead_id = $1"
        " RETURNING id",
        lead_id,
    )
    body = {"campaign_id": campaign_id}
    assert (await desk.http.post("/v1/calls/next", json=body, headers=caller("bohdan"))).status_code == 204
    late = CallbackLate(key="late", item_id=str(item_id), lead_id=lead_id)
    assert await desk.activities.callback_late(late) == await desk.activities.callback_late(late)
    given = await desk.http.post("/v1/calls/next", json=body, headers=caller("bohdan"))
    assert given.json()["item_id"] == str(item_id)


async def test_a_late_callback_that_is_being_made_stays_the_callers(desk: Tier1) -> None:
    call = await desk.leased("+380441110002", "anna")
    await desk.activities.callback_late(CallbackLate(key="l", item_id=call["item_id"], lead_id=call["lead"]["id"]))
    answer = await desk.http.post(
        f"/v1/calls/{call['item_id']}/outcome", json={"token": call["token"], "outcome": "busy"}, headers=caller("anna")
    )
    assert answer.status_code == 200


async def test_an_exhausted_lead_rests_once_and_its_calls_are_gone(desk: Tier1) -> None:
    lead_id, _ = await desk.opened("+380441110003")
    request = CloseLead(
        key=f"close:{lead_id}", lead_id=lead_id, workflow_id=ids.cold_call(lead_id), stage="resting", rest=True
    )
    await desk.activities.close_lead(request)
    rest = await desk.pool.fetchval("SELECT rest_until FROM leads WHERE id = $1", lead_id)
    await desk.activities.close_lead(request)
    assert await desk.pool.fetchval("SELECT rest_until FROM leads WHERE id = $1", lead_id) == rest
    assert await history(desk, lead_id) == ["resting"]
    assert await desk.pool.fetchval("SELECT state FROM work_items WHERE lead_id = $1", lead_id) == "cancelled"


async def test_a_lead_that_tier_2_has_by_now_keeps_its_place(desk: Tier1) -> None:
    lead_id, _ = await desk.opened("+380441110004")
    await desk.http.post("/v1/inbound-calls", json={"from": "+380441110004"})
    await desk.activities.close_lead(
        CloseLead(key="c", lead_id=lead_id, workflow_id=ids.cold_call(lead_id), stage="cancelled")
    )
    assert await desk.pool.fetchval("SELECT tier FROM leads WHERE id = $1", lead_id) == "conversion"


async def test_the_pack_for_tier_2_tells_the_calls(desk: Tier1) -> None:
    call = await desk.leased("+380441110005", "anna")
    await desk.http.post(
        f"/v1/calls/{call['item_id']}/outcome",
        json={
            "token": call["token"],
            "outcome": "hard_question",
            "question": "Customs for Moldova?",
            "note": "in haste",
        },
        headers=caller("anna"),
    )
    request = PrepareHandOver(lead_id=call["lead"]["id"])
    pack = await desk.activities.prepare_hand_over(request)
    assert pack == await desk.activities.prepare_hand_over(request)
    assert (pack.question, pack.sourced_by) == ("Customs for Moldova?", "anna")
    assert [(record.outcome, record.note) for record in pack.story] == [("hard_question", "in haste")]
    assert pack.contact.phones == ["+380441110005"]


async def test_news_of_another_tier_is_written_once(desk: Tier1) -> None:
    lead_id = await desk.lead("+380441110006")
    update = RegisterUpdate(
        key=f"news:{lead_id}",
        lead_id=lead_id,
        tier=Tier.CONVERSION,
        stage="accepted",
        owner="maria",
        workflow_id=ids.conversion(lead_id),
        at=datetime.now(UTC),
    )
    await desk.activities.update_register(update)
    await desk.activities.update_register(update)
    assert await history(desk, lead_id) == ["accepted"]
    row = await desk.pool.fetchrow("SELECT tier, owner FROM leads WHERE id = $1", lead_id)
    assert tuple(row or ()) == ("conversion", "maria")


@pytest.mark.parametrize("minutes", [0, 90])
async def test_a_promised_callback_is_due_when_it_was_promised(desk: Tier1, minutes: int) -> None:
    lead_id, campaign_id = await desk.opened(f"+38044111002{minutes // 10}")
    await desk.pool.execute("UPDATE work_items SET state = 'done', closed_at = now() WHERE lead_id = $1", lead_id)
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    opened = await desk.activities.open_call(
        OpenCall(
            key=f"callback:{lead_id}",
            lead_id=lead_id,
            campaign_id=campaign_id,
            workflow_id=ids.cold_call(lead_id),
            attempt=2,
            policy_version=1,
            after="callback",
            after_at=datetime.now(UTC),
            callback_at=at,
            assignee="anna",
        )
    )
    assert opened.not_before is not None
    assert at <= opened.not_before <= max(at, datetime.now(UTC))
    assert opened.late_at is not None
    assert opened.late_at > opened.not_before


def existing(customer_id: str, *phones: str, **contact: str) -> RegisterCustomer:
    card = ContactCard(lead_id=customer_id, company="Вітер", phones=list(phones), **contact)
    return RegisterCustomer(
        key=f"customer:{customer_id}:register:1",
        customer_id=customer_id,
        contact=card,
        owner="oleh",
        workflow_id=ids.customer(customer_id),
        at=datetime.now(UTC),
    )


async def place(desk: Tier1, phone: str) -> tuple[str, str, str]:
    row = await desk.pool.fetchrow(
        "SELECT l.* FROM leads l JOIN lead_phones p ON p.lead_id = l.id WHERE p.phone = $1", phone
    )
    assert row is not None
    return row["tier"], row["owner"], row["workflow_id"]


async def test_an_existing_customer_is_known_to_the_register_so_that_its_calls_reach_tier_3(desk: Tier1) -> None:
    """Caller not recognised because of a second number: odoo 134447."""
    customer_id = new_id()
    request = existing(customer_id, "+380442223344", "+380442223345")
    for _ in range(2):
        await desk.activities.register_customer(request)
    expected = ("account_mgmt", "oleh", ids.customer(customer_id))
    assert await place(desk, "+380442223344") == await place(desk, "+380442223345") == expected


async def test_two_customers_of_one_agency_are_two_leads_though_they_share_its_address(desk: Tier1) -> None:
    nord, sued = new_id(), new_id()
    for customer_id, company, phone in ((nord, "Hotel Nord", "+4930777001"), (sued, "Hotel Sued", "+4930777002")):
        request = existing(customer_id, phone, email="info@agency.example")
        contact = request.contact.model_copy(update={"company": company})
        await desk.activities.register_customer(request.model_copy(update={"contact": contact}))
    assert (await place(desk, "+4930777001"))[2] == ids.customer(nord)
    assert (await place(desk, "+4930777002"))[2] == ids.customer(sued)


async def test_a_call_opened_while_the_lead_called_us_is_nobodys_any_more(desk: Tier1) -> None:
    """The register had moved the lead before the call was in the queue."""
    lead_id, _ = await desk.opened("+380441110077")
    await desk.activities.prepare_hand_over(PrepareHandOver(lead_id=lead_id))
    state = await desk.pool.fetchval("SELECT state FROM work_items WHERE lead_id = $1 AND kind = 'call'", lead_id)
    assert state == "cancelled"


async def test_a_customer_whom_callers_were_after_is_called_no_more(desk: Tier1) -> None:
    lead_id, _ = await desk.opened("+380442223346")
    customer_id = new_id()
    await desk.activities.register_customer(existing(customer_id, "+380442223346", "+380442223347"))
    assert await place(desk, "+380442223347") == ("account_mgmt", "oleh", ids.customer(customer_id))
    signal = await desk.pool.fetchval("SELECT signal FROM outbox WHERE workflow_id = $1", ids.cold_call(lead_id))
    assert signal == "cancel"
    update = RegisterUpdate(
        key="later",
        lead_id=customer_id,
        tier=Tier.ACCOUNT_MGMT,
        stage="at_risk",
        owner="larysa",
        workflow_id=ids.customer(customer_id),
        at=datetime.now(UTC),
    )
    await desk.activities.update_register(update)
    assert await place(desk, "+380442223346") == ("account_mgmt", "larysa", ids.customer(customer_id))
