"""The commission ledger through REST and its activity: events once, statements, closed months, adjustments, splits."""

from __future__ import annotations

import asyncio
import csv
import io
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2, whose
from workflows.contracts.base import Money, Tier
from workflows.contracts.commission import MoneyEvent, MoneyKind

NET = Decimal("85501.50")
TOTAL = Decimal("102601.80")
LONG_AGO = datetime(2025, 3, 10, 12, tzinfo=UTC)


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_commission", tier=Tier.CONVERSION, policy="demo")) as tier:
        await tier.manager("anna", capacity=1000)
        yield tier


def money(deal: dict[str, Any], kind: MoneyKind, amount: Decimal, key: str, at: datetime | None = None) -> MoneyEvent:
    return MoneyEvent(
        key=key,
        kind=kind,
        sale_id=deal["id"],
        customer_id=deal["lead_id"],
        amount=Money(amount=Decimal(amount)),
        total=Money(amount=TOTAL),
        person="olha" if kind is MoneyKind.ORDERED else None,
        at=at or datetime.now(UTC),
    )


async def won(tier: Tier2, **body: Any) -> dict[str, Any]:
    deal = await tier.accepted("anna")
    return await tier.won(deal["id"], "anna", **body)


async def sums(tier: Tier2, deal: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    found = (await tier.get("/v1/commissions", deal_id=deal["id"], limit=200))["items"]
    total: dict[tuple[str, str], Decimal] = {}
    for entry in found:
        key = (entry["role"], entry["kind"])
        total[key] = total.get(key, Decimal(0)) + Decimal(entry["amount"]["amount"])
    return total


async def test_a_payment_vests_the_share_and_a_refund_takes_it_back(conversion: Tier2) -> None:
    deal = await won(conversion)
    await conversion.activities.record_commission(money(deal, MoneyKind.PAID, TOTAL, "payment:1"))
    assert (await sums(conversion, deal))["closed", "vested"] == Decimal("4275.08")
    await conversion.activities.record_commission(money(deal, MoneyKind.REFUNDED, TOTAL / 2, "refund:1"))
    after = await sums(conversion, deal)
    assert after["closed", "accrued"] == Decimal("4275.08")
    assert (after["closed", "clawed_back"], after["closed", "vested"]) == (Decimal("-2137.54"), Decimal("2137.54"))


async def test_an_event_told_many_times_counts_once(conversion: Tier2) -> None:
    deal = await won(conversion)
    paid = money(deal, MoneyKind.PAID, TOTAL / 3, "payment:7")
    await asyncio.gather(*(conversion.activities.record_commission(paid) for _ in range(8)))
    assert (await sums(conversion, deal))["closed", "vested"] == Decimal("1425.03")


async def test_events_at_once_and_out_of_order_give_the_same_cents(conversion: Tier2) -> None:
    results = []
    for seed in (1, 2, 3):
        deal = await won(conversion)
        events = [
            *(money(deal, MoneyKind.PAID, TOTAL / 7, f"payment:{seed}:{n}") for n in range(5)),
            money(deal, MoneyKind.CREDITED, TOTAL / 5, f"credit:{seed}"),
            money(deal, MoneyKind.REFUNDED, TOTAL / 9, f"refund:{seed}"),
        ]
        random.Random(seed).shuffle(events)
        await asyncio.gather(*(conversion.activities.record_commission(event) for event in events))
        results.append(await sums(conversion, deal))
    assert results[0] == results[1] == results[2]
    rebuilt = await conversion.post("/v1/commissions/rebuild", {})
    assert (rebuilt["differences"], rebuilt["written"]) == ([], 0)
    assert rebuilt["sales"] == 3


async def test_money_that_is_heard_of_before_the_win_counts_after_it(conversion: Tier2) -> None:
    deal = await conversion.accepted("anna")
    await conversion.activities.record_commission(money(deal, MoneyKind.PAID, TOTAL, "payment:early"))
    assert await sums(conversion, deal) == {}
    await conversion.won(deal["id"], "anna")
    assert (await sums(conversion, deal))["closed", "vested"] == Decimal("4275.08")


async def test_a_further_order_pays_the_account_manager_who_kept_the_customer(conversion: Tier2) -> None:
    deal = await won(conversion)
    order = {"id": deal["lead_id"], "lead_id": deal["lead_id"]}
    await conversion.activities.record_commission(money(order, MoneyKind.ORDERED, NET, "ordered:1"))
    await conversion.activities.record_commission(money(order, MoneyKind.PAID, TOTAL, "payment:order"))
    mine = await conversion.http.get("/v1/commissions", headers=auth(Tier.ACCOUNT_MGMT, "account_manager", "olha"))
    assert [(e["role"], e["kind"], e["amount"]["amount"]) for e in mine.json()["items"]] == [
        ("kept", "accrued", "855.02"),
        ("kept", "vested", "855.02"),
    ]


async def test_everybody_reads_his_own_and_nothing_else(conversion: Tier2) -> None:
    await won(conversion)
    caller = auth(Tier.LEAD_GEN, "caller", "caller-1")
    mine = (await conversion.http.get("/v1/commissions", headers=caller)).json()["items"]
    assert {entry["person"] for entry in mine} == {"caller-1"}
    for who in (caller, whose("anna")):
        peek = await conversion.http.get("/v1/commissions/statements?person=borys", headers=who)
        assert (peek.status_code, peek.json()["code"]) == (403, "not_owner")
    stranger = await conversion.http.get("/v1/commissions", headers=auth(Tier.LEAD_GEN, "supervisor", "boss-1"))
    assert stranger.status_code == 403
    denied = await conversion.http.post("/v1/commissions/adjustments", json={}, headers=caller)
    assert denied.status_code == 403


async def test_a_statement_says_what_waits_what_moved_and_what_is_paid(conversion: Tier2) -> None:
    deal = await won(conversion)
    await conversion.activities.record_commission(money(deal, MoneyKind.PAID, TOTAL / 2, "payment:1"))
    fine = {
        "person": "anna",
        "role": "closed",
        "amount": {"amount": "-100.00", "currency": "UAH"},
        "reason": "paid twice",
    }
    entry = await conversion.post("/v1/commissions/adjustments", fine, status=201)
    assert (entry["kind"], entry["reason"]) == ("adjusted", "paid twice (boss)")
    people = {row["person"]: row for row in (await conversion.get("/v1/commissions/statements"))["people"]}
    anna = {name: people["anna"][name]["amount"] for name in ("opening", "accrued", "vested", "closing", "payable")}
    assert anna == {
        "opening": "0.00", "accrued": "4275.08", "vested": "2137.54", "closing": "2137.54", "payable": "2037.54",
    }  # fmt: skip
    text = (await conversion.http.get("/v1/commissions/statements.csv", headers=whose("anna"))).text
    [row] = list(csv.DictReader(io.StringIO(text)))
    assert (row["person"], row["payable"], row["currency"]) == ("anna", "2037.54", "UAH")


async def test_a_closed_month_never_changes_and_later_events_go_into_the_next(conversion: Tier2) -> None:
    deal = await won(conversion)
    await conversion.activities.record_commission(money(deal, MoneyKind.PAID, TOTAL / 2, "payment:1", LONG_AGO))
    closed = await conversion.post("/v1/commissions/statements/2025-03/close", {})
    assert closed["closed_at"] is not None
    await conversion.activities.record_commission(
        money(deal, MoneyKind.PAID, TOTAL / 2, "payment:2", LONG_AGO + timedelta(days=3))
    )
    march = await conversion.get("/v1/commissions/statements", month="2025-03")
    april = await conversion.get("/v1/commissions/statements", month="2025-04")
    assert march == closed
    vested = [row for row in april["items"] if row["kind"] == "vested" and row["role"] == "closed"]
    assert [row["amount"]["amount"] for row in vested] == ["2137.54"]
    again = await conversion.post("/v1/commissions/statements/2025-03/close", {}, status=409)
    assert again["code"] == "already_closed"
    this_month = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m}"
    early = await conversion.post(f"/v1/commissions/statements/{this_month}/close", {}, status=422)
    assert early["errors"][0]["field"] == "month"


