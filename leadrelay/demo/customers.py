"""The world outside: customers pay their invoices, order on their own, and people call in, known ones and strangers."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from leadrelay.demo import decisions
from leadrelay.demo.day import Day, Json
from leadrelay.demo.deals import lines_of
from leadrelay.demo.people import ACCOUNT_MANAGERS, SUPERVISOR, SWITCHBOARD
from leadrelay.demo.sample import SAMPLE

LOOK_EVERY: Final = 1.5
RING_EVERY: Final = (2.0, 5.0)
ORDER_EVERY: Final = (4.0, 9.0)
FIRST_ORDERS: Final = 12
FIRST_ORDER_EVERY: Final = 0.7
"""The morning begins with some orders at once, so that there are invoices to look at."""
REST: Final = 30.0
AGREED: Final[tuple[Json, ...]] = (
    {
        "name": "Зберігання, склад 3",
        "lines": [
            {"product_id": "STORE", "description": "Зберігання {period}", "quantity": "24",
             "unit_price": {"amount": "320.00", "currency": "UAH"}},
        ],
        "price_by": "catalogue", "every": 1, "unit": "week",
    },
    {
        "name": "Митний брокер",
        "lines": [
            {"product_id": "CUSTOMS", "description": "Послуги митного брокера, {month}", "quantity": "1",
             "unit_price": {"amount": "3900.00", "currency": "UAH"}},
        ],
        "every": 1, "unit": "month", "payment_days": 14,
    },
)  # fmt: skip
"""Contracts of the first customers, without their first dates."""
WITHDRAWAL_SHARE: Final = 0.04
"""Of the calls that come in, those whose caller never wants to hear from us again."""


@dataclass(frozen=True)
class Payment:
    """A payment that a customer makes: an amount and the reference on the bank statement."""

    amount: Decimal
    reference: str


def due_payment(habit: str, invoice: Json, now: datetime) -> Payment | None:
    """Decide whether this customer sends money now. `late` waits for the reminder, `partial` sends half first."""
    total = Decimal(invoice["total"]["amount"])
    paid, rest = (Decimal(invoice[name]["amount"]) for name in ("paid", "open_amount"))
    overdue = datetime.fromisoformat(invoice["due_at"]) < now
    if habit == "never" or (habit == "late" and not overdue):
        return None
    if habit == "partial" and paid == 0:
        return Payment((total / 2).quantize(Decimal("0.01")), f"{invoice['number']}/1")
    if habit == "partial" and not overdue:
        return None
    return Payment(rest, f"{invoice['number']}/2")


class Payers:
    """All customers' bookkeepers, as our own bookkeeper sees them on the bank statement."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._desk = day.desk("account_mgmt", "supervisor", SUPERVISOR)

    async def turn(self) -> float:
        """Book what came in since the last look."""
        async for invoice in self._desk.items("/v1/invoices", state="open"):
            habit = decisions.payment(self._day.dice("pays", invoice["id"]))
            payment = due_payment(habit, invoice, datetime.now(UTC))
            if payment is not None:
                await self._book(invoice, payment)
        return LOOK_EVERY

    async def _book(self, invoice: Json, payment: Payment) -> None:
        body = {
            "amount": {"amount": str(payment.amount), "currency": invoice["total"]["currency"]},
            "reference": payment.reference,
            "paid_at": datetime.now(UTC).isoformat(),
        }
        reply = await self._desk.post(
            f"/v1/invoices/{invoice['id']}/payments", body, key=f"{invoice['id']}:{payment.reference}"
        )
        if reply.ok:
            self._day.done["payment"] += 1


