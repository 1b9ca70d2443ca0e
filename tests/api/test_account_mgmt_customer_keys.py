"""Customers from before the rules of today are recognised by them, without being edited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.actions import customer_keys
from services.account_mgmt.actions.customer_keys import complete_keys
from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier

SIREN = "732829320"


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_customer_keys", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def old_customer(tier: Tier3, tax_id: str | None = f"FR44{SIREN}", **contact: Any) -> str:
    """A customer as an older version left them: with the key of their tax id alone."""
    customer_id = new_id()
    card = {"lead_id": customer_id, "company": "Vent SARL", "timezone": "Europe/Paris", "tax_id": tax_id, **contact}
    await tier.pool.execute(
        "INSERT INTO customers (id, contact, account_manager) VALUES ($1, $2, 'oleh')", customer_id, card
    )
    await tier.pool.execute(
        "INSERT INTO customer_keys (key, customer_id) VALUES ('t:' || $2, $1) ON CONFLICT DO NOTHING",
        customer_id,
        tax_id or customer_id,
    )
    return customer_id


async def keys_of(tier: Tier3, customer_id: str) -> set[str]:
    rows = await tier.pool.fetch("SELECT key FROM customer_keys WHERE customer_id = $1", customer_id)
    return {row["key"] for row in rows}


async def left(tier: Tier3) -> int:
    return int(await tier.pool.fetchval("SELECT count(*) FROM customers WHERE keyed < 1"))


async def test_whoever_was_there_before_is_recognised_by_the_number_within_their_vat_id(tier: Tier3) -> None:
    customer_id = await old_customer(tier, phones=["+33140000001"])
    new = {
        "company": "Vent",
        "billing": {"country": "FR"},
        "tax_id": SIREN,
        "phones": ["+33140000002"],
        "timezone": "Europe/Paris",
    }
    assert await complete_keys(tier.pool) > 0
    assert {f"t:{SIREN}", "p:+33140000001"} <= await keys_of(tier, customer_id)
    refused = await tier.http.post("/v1/customers", json=new, headers=boss())
    assert refused.status_code == 409 and customer_id in refused.text, refused.text
    assert await complete_keys(tier.pool) == 0


async def test_what_another_customer_is_recognised_by_stays_theirs(tier: Tier3) -> None:
    holder, other = await old_customer(tier, SIREN), await old_customer(tier)
    await complete_keys(tier.pool)
    assert f"t:{SIREN}" in await keys_of(tier, holder)
    assert f"t:{SIREN}" not in await keys_of(tier, other)
    assert f"t:44{SIREN}" in await keys_of(tier, other)


async def test_many_are_done_in_batches_and_a_process_that_ends_halfway_is_followed_by_one_that_goes_on(
    tier: Tier3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_keys, "_BATCH", 10)
    found = [await old_customer(tier, None, company=f"Vent {n}", phones=[f"+331400000{n:02}"]) for n in range(35)]
    async with tier.pool.acquire() as busy, busy.transaction():
        await busy.execute("SELECT FROM customers WHERE id = ANY($1::uuid[]) FOR UPDATE", found[:12])
        await complete_keys(tier.pool)
        assert await left(tier) >= 12, "somebody is busy with them"
    # Two processes at once do not wait for each other, nor do anything twice.
    await asyncio.gather(complete_keys(tier.pool), complete_keys(tier.pool))
    await complete_keys(tier.pool)
    assert await left(tier) == 0
    assert [len(await keys_of(tier, one)) for one in found] == [3] * 35


async def test_nobody_recognises_the_erased_and_the_merged_by_them(tier: Tier3) -> None:
    erased, merged, kept = [await old_customer(tier, company=name) for name in "abc"]
    await tier.pool.execute("DELETE FROM customer_keys")
    await tier.pool.execute("INSERT INTO erasures (customer_id, erased_at, by) VALUES ($1, now(), 'boss')", erased)
    await tier.pool.execute("UPDATE customers SET merged_into = $2 WHERE id = $1", merged, kept)
    await complete_keys(tier.pool)
    assert await keys_of(tier, erased) == await keys_of(tier, merged) == set()
    assert f"t:{SIREN}" in await keys_of(tier, kept)
    # Taken apart again, they are a customer whose keys are looked after.
    await tier.pool.execute("UPDATE customers SET merged_into = NULL, contact = contact || $2"
                            " WHERE id = $1", merged, {"phones": ["+33140000009"]})  # fmt: skip
    assert await complete_keys(tier.pool) > 0
    assert "p:+33140000009" in await keys_of(tier, merged)
