"""Commission by what became of the money: surpluses, bounces, credit notes, corrected orders, months and debts."""

from __future__ import annotations

import csv
import io
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import LINE, Tier2, tier_2, whose
from workflows.contracts.base import Money, Tier
from workflows.contracts.commission import MoneyEvent

ANNA, OLHA = ("anna", "closed"), ("olha", "kept")
LONG_AGO = datetime(2025, 3, 10, 12, tzinfo=UTC)


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_money", tier=Tier.CONVERSION, policy="demo")) as tier:
        await tier.manager("anna", capacity=1000)
        yield tier


@dataclass
class Sale:
    """A sale of 1000.00 before tax, whose invoice is of 1200.00."""

    id: str
    customer_id: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def event(self, kind: str, amount: str, **changes: Any) -> MoneyEvent:
        """The next thing that happens to it."""
        self.at += timedelta(seconds=1)
        values: dict[str, Any] = {
            "key": new_id(), "kind": kind, "sale_id": self.id, "customer_id": self.customer_id,
            "amount": Money(amount=Decimal(amount)), "total": Money(amount=Decimal(1200)), "at": self.at,
        }  # fmt: skip
        return MoneyEvent.model_validate(values | changes)

    def story(self, told: str) -> list[MoneyEvent]:
        """Events as "paid 1200.00, refunded 300.00"."""
        return [self.event(*one.split()) for one in told.split(", ")]


async def sold(tier: Tier2) -> Sale:
    deal = await tier.accepted("anna")
    line = LINE | {"quantity": "1", "unit_price": {"amount": "1000.00", "currency": "UAH"}}
    await tier.won(deal["id"], "anna", lines=[line])
    return Sale(deal["id"], deal["lead_id"])


def ordered_again(first: Sale, net: str = "1000.00", **changes: Any) -> tuple[Sale, MoneyEvent]:
    """A further order of the customer, placed after what happened to the first sale."""
    order = Sale(new_id(), first.customer_id, first.at)
    return order, order.event("ordered", net, person="olha", **changes)


async def hear(tier: Tier2, events: Sequence[MoneyEvent]) -> None:
    for event in events:
        await tier.activities.record_commission(event)


async def sums(tier: Tier2, sale: Sale) -> dict[tuple[str, str, str], str]:
    """What the ledger holds of a sale's customer, without what comes to nothing."""
    rows = await tier.pool.fetch(
        """SELECT person, role, kind, sum(amount) AS amount FROM commissions WHERE lead_id = $1 AND role <> 'sourced'
            GROUP BY 1, 2, 3 HAVING sum(amount) <> 0""",
        sale.customer_id,
    )
    return {(row["person"], row["role"], row["kind"]): str(row["amount"]) for row in rows}


def holds(accrued: str, clawed_back: str, vested: str) -> dict[tuple[str, str, str], str]:
    told = {"accrued": accrued, "clawed_back": clawed_back, "vested": vested}
    return {(*ANNA, kind): amount for kind, amount in told.items() if Decimal(amount)}


@pytest.mark.parametrize(
    ("told", "clawed_back", "vested"),
    [
        ("paid 1500.00, refunded 300.00", "0.00", "50.00"),
        ("paid 1200.00, reversed 1200.00", "0.00", "0.00"),
        ("paid 1200.00, reversed 1200.00, paid 1200.00", "0.00", "50.00"),
        ("paid 1500.00, reversed 300.00", "0.00", "50.00"),
        ("paid 1500.00, refunded 400.00", "-4.17", "45.83"),
        ("paid 1200.00, paid 1200.00, refunded 1200.00", "0.00", "50.00"),
        ("paid 1200.00, refunded 1200.00, paid 1200.00", "0.00", "50.00"),
        ("paid 1200.00, refunded 400.00, credited 300.00", "-29.17", "20.83"),
        ("paid 1200.00, refunded 300.00, credited 400.00", "-29.17", "20.83"),
        ("credited 300.00, paid 900.00, refunded 300.00", "-25.00", "25.00"),
        ("paid 1200.00, credited 300.00, refunded 300.00", "-12.50", "37.50"),
        ("paid 1200.00, refunded 300.00, credited 300.00", "-12.50", "37.50"),
        ("credited 300.00, paid 900.00, refunded 900.00, paid 900.00", "-12.50", "37.50"),
        ("paid 1200.00, credited 400.00, refunded 300.00", "-16.67", "33.33"),
    ],
)
async def test_a_share_follows_what_is_sold_and_paid_in_the_end(
    conversion: Tier2, told: str, clawed_back: str, vested: str
) -> None:
    for order in itertools.islice(itertools.permutations(range(told.count(",") + 1)), 6):
        sale = await sold(conversion)
        events = sale.story(told)
        await hear(conversion, [events[n] for n in order] + events[:1])
        assert await sums(conversion, sale) == holds("50.00", clawed_back, vested), order
    assert (await conversion.post("/v1/commissions/rebuild", {}))["differences"] == []


