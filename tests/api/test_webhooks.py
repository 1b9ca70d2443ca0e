"""`/v1/webhooks`: made, changed, tried, replayed, given new secrets; and what each tier tells, without contact data."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.actions.overdue import tell_overdue
from services.account_mgmt.schemas.webhooks import EVENTS as OF_TIER_3
from services.chassis.db import Pool, new_id
from services.chassis.webhooks import EventData
from services.chassis.webhooks.actions import MOST
from services.conversion.schemas.webhooks import EVENTS as OF_TIER_2
from services.lead_gen.actions.imports import run_imports
from services.lead_gen.schemas.webhooks import EVENTS as OF_TIER_1
from tests.contracts.test_editing import DOCUMENTS
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import caller, tier_1
from tests.fixtures.tier_2 import LINE, Tier2, in_days, tier_2
from tests.fixtures.tier_3 import boss, tier_3
from tests.fixtures.webhooks import courier, receiver
from workflows.contracts.base import Tier
from workflows.contracts.conversion import WithdrawOffer

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
EVENTS = {"lead_gen": OF_TIER_1, "conversion": OF_TIER_2, "account_mgmt": OF_TIER_3}
NEW = {"url": "https://erp.example.com/leadrelay", "events": ["deal.won"]}


@pytest_asyncio.fixture(scope="module")
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    dsn = await fresh_database("conversion_webhooks", tier=Tier.CONVERSION, policy="demo")
    async with tier_2(dsn, webhook_allow="127.0.0.0/8") as tier:
        yield tier


@pytest_asyncio.fixture(autouse=True)
async def nobody_subscribes(conversion: Tier2) -> None:
    await conversion.pool.execute("DELETE FROM webhooks")


async def listen(pool: Pool, events: tuple[type[EventData], ...]) -> None:
    """Somebody who subscribes to everything, and is told nothing yet."""
    await pool.execute(
        "INSERT INTO webhooks (id, url, events, secret, created_by) VALUES ($1, 'https://x.example/', $2, 's', 'boss')",
        new_id(),
        [event.type for event in events],
    )


async def told(pool: Pool, about: str) -> list[tuple[str, dict[str, Any]]]:
    """(type, data) of the events that name this id, in no order; none of them may hold contact data."""
    rows = await pool.fetch("SELECT type, body FROM webhook_messages WHERE body LIKE $1", f"%{about}%")
    for row in rows:
        assert not re.search(r"\+380|@|Вітер|Олена|Київ", row["body"]), row["body"]
    return sorted((row["type"], json.loads(row["body"])["data"]) for row in rows)


def types(found: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [name for name, _ in found]


async def test_a_secret_is_shown_once_and_never_again(conversion: Tier2) -> None:
    headers = {**auth(Tier.CONVERSION, "supervisor", "boss"), "Idempotency-Key": new_id()}
    made = (await conversion.http.post("/v1/webhooks", json=NEW, headers=headers)).json()
    assert made["secret"].startswith("whsec_")
    again = (await conversion.http.post("/v1/webhooks", json=NEW, headers=headers)).json()
    assert again == {**made, "secret": None}
    shown = await conversion.get(f"/v1/webhooks/{made['id']}")
    assert (shown["state"], shown["events"], shown["created_by"]) == ("active", ["deal.won"], "boss")
    listed = (await conversion.get("/v1/webhooks"))["items"]
    assert "whsec_" not in json.dumps([shown, listed]) and "secret" not in shown
    kept = await conversion.pool.fetchval("SELECT count(*) FROM idempotency_keys k WHERE k::text LIKE '%whsec%'")
    assert kept == 0
    rotated = await conversion.post(f"/v1/webhooks/{made['id']}/secret", {"keep_hours": 1})
    assert rotated["secret"] not in (None, made["secret"])
    assert rotated["old_secret_until"] is not None
    assert (await conversion.post(f"/v1/webhooks/{made['id']}/secret", {"keep_hours": 0}))["old_secret_until"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://u:p@example.com/"}, "url"),
        ({"events": ["deal.exploded"]}, "events"),
        ({"events": []}, "events"),
        ({"secret": "mine"}, "secret"),
    ],
)
async def test_what_cannot_be_right_is_refused_by_field(conversion: Tier2, body: dict[str, Any], field: str) -> None:
    answer = await conversion.http.post(
        "/v1/webhooks", json={**NEW, **body}, headers=auth(Tier.CONVERSION, "supervisor", "boss")
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_two_supervisors_do_not_overwrite_each_other_and_twenty_are_enough(conversion: Tier2) -> None:
    head = auth(Tier.CONVERSION, "supervisor", "boss")
    made = await conversion.post("/v1/webhooks", NEW, status=201)
    path = f"/v1/webhooks/{made['id']}"
    tag = (await conversion.http.get(path, headers=head)).headers["ETag"]
    first = await conversion.http.patch(path, json={"state": "paused"}, headers={**head, "If-Match": tag})
    assert (first.status_code, first.json()["state"]) == (200, "paused")
    late = await conversion.http.patch(path, json={"description": "x"}, headers={**head, "If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    for _ in range(MOST - 1):
        await conversion.post("/v1/webhooks", NEW, status=201)
    full = await conversion.http.post("/v1/webhooks", json=NEW, headers=head)
    assert (full.status_code, full.json()["code"]) == (409, "too_many")
    assert (await conversion.http.delete(path, headers=head)).status_code == 204
    assert (await conversion.http.get(path, headers=head)).status_code == 404


async def test_a_test_message_arrives_is_listed_and_is_sent_again(conversion: Tier2) -> None:
    async with receiver() as house:
        made = await conversion.post("/v1/webhooks", {**NEW, "url": house.url}, status=201)
        path = f"/v1/webhooks/{made['id']}"
        sent = await conversion.post(f"{path}/test", {}, status=202)
        await courier(conversion.pool).deliver_due()
        assert house.got[0].read(made["secret"])["type"] == "webhook.test"
        [row] = (await conversion.get(f"{path}/deliveries", state="delivered"))["items"]
        assert (row["id"], row["message_id"], row["last_status"]) == (sent["delivery_id"], sent["message_id"], 204)
        since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        for body, queued in (
            ({"message_id": sent["message_id"]}, 1),
            ({"message_id": sent["message_id"]}, 0),
            ({"since": since}, 0),
        ):
            assert await conversion.post(f"{path}/replay", body, status=202) == {"queued": queued, "next": None}
        await courier(conversion.pool).deliver_due()
        again = {"since": since, "states": ["delivered"]}
        assert (await conversion.post(f"{path}/replay", again, status=202))["queued"] == 1
        assert house.got[0].id == house.got[1].id
        head = auth(Tier.CONVERSION, "supervisor", "boss")
        assert (await conversion.http.post(f"{path}/replay", json={}, headers=head)).status_code == 422
        await conversion.http.patch(path, json={"state": "paused"}, headers=head)
        refused = await conversion.http.post(f"{path}/test", headers=head)
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize("tier", EVENTS)
def test_every_event_is_described_with_an_example_that_holds(tier: str) -> None:
    described = DOCUMENTS[tier]["webhooks"]
    assert set(described) == {event.type for event in EVENTS[tier]} | {"webhook.test"}
    for event in EVENTS[tier]:
        event.model_validate(event.example)
        assert set(event.example) == set(event.model_fields), event.type
        assert f"| `{event.type}` | {' '.join((event.__doc__ or '').split())} |" in PAGE
        assert f"`{json.dumps(event.example, ensure_ascii=False)}`" in PAGE
        body = described[event.type]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert DOCUMENTS[tier]["components"]["schemas"][body["$ref"].rpartition("/")[2]]["examples"]


async def test_conversion_tells_of_hand_overs_meetings_offers_and_deals(conversion: Tier2) -> None:
    await listen(conversion.pool, OF_TIER_2)
    await conversion.only("ivan")
    refused = await conversion.offered()
    await conversion.post(f"/v1/hand-overs/{refused.item_id}/decline", {"reason": "no time"}, "ivan")
    assert types(await told(conversion.pool, refused.deal_id)) == ["handover.declined"]
    late = await conversion.offered()
    await conversion.activities.withdraw_offer(WithdrawOffer(key=new_id(), item_id=late.item_id))
    assert types(await told(conversion.pool, late.deal_id)) == ["handover.expired"]
    deal = await conversion.accepted("ivan")
    path = f"/v1/deals/{deal['id']}"
    wanted = {"starts_at": in_days(3), "kind": "online", "outside_hours": True}
    await conversion.post(f"{path}/meetings", wanted, "ivan", status=201)
    facts = {"need": "a truck a week", "authority": "the owner", "timing": "from next month"}
    await conversion.post(f"{path}/qualify", facts, "ivan")
    offer = await conversion.post(f"{path}/offers", {"lines": [LINE]}, "ivan", status=201)
    await conversion.post(f"{path}/win", {"offer_id": offer["id"]}, "ivan")
    found = await told(conversion.pool, deal["id"])
    assert types(found) == ["deal.won", "handover.accepted", "meeting.booked", "offer.accepted", "offer.sent"]
    assert found[0][1] == {
        "deal_id": deal["id"],
        "lead_id": deal["lead_id"],
        "owner": "ivan",
        "net": {"amount": "85501.50", "currency": "UAH"},
    }
    lost = await conversion.accepted("ivan")
    await conversion.post(f"/v1/deals/{lost['id']}/lose", {"reason": "too dear"}, "ivan")
    assert "deal.lost" in types(await told(conversion.pool, lost["id"]))


async def test_account_management_tells_of_orders_money_and_customers(fresh_database: FreshDatabase) -> None:
    async with tier_3(await fresh_database("account_mgmt_webhooks", tier=Tier.ACCOUNT_MGMT, policy="demo")) as tier:
        await listen(tier.pool, OF_TIER_3)
        customer_id, opened = await tier.customer()
        invoice = f"/v1/invoices/{opened.invoice_id}"
        assert types(await told(tier.pool, customer_id)) == ["invoice.issued", "order.placed"]
        await tier.pool.execute("UPDATE invoices SET due_at = now() - interval '1 hour'")
        assert [await tell_overdue(tier.pool) for _ in range(2)] == [1, 0]
        money = {"amount": "60.00", "currency": "UAH"}
        await tier.post(f"{invoice}/payments", {"amount": money, "reference": "a"})
        assert "invoice.paid" not in types(await told(tier.pool, customer_id)), "a part is not all"
        for _ in range(2):
            paid = await tier.post(f"{invoice}/payments", {"amount": money, "reference": "b"})
        payment = paid["payments"][-1]["id"]
        await tier.post(f"{invoice}/payments/{payment}/reversal", {"reason": "typed twice"})
        await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": "The truck came late."})
        [item] = await tier.work(customer_id, "complaint")
        await tier.post(f"/v1/work/{item['id']}/done", {"result": "left", "note": "gone"}, 200)
        found = await told(tier.pool, customer_id)
        assert types(found) == [
            "customer.at_risk", "customer.left", "invoice.issued", "invoice.overdue", "invoice.paid", "order.placed",
            "payment.reversed",
        ]  # fmt: skip
        overdue = dict(found)["invoice.overdue"]
        assert (overdue["open"], overdue["total"]) == ({"amount": "120.00", "currency": "UAH"},) * 2
        assert dict(found)["invoice.paid"]["payment_id"] == dict(found)["payment.reversed"]["payment_id"] == payment
        assert (await tier.http.get("/v1/webhooks", headers=boss())).status_code == 200


async def test_lead_generation_tells_of_leads_and_imports_but_not_of_what_is_taken_back(
    fresh_database: FreshDatabase,
) -> None:
    async with tier_1(await fresh_database("lead_gen_webhooks", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        await listen(tier.pool, OF_TIER_1)

        async def call(phone: str, **outcome: Any) -> dict[str, Any]:
            lease = await tier.leased(phone, "petro")
            answer = await tier.http.post(
                f"/v1/calls/{lease['item_id']}/outcome",
                json={"token": lease["token"], **outcome},
                headers=caller("petro"),
            )
            assert answer.status_code == 200, answer.text
            return lease

        back = await call("+380445558001", outcome="do_not_call", hold_seconds=60)
        assert types(await told(tier.pool, back["lead"]["id"])) == ["lead.do_not_call"]
        undone = await tier.http.post(f"/v1/calls/{back['item_id']}/undo", headers=caller("petro"))
        assert undone.status_code == 200, undone.text
        assert await told(tier.pool, back["lead"]["id"]) == []
        again = undone.json()["call"]
        await tier.http.post(
            f"/v1/calls/{back['item_id']}/outcome",
            json={"token": again["token"], "outcome": "interested", "needs": "two trucks"},
            headers=caller("petro"),
        )
        [(name, data)] = await told(tier.pool, back["lead"]["id"])
        assert (name, data["reason"], data["by"]) == ("lead.handed_over", "interested", "petro")
        stranger = await tier.http.post("/v1/inbound-calls", json={"from": "+380445558002"})
        [(name, data)] = await told(tier.pool, stranger.json()["lead_id"])
        assert (name, data["reason"]) == ("lead.handed_over", "inbound")
        said_no = await tier.lead("+380445558003")
        await tier.http.put("/v1/do-not-call/+380445558003", json={"basis": "wrote to us"})
        assert types(await told(tier.pool, said_no)) == ["lead.do_not_call"]
        file = ("leads.csv", b"company,phone\nSteel,+380445558004\n")
        sent = await tier.http.post("/v1/imports", files={"file": file}, data={"default_region": "UA"})
        await run_imports(tier.pool)
        [(name, data)] = await told(tier.pool, sent.json()["id"])
        assert (name, data["state"], data["rows"]) == ("import.finished", "done", 1)
