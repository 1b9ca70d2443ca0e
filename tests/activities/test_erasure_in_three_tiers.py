"""A person erased in tier 1 is forgotten in all three databases: by the outbox, through Temporal, on each queue."""

from __future__ import annotations

from contextlib import AsyncExitStack

from temporalio.client import Client
from temporalio.worker import Worker

from services.chassis.outbox.dispatcher import Dispatcher
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.secrets import tables_with
from tests.fixtures.tier_1 import tier_1
from tests.fixtures.tier_2 import hand_over, tier_2
from tests.fixtures.tier_3 import tier_3
from workflows.contracts import queues
from workflows.contracts.base import ContactCard, Tier

PHONE, EMAIL, NAME, COMPANY = "+380441238877", "olena.secret@erasme.example", "Olena Tajemna", "Tajemnytsia"
PERSON = (PHONE[1:], EMAIL, NAME)


async def test_a_person_erased_in_tier_1_is_forgotten_in_all_three(
    temporal: Client, fresh_database: FreshDatabase
) -> None:
    async with AsyncExitStack() as house:
        one = await house.enter_async_context(
            tier_1(await fresh_database("erasure_1", tier=Tier.LEAD_GEN, policy="demo"))
        )
        two = await house.enter_async_context(
            tier_2(await fresh_database("erasure_2", tier=Tier.CONVERSION, policy="demo"))
        )
        three = await house.enter_async_context(tier_3(await fresh_database("erasure_3", tier=Tier.ACCOUNT_MGMT)))
        lead = {"company": COMPANY, "phones": [PHONE], "email": EMAIL, "contact_name": NAME}
        lead_id = (await one.http.post("/v1/leads", json=lead)).raise_for_status().json()["id"]
        await two.manager("anna")
        await two.accepted("anna", hand_over(lead_id, contact=ContactCard(lead_id=lead_id, **lead)))
        await three.customer(lead_id, **lead)
        tiers = (one, two, three)
        assert all([await tables_with(tier.pool, PERSON) for tier in tiers])

        (await one.http.post(f"/v1/leads/{lead_id}/erase", json={"basis": "asked by mail"})).raise_for_status()
        # The other tiers are away: their part waits in Temporal, and is done when they come.
        dispatcher = Dispatcher(one.pool, temporal)
        while await dispatcher.deliver_batch():
            pass
        assert await tables_with(one.pool, PERSON) == set()
        assert await tables_with(two.pool, PERSON) != set()
        for tier, at_work in ((Tier.CONVERSION, two), (Tier.ACCOUNT_MGMT, three)):
            worker = Worker(temporal, task_queue=queues.BY_TIER[tier], activities=[at_work.activities.erase_person])
            async with worker:
                await temporal.get_activity_handle(f"report:erase:{lead_id}:{tier}").result()
        assert [await tables_with(tier.pool, PERSON) for tier in tiers] == [set(), set(), set()]

        call = {"from": PHONE, "call_id": "again"}
        again = (await one.http.post("/v1/inbound-calls", json=call)).raise_for_status().json()
        assert again["lead_id"] not in (None, lead_id)