@pytest.mark.parametrize("undone", ["credited 1200.00", "cancelled 1200.00", "paid 1200.00, credited 1200.00"])
async def test_a_corrected_first_invoice_keeps_the_closers_share(conversion: Tier2, undone: str) -> None:
    for order in itertools.permutations(range(3)):
        sale = await sold(conversion)
        before = sale.story(undone)
        again, placed = ordered_again(sale)
        events = [*before[-1:], placed, again.event("paid", "1200.00")]
        await hear(conversion, [*before[:-1], *(events[n] for n in order)])
        assert await sums(conversion, sale) == holds("50.00", "0.00", "50.00"), order
    assert (await conversion.post("/v1/commissions/rebuild", {}))["differences"] == []


async def test_a_correction_that_is_corrected_again_still_keeps_it(conversion: Tier2) -> None:
    sale = await sold(conversion)
    second, placed = ordered_again(sale)
    third, placed_again = ordered_again(second)
    events = [sale.event("credited", "1200.00", at=sale.at), placed, second.event("credited", "1200.00", at=second.at)]
    await hear(conversion, [*events, placed_again, third.event("paid", "600.00")])
    assert await sums(conversion, sale) == holds("50.00", "0.00", "25.00")


async def test_an_order_says_which_sale_it_corrects_and_may_be_of_another_value(conversion: Tier2) -> None:
    for order in itertools.permutations(range(3)):
        sale = await sold(conversion)
        [credited] = sale.story("credited 1200.00")
        total = Money(amount=Decimal(960))
        again, placed = ordered_again(sale, "800.00", corrects=sale.id, total=total)
        events = [credited, placed, again.event("paid", "960.00", total=total)]
        await hear(conversion, [events[n] for n in order])
        assert await sums(conversion, sale) == holds("40.00", "0.00", "40.00")


@pytest.mark.parametrize(
    ("told", "net", "later"),
    [
        ("credited 1200.00", "900.00", timedelta()),
        ("credited 1100.00", "1000.00", timedelta()),
        ("credited 1200.00", "1000.00", timedelta(days=200)),
    ],
)
async def test_what_is_no_correction_is_the_account_managers_own_sale(
    conversion: Tier2, told: str, net: str, later: timedelta
) -> None:
    sale = await sold(conversion)
    await hear(conversion, sale.story(told))
    sale.at += later
    _, placed = ordered_again(sale, net)
    await hear(conversion, [placed])
    found = await sums(conversion, sale)
    assert found[*OLHA, "accrued"] == str((Decimal(net) / 100).quantize(Decimal("0.01")))


async def test_a_second_order_of_the_same_value_corrects_nothing(conversion: Tier2) -> None:
    sale = await sold(conversion)
    [credited] = sale.story("credited 1200.00")
    _, first = ordered_again(sale)
    _, second = ordered_again(sale, at=first.at + timedelta(days=1))
    await hear(conversion, [credited, second])
    assert (*OLHA, "accrued") not in await sums(conversion, sale)
    await hear(conversion, [first])
    assert await sums(conversion, sale) == holds("50.00", "0.00", "0.00") | {(*OLHA, "accrued"): "10.00"}
    assert (await conversion.post("/v1/commissions/rebuild", {}))["differences"] == []


async def customers_life(tier: Tier2, seed: int) -> tuple[Sale, list[MoneyEvent]]:
    """A first sale and three further orders, each credited, paid and given back by chance; what happened, in order."""
    chance = random.Random(seed)
    first = await sold(tier)
    sales, events = [first], []
    for _ in range(chance.randint(4, 14)):
        sale = chance.choice(sales)
        kind = chance.choice(["paid", "paid", "refunded", "credited", "credited", "cancelled", "order"])
        for one in sales:
            one.at = max(other.at for other in sales) + timedelta(days=chance.choice([0, 3, 20]))
        if kind == "order" and len(sales) < 4:
            sale, placed = ordered_again(sale, chance.choice(["1000.00", "1000.00", "900.00"]))
            sales.append(sale)
            events.append(placed)
        elif kind != "order":
            events.append(sale.event(kind, chance.choice(["300.00", "1200.00", "1200.00"])))
    return first, events


