"""What the tier that has a lead has learned of who it is: the register writes it down, once and in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import ContactCard, Tier
from workflows.contracts.lead_gen import ContactCorrected

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module")
async def register(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_corrections", tier=Tier.LEAD_GEN)) as tier:
        yield tier


def corrected(lead_id: str, at: datetime = AT, phones: tuple[str, ...] = (), **fields: Any) -> ContactCorrected:
    """A correction of these fields by Anna."""
    card = ContactCard(lead_id=lead_id, **{"company": "as it was", "phones": list(phones), **fields})
    named = [*fields, *(["phones"] if phones else [])]
    return ContactCorrected(key=f"contact:{new_id()}", lead_id=lead_id, contact=card, fields=named, by="anna", at=at)


async def known(register: Tier1, lead_id: str) -> dict[str, Any]:
    row = await register.pool.fetchrow("SELECT * FROM leads WHERE id = $1", lead_id)
    assert row is not None
    return dict(row)


async def test_only_the_corrected_fields_change_and_the_audit_says_by_whom(register: Tier1) -> None:
    lead_id = await register.lead("+380442220001", "Caller 0200")
    await register.activities.correct_contact(corrected(lead_id, contact_name="Olena Koval", language="pl"))
    lead = await known(register, lead_id)
    assert (lead["company"], lead["contact_name"], lead["language"]) == ("Caller 0200", "Olena Koval", "pl")
    line = await register.pool.fetchrow("SELECT * FROM audit WHERE lead_id = $1", lead_id)
    assert line is not None
    assert (line["action"], line["by"]) == ("edit", "anna")
    assert "Olena" not in str(line["facts"])


async def test_an_older_correction_that_comes_late_or_twice_changes_nothing(register: Tier1) -> None:
    lead_id = await register.lead("+380442220002")
    newer = corrected(lead_id, AT + timedelta(minutes=5), company="Viter Trans")
    await register.activities.correct_contact(newer)
    await register.activities.correct_contact(corrected(lead_id, company="Viter"))
    await register.activities.correct_contact(newer)
    assert (await known(register, lead_id))["company"] == "Viter Trans"
    assert await register.pool.fetchval("SELECT count(*) FROM audit WHERE lead_id = $1", lead_id) == 1


async def test_new_numbers_and_addresses_lead_to_the_lead_unless_another_company_has_them(register: Tier1) -> None:
    lead_id, other = await register.lead("+380442220003"), await register.lead("+380442220004")
    phones = ("+380442220005", "+380442220003", "+380442220004")
    await register.activities.correct_contact(corrected(lead_id, phones=phones, email="olena@viter.example"))
    rows = await register.pool.fetch("SELECT phone, lead_id FROM lead_phones WHERE phone = ANY($1)", list(phones))
    assert {row["phone"]: row["lead_id"] for row in rows} == dict(zip(phones, (lead_id, lead_id, other), strict=True))
    owner = await register.pool.fetchval("SELECT lead_id FROM lead_keys WHERE key = 'e:olena@viter.example'")
    assert owner == lead_id


async def test_a_lead_that_was_erased_stays_so(register: Tier1) -> None:
    lead_id = await register.lead("+380442220006")
    await register.pool.execute("UPDATE leads SET stage = 'erased', company = 'erased' WHERE id = $1", lead_id)
    await register.activities.correct_contact(corrected(lead_id, company="Viter"))
    assert (await known(register, lead_id))["company"] == "erased"


async def test_news_of_a_lead_that_was_merged_are_news_of_the_one_it_is_now(register: Tier1) -> None:
    lead_id, kept = await register.lead("+380442220007"), await register.lead("+380442220008")
    await register.pool.execute("UPDATE leads SET stage = 'merged', merged_into = $2 WHERE id = $1", lead_id, kept)
    await register.activities.correct_contact(corrected(lead_id, company="Viter Trans"))
    assert (await known(register, kept))["company"] == "Viter Trans"