async def test_nothing_that_was_written_can_be_changed(conversion: Tier2) -> None:
    await won(conversion)
    for table in ("commissions", "commission_events"):
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET amount = 0", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(asyncpg.PostgresError, match="only grows"):
                await conversion.pool.execute(change)


async def test_a_deal_shared_by_two_pays_both(conversion: Tier2) -> None:
    deal = await conversion.accepted("anna")
    parts = [("anna", "60"), ("borys", "40")]
    body = {"splits": [{"person": person, "role": "closed", "percent": percent} for person, percent in parts]}
    put = await conversion.http.put(f"/v1/deals/{deal['id']}/splits", json=body, headers=whose())
    assert put.status_code == 200, put.text
    await conversion.won(deal["id"], "anna")
    found = (await conversion.get("/v1/commissions", deal_id=deal["id"], role="closed"))["items"]
    assert {entry["person"]: entry["amount"]["amount"] for entry in found} == {"anna": "2565.05", "borys": "1710.03"}
    wrong = {"splits": body["splits"][:1]}
    refused = await conversion.http.put(f"/v1/deals/{deal['id']}/splits", json=wrong, headers=whose())
    assert refused.status_code == 409
    other = await conversion.accepted("anna")
    refused = await conversion.http.put(f"/v1/deals/{other['id']}/splits", json=wrong, headers=whose())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "splits")


async def test_an_adjustment_of_nothing_is_refused(conversion: Tier2) -> None:
    body = {"person": "anna", "role": "closed", "amount": {"amount": "0.00", "currency": "UAH"}, "reason": "none"}
    refused = await conversion.post("/v1/commissions/adjustments", body, status=422)
    assert refused["errors"][0]["field"] == "amount.amount"
