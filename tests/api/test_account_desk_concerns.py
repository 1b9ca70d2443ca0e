"""What the account desk shows first, and to whom: complaints, overdue money, reminders that nobody answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio

from services.account_mgmt import migrations
from services.chassis.db import new_id
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, account_manager, boss, tier_3
from workflows.contracts import ids
from workflows.contracts.account_mgmt import EscalateNudge
from workflows.contracts.base import Tier
from workflows.contracts.conversion_activities import OpenInbound


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_concerns", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str) -> AsyncIterator[Desk3]:
    async with desk_3(dsn) as desk:
        yield desk


async def unanswered(tier: Tier3) -> tuple[str, str]:
    """(customer of Oleh's, item) of a reminder that nobody answered in time."""
    customer_id, item_id = await tier.nudge()
    await tier.activities.escalate_nudge(EscalateNudge(key=new_id(), customer_id=customer_id, item_id=item_id, level=1))
    return customer_id, item_id


async def make_late(tier: Tier3, customer_id: str, days: int = 3) -> None:
    due = datetime.now(UTC) - timedelta(days=days)
    await tier.pool.execute("UPDATE invoices SET due_at = $2 WHERE customer_id = $1", customer_id, due)


async def test_an_unanswered_reminder_is_seen_by_its_owner_and_the_supervisor_alone(dsn: str, tier: Tier3) -> None:
    customer_id, item_id = await unanswered(tier)
    row = f'id="pick-{customer_id}"'
    for person, role, sees in (
        ("oleh", "account_manager", True), ("boss", "supervisor", True), ("petro", "account_manager", False),
    ):  # fmt: skip
        async with desk_3(dsn, person, role) as desk:
            page = await desk.page("")
            assert ((row in page), ("1 to go" in page)) == (sees, sees), person
    theirs = account_manager("petro")
    assert (await tier.http.get("/v1/nudges", params={"mine": True}, headers=theirs)).json()["items"] == []
    mine = (await tier.http.get("/v1/nudges", params={"mine": True}, headers=boss())).json()["items"]
    assert [one["item_id"] for one in mine] == [item_id]


async def test_whoever_covers_sees_and_answers_an_unanswered_reminder(dsn: str, tier: Tier3) -> None:
    customer_id, item_id = await unanswered(tier)
    await tier.post("/v1/account-managers", {"id": "petro", "name": "Petro", "capacity": 10}, headers=boss())
    begin = datetime.now(UTC) - timedelta(minutes=1)
    await tier.post(
        "/v1/account-managers/oleh/absences",
        {"starts_at": begin.isoformat(), "ends_at": (begin + timedelta(days=1)).isoformat(), "cover": "petro"},
        headers=boss(),
    )
    async with desk_3(dsn, "petro") as cover:
        page = await cover.page(f"customers/{customer_id}")
        assert f'id="pick-{customer_id}"' in page
        assert 'href="tel:+380441234567"' in page
        answer = await cover.act(
            f"customers/{customer_id}/said", outcome="not_now", item_id=item_id, reason="no budget"
        )
    assert answer.status_code == 200, answer.text


async def test_nobody_else_answers_an_unanswered_reminder(dsn: str, tier: Tier3) -> None:
    customer_id, item_id = await unanswered(tier)
    async with desk_3(dsn, "petro") as colleague:
        assert f"{customer_id}?say=" not in await colleague.page(f"customers/{customer_id}")
    path = f"/v1/nudges/{item_id}/outcome"
    refused = await tier.post(path, {"outcome": "not_now"}, status=403, headers=account_manager("petro"))
    assert refused["code"] == "not_owner"


async def test_a_complaint_is_what_the_card_says_first_and_nothing_is_offered(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.nudge()
    await make_late(tier, customer_id)
    await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": "The truck came late."})
    page = await desk.page(f"customers/{customer_id}")
    assert "Put it right first" in page
    assert "Ви нам сказали: The truck came late. Дзвоню" in page or "You told us: The truck came late. I call" in page
    assert "Offer next" not in page


async def test_an_overdue_invoice_is_what_the_card_says_first_until_it_is_paid(tier: Tier3, desk: Desk3) -> None:
    customer_id, opened = await tier.customer()
    assert "Offer next" in await desk.page(f"customers/{customer_id}")
    await make_late(tier, customer_id)
    page = await desk.page(f"customers/{customer_id}")
    assert "Ask for the money first" in page
    assert "Offer next" not in page
    paid = {"amount": {"amount": "120.00", "currency": "UAH"}, "reference": "bank-1"}
    await tier.post(f"/v1/invoices/{opened.invoice_id}/payments", paid)
    assert "Offer next" in await desk.page(f"customers/{customer_id}")


async def test_calls_for_money_that_has_come_are_ended_by_the_migration(tier: Tier3) -> None:
    customer_id, opened = await tier.customer()
    for state in ("paid", "open"):
        await tier.pool.execute("UPDATE invoices SET state = $2 WHERE id = $1", opened.invoice_id, state)
        await tier.pool.execute("DELETE FROM work_items WHERE kind = 'dunning'")
        await tier.pool.execute(
            """INSERT INTO work_items (id, kind, key, workflow_id, lead_id, payload)
               VALUES ($1, 'dunning', $2, 'w', $3, $4)""",
            new_id(), new_id(), customer_id, {"invoice_id": opened.invoice_id},
        )  # fmt: skip
        script = Path(migrations.__file__).with_name("0073_paid_for.sql").read_text(encoding="utf-8")
        await tier.pool.execute(script)
        assert len(await tier.work(customer_id, "dunning")) == (1 if state == "open" else 0)


async def call_in(tier: Tier3, customer_id: str, times: int) -> None:
    for number in range(times):
        request = OpenInbound(
            key=f"{customer_id}:call:{number}",
            workflow_id=ids.customer(customer_id),
            lead_id=customer_id,
            inbound_call_id=new_id(),
            note="call me back",
        )
        await tier.activities.open_inbound(request)


async def test_several_calls_are_one_line_of_the_card(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.nudge()
    await call_in(tier, customer_id, 3)
    page = await desk.page(f"customers/{customer_id}")
    assert page.count("They called 3 times") == 1
    assert page.count('id="task-') == 1


async def test_an_outcome_returns_every_call_and_taken_back_they_wait_again(tier: Tier3, dsn: str) -> None:
    customer_id, item_id = await tier.nudge()
    await call_in(tier, customer_id, 2)
    async with desk_3(dsn) as desk:
        await desk.act(f"customers/{customer_id}/said", outcome="not_now", item_id=item_id, reason="no budget")
        assert await tier.work(customer_id, "inbound") == []
        answer = await desk.act(f"nudges/{item_id}/undo")
    assert answer.status_code == 200, answer.text
    assert len(await tier.work(customer_id, "inbound")) == 2


async def test_returning_one_call_returns_the_others(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    await call_in(tier, customer_id, 3)
    waiting = await tier.work(customer_id, "inbound")
    assert (await desk.act(f"work/{waiting[0]['id']}/done")).status_code == 200
    assert await tier.work(customer_id, "inbound") == []
    closed = await tier.work(customer_id, "inbound", state="done")
    assert {one["result"] for one in closed} == {"done", "answered"}
