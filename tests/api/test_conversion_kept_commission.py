"""Commission of tier 3: an account manager's own pages, and their supervisor's, from tier 2's ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest_asyncio

from services.chassis.db import new_id
from services.conversion.domain.commissions import Role
from tests.api.test_conversion_team import words
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Money, Tier
from workflows.contracts.commission import MoneyEvent, MoneyKind

KEPT = "/desk/kept/commission"
_ENTRY = """
INSERT INTO commissions (id, key, month, person, role, kind, base, percent, amount, currency, reason, at)
VALUES (gen_random_uuid(), gen_random_uuid()::text, to_char(now() AT TIME ZONE 'Europe/Kyiv', 'YYYY-MM'), $1, $2,
        'accrued', 1000, 2, $3, 'UAH', '', now())
"""


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("kept_commission", tier=Tier.CONVERSION)) as running:
        for who, role, amount in (("oleh", Role.KEPT, 120), ("ira", Role.KEPT, 77), ("anna", Role.CLOSED, 999)):
            await running.pool.execute(_ENTRY, who, role, amount)
            await running.pool.execute(
                "INSERT INTO person_names (person, name) VALUES ($1, $2)", who, f"{who.title()} Known"
            )
        yield running


async def test_an_account_manager_reads_their_own_month_and_nobody_elses(tier: Tier2) -> None:
    async with person(tier, "oleh", "account_manager", Tier.ACCOUNT_MGMT) as oleh:
        page = words(await oleh.look(KEPT))
        assert "120.00" in page
        assert "77.00" not in page
        assert 'href="/accounts/desk/customers"' in oleh.page, "the bar is that of their own desk"
        assert '<body data-tier="acct"' in oleh.page
        assert "77.00" not in words(await oleh.look(KEPT, whose="ira")), "whoever is asked for"
        file = await oleh.http.get(f"{KEPT}/statement.csv", params={"whose": "ira"})
        assert "120.00" in file.text
        assert "77.00" not in file.text
        assert (await oleh.http.get("/desk/commission")).status_code == 403


async def test_an_entry_leads_to_the_customer_whose_order_it_is_of(tier: Tier2) -> None:
    customer_id, sale_id = new_id(), new_id()
    amount = Money(amount=Decimal("2000.00"), currency="UAH")
    ordered = MoneyEvent(
        key=f"ordered:{sale_id}", kind=MoneyKind.ORDERED, sale_id=sale_id, customer_id=customer_id, amount=amount,
        total=amount, person="yurii", number="LR-SO-2031-000042", at=datetime.now(UTC),
    )  # fmt: skip
    await tier.activities.record_commission(ordered)
    async with person(tier, "yurii", "account_manager", Tier.ACCOUNT_MGMT) as yurii:
        page = await yurii.look(KEPT)
        assert f'href="/accounts/desk/customers/{customer_id}">Order LR-SO-2031-000042</a>' in page


async def test_their_supervisor_chooses_among_those_who_keep_customers(tier: Tier2) -> None:
    async with person(tier, "boss", "supervisor", Tier.ACCOUNT_MGMT) as boss:
        page = await boss.look(KEPT, whose="ira")
        assert "77.00" in words(page)
        assert "Oleh Known" in page
        assert "Anna Known" not in page, "a manager of tier 2 is not theirs"
        assert "999.00" not in words(await boss.look(KEPT, whose="anna"))
        assert 'href="/accounts/desk/portfolio"' in page


async def test_their_supervisor_who_keeps_nobody_begins_with_the_first_of_all(tier: Tier2) -> None:
    async with person(tier, "boss", "supervisor", Tier.ACCOUNT_MGMT) as boss:
        assert "77.00" in words(await boss.look(KEPT))
        assert "77.00" in (await boss.http.get(f"{KEPT}/statement.csv")).text


async def test_nobody_else_opens_it(tier: Tier2) -> None:
    for who, role, of in (("boss", "supervisor", Tier.CONVERSION), ("boss", "supervisor", Tier.LEAD_GEN)):
        async with person(tier, who, role, of) as other:
            assert (await other.http.get(KEPT)).status_code == 403
    async with person(tier, "anna", "manager") as anna:
        assert (await anna.http.get(KEPT)).status_code == 403
        assert "999.00" in words(await anna.look("/desk/commission"))


async def test_tier_2s_supervisor_corrects_it_and_nobody_of_tier_3(tier: Tier2) -> None:
    form = {"person": "oleh", "amount": "-20", "currency": "UAH", "reason": "counted twice"}
    entry = {"person": "oleh", "role": "kept", "amount": {"amount": "-20.00", "currency": "UAH"}, "reason": "once more"}
    async with person(tier, "chief", "supervisor", Tier.ACCOUNT_MGMT) as theirs:
        assert "supervisor corrects it" in await theirs.look(KEPT, whose="oleh")
        await theirs.press("/desk/team/commission/corrections", **form, status=403)
        assert (await theirs.http.post("/v1/commissions/adjustments", json=entry)).status_code in {401, 403}
    async with person(tier, "boss", "supervisor") as boss:
        assert "Oleh Known, of another tier" in words(await boss.look("/desk/team/commission"))
        for nobody in ("", "whoever"):
            refused = await boss.press("/desk/team/commission/corrections", **{**form, "person": nobody}, status=422)
            assert "Choose somebody" in words(refused.text)
        await boss.press("/desk/team/commission/corrections", **form)
        assert "Oleh Known" in words(boss.page.partition('id="corrections"')[2].partition("<details")[0])
    rows = await tier.pool.fetch("SELECT person, role, amount, reason FROM commissions WHERE kind = 'adjusted'")
    assert [tuple(row) for row in rows] == [("oleh", "kept", -20, "counted twice (boss)")]