class Buyers:
    """Customers who need something before anybody reminds them."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._desks = {who.id: day.desk("account_mgmt", "account_manager", who.id) for who in ACCOUNT_MANAGERS}
        self._boss = day.desk("account_mgmt", "supervisor", SUPERVISOR)
        self._dice = day.dice("buyers")
        self._orders = 0

    async def turn(self) -> float:
        """Let one customer, if there is any, order by telephone."""
        customers = await self._boss.first("/v1/customers", limit=200, state="active")
        if customers:
            self._orders += 1
            customer = self._dice.pick(customers)
            owner = customer["account_manager"]
            is_taken = self._day.is_taken("account_mgmt", owner or "")
            desk = self._boss if is_taken else self._desks.get(owner, self._boss)
            body = {"lines": lines_of(decisions.basket(self._dice)), "note": "called in"}
            key = f"{customer['id']}:own-order:{self._day.run}:{self._orders}"
            reply = await desk.post(f"/v1/customers/{customer['id']}/orders", body, key=key)
            if reply.ok:
                self._day.done["own order"] += 1
        return FIRST_ORDER_EVERY if self._orders < FIRST_ORDERS else self._dice.between(*ORDER_EVERY)


class Subscribers:
    """The first customers who agree to be invoiced again and again, so that there are contracts to look at."""

    def __init__(self, day: Day) -> None:
        self._desk = day.desk("account_mgmt", "supervisor", SUPERVISOR)
        self._day = day

    async def turn(self) -> float:
        """Agree with two customers, as soon as there are two, unless somebody has contracts already."""
        if await self._desk.first("/v1/contracts", limit=1):
            return REST
        customers = (await self._desk.first("/v1/customers", limit=200, state="active"))[: len(AGREED)]
        if len(customers) < len(AGREED):
            return LOOK_EVERY
        today = datetime.now(UTC).date()
        for customer, body in zip(customers, agreements(today), strict=True):
            key = f"{customer['id']}:contract:{today}"
            reply = await self._desk.post(f"/v1/customers/{customer['id']}/contracts", body, key=key)
            if reply.ok:
                self._day.done["contract"] += 1
        return LOOK_EVERY


def agreements(today: date) -> list[Json]:
    """What is agreed: storage by the week since a week ago, at list prices, and a fee by the month since its first."""
    first = (today - timedelta(days=7), today.replace(day=1))
    return [{**body, "first_on": day.isoformat()} for body, day in zip(AGREED, first, strict=True)]


class Telephone:
    """Everybody who calls in: leads of the sample, customers, strangers."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._desk = day.desk("lead_gen", "switchboard", SWITCHBOARD)
        self._boss = day.desk("lead_gen", "supervisor", SUPERVISOR)
        self._dice = day.dice("telephone")
        self._numbers = numbers_of_sample()
        self._rings = 0

    async def turn(self) -> float:
        """Take one call at the switchboard."""
        self._rings += 1
        number = await self._who_calls()
        if self._dice.chance(WITHDRAWAL_SHARE):
            body = {"scope": "phone", "basis": "asked by telephone", "proof": f"switchboard {self._day.run}"}
            await self._boss.put(f"/v1/do-not-call/{number}", body)
            return self._dice.between(*RING_EVERY)
        call_id = f"{self._day.run}-{self._rings}"
        body = {"from": number, "call_id": call_id, "note": "asks to be called back", "default_region": "UA"}
        reply = await self._desk.post("/v1/inbound-calls", body, key=f"ring:{call_id}")
        if reply.ok:
            self._day.done[f"inbound to {reply.body.get('routed_to')}"] += 1
        return self._dice.between(*RING_EVERY)

    async def _who_calls(self) -> str:
        who = self._dice.weigh({"lead": 0.35, "customer": 0.4, "stranger": 0.25})
        if who == "customer":
            customers = await self._boss.first("/v1/leads", tier="account_mgmt")
            if customers and (number := await self._number_of(self._dice.pick(customers)["id"])):
                return number
        if who == "stranger":
            # The sample uses no subscriber number that begins with 99. A few hundred strangers are enough for a town.
            return f"+380929900{self._dice.whole(0, 299):03d}"
        return self._dice.pick(self._numbers)

    async def _number_of(self, lead_id: str) -> str | None:
        # The register's list is masked, and the real customer knows their own number.
        key = f"{lead_id}:calls-in:{self._day.run}:{self._rings}"
        reply = await self._boss.post(
            f"/v1/leads/{lead_id}/reveal", {"reason": "the sample's customer calls in"}, key=key
        )
        phones: list[str] = reply.body.get("phones", []) if reply.ok else []
        return phones[0] if phones else None


def numbers_of_sample() -> list[str]:
    """Read the numbers of the sample as somebody's display would show them, hence only those written in full."""
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        written = [row["Phone Number"].strip() for row in csv.DictReader(file)]
    return [number for number in written if number.startswith("+380") and number[1:].isdigit() and len(number) == 13]
