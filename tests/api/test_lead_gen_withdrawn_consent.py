"""Who tells another tier that they want to hear no more is on tier 1's ledger, and whoever has the lead hears of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from services.lead_gen.repository import do_not_call
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import RegisterUpdate, WithdrawConsent


@pytest_asyncio.fixture
async def lead_gen(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_withdrawn", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def test_a_wish_for_no_more_mail_is_on_the_ledger_with_its_proof_and_reaches_the_tier_that_has_the_lead(
    lead_gen: Tier1,
) -> None:
    lead_id = await lead_gen.lead("+380441112233")
    at = datetime.now(UTC)
    where = RegisterUpdate(
        key="r:1", lead_id=lead_id, tier=Tier.CONVERSION, stage="informing", workflow_id=ids.conversion(lead_id), at=at
    )
    await lead_gen.activities.update_register(where)
    asked = WithdrawConsent(key="mail-stop:1", lead_id=lead_id, basis="by mail", proof="mail 1", by="mail", at=at)
    for _ in range(2):
        await lead_gen.activities.withdraw_consent(asked)
    async with lead_gen.pool.acquire() as conn:
        assert await do_not_call.forbidden(conn, lead_id)
        entry = await do_not_call.entry(conn, "+380441112233")
    assert entry is not None
    assert (entry.scope, entry.basis, entry.proof, entry.by) == ("company", "by mail", "mail 1", "mail")
    assert await lead_gen.signals(ids.conversion(lead_id)) == ["do_not_call"]
    listed = await lead_gen.http.get("/v1/do-not-call", headers=auth(Tier.LEAD_GEN))
    assert listed.json()["items"][0]["proof"] == "mail 1"