@pytest.mark.parametrize("seed", range(8))
async def test_what_is_heard_in_any_order_and_twice_ends_in_the_same_ledger_with_all_corrections(
    conversion: Tier2, seed: int
) -> None:
    found = []
    for shuffled in (None, 1, 2):
        sale, events = await customers_life(conversion, seed)
        if shuffled is not None:
            random.Random(shuffled).shuffle(events)
        await hear(conversion, [*events, *events[:3]])
        found.append(await sums(conversion, sale))
    assert found[0] == found[1] == found[2]
    assert (await conversion.post("/v1/commissions/rebuild", {}))["differences"] == []


async def month_of(tier: Tier2, month: str) -> dict[str, str]:
    people = (await tier.get("/v1/commissions/statements", month=month, person="anna"))["people"]
    return {name: value["amount"] for name, value in people[0].items() if name != "person"} if people else {}


async def test_the_day_the_money_came_decides_the_month_while_it_is_open(conversion: Tier2) -> None:
    sale = await sold(conversion)
    await hear(conversion, [sale.event("paid", "600.00", at=LONG_AGO)])
    assert (await month_of(conversion, "2025-03"))["vested"] == "25.00"
    await conversion.post("/v1/commissions/statements/2025-04/close", {})
    march = await conversion.get("/v1/commissions/statements", month="2025-03")
    assert march["closed_at"] is not None, "a month closes with those after it"
    await hear(conversion, [sale.event("paid", "600.00", at=LONG_AGO)])
    assert await conversion.get("/v1/commissions/statements", month="2025-03") == march
    assert (await month_of(conversion, "2025-05"))["vested"] == "25.00"
    refused = await conversion.post("/v1/commissions/statements/2025-03/close", {}, status=409)
    assert refused["code"] == "already_closed"


async def test_what_is_owed_goes_on_to_the_next_month_and_nobodys_pay_is_negative(conversion: Tier2) -> None:
    first, second = await sold(conversion), await sold(conversion)
    months = [LONG_AGO + timedelta(days=30 * n) for n in range(5)]
    await hear(conversion, [first.event("paid", "1200.00", at=months[0])])
    await hear(conversion, [first.event("refunded", "1200.00", at=months[1])])
    await hear(conversion, [second.event("paid", "480.00", at=months[2])])
    await hear(conversion, [second.event("paid", "720.00", at=months[4])])
    names = ("brought_forward", "vested", "payable", "carried_forward")
    found = [await month_of(conversion, f"2025-{number:02d}") for number in (3, 4, 5, 6, 7)]
    assert [tuple(month[name] for name in names) for month in found] == [
        ("0.00", "50.00", "50.00", "0.00"),
        ("0.00", "-50.00", "0.00", "-50.00"),
        ("-50.00", "20.00", "0.00", "-30.00"),
        ("-30.00", "0.00", "0.00", "-30.00"),
        ("-30.00", "30.00", "0.00", "0.00"),
    ]
    text = (await conversion.http.get(
        "/v1/commissions/statements.csv?month=2025-05&person=anna", headers=whose()
    )).text  # fmt: skip
    [row] = list(csv.DictReader(io.StringIO(text)))
    assert [row[name] for name in names] == ["-50.00", "20.00", "0.00", "-30.00"]


async def test_a_payment_reversed_after_its_pay_out_is_owed_until_it_is_paid_again(conversion: Tier2) -> None:
    sale = await sold(conversion)
    months = [LONG_AGO + timedelta(days=30 * n) for n in range(5)]
    await hear(conversion, [sale.event("paid", "1200.00", at=months[0])])
    await conversion.post("/v1/commissions/statements/2025-03/close", {})
    # It was reversed in the month that is paid out and closed: the next one bears it.
    await hear(conversion, [sale.event("reversed", "1200.00", at=months[0] + timedelta(days=2))])
    await hear(conversion, [sale.event("paid", "600.00", at=months[2]), sale.event("paid", "600.00", at=months[3])])
    found = [await month_of(conversion, f"2025-{number:02d}") for number in (3, 4, 5, 6)]
    assert [(month["vested"], month["payable"], month["carried_forward"]) for month in found] == [
        ("50.00", "50.00", "0.00"),
        ("-50.00", "0.00", "-50.00"),
        ("25.00", "0.00", "-25.00"),
        ("25.00", "0.00", "0.00"),
    ]
    assert await sums(conversion, sale) == holds("50.00", "0.00", "50.00")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/commissions?month=2026-13", "month"),
        ("/v1/commissions?role=boss", "role"),
        ("/v1/commissions?kind=lost", "kind"),
        ("/v1/commissions?deal_id=7", "deal_id"),
        ("/v1/commissions?limit=0", "limit"),
        ("/v1/commissions/statements?month=May", "month"),
        ("/v1/commissions/statements.csv?month=2026-00", "month"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_its_field(conversion: Tier2, path: str, field: str) -> None:
    answer = await conversion.http.get(path, headers=whose())
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])
