"""`leadrelay check` on a running stack: clean when nothing is wrong; each kind of disagreement is named and mended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from temporalio.client import WorkflowExecutionStatus

from leadrelay.check.places import Places, find_places
from leadrelay.stack.data_directory import DataDirectory
from services.chassis.db import Connection, new_id
from tests.e2e.test_relay import FACTS, LINE, answer_call, next_call
from tests.fixtures.house import House, import_leads, until
from tests.stack.running import leadrelay

SALE_MONEY = """
INSERT INTO commission_events (id, key, kind, sale_id, lead_id, amount, currency, happened_at)
SELECT gen_random_uuid(), 'made-up', 'paid', id, lead_id, 5, 'UAH', now() FROM deals WHERE lead_id = $1
"""
DOUBLE_MAIL = """
INSERT INTO mails (id, key, purpose, recipient, subject, body, message_id, state)
SELECT gen_random_uuid(), 'twice', 'test', 'a@example.org', 's', 'b', n::text, 'sent' FROM generate_series(1, 2) n
"""
ORPHAN = """
INSERT INTO work_items (id, kind, key, workflow_id, lead_id)
VALUES ($1, 'reminder', 'orphan', 'conversion:' || gen_random_uuid(), gen_random_uuid())
"""
UNHEARD = """
WITH call AS (
    INSERT INTO inbound_calls (id, lead_id, phone, by, routed_to, known, workflow_id, stage, at)
    SELECT gen_random_uuid(), id, '+380440000000', 'pbx', 'conversion', true, workflow_id, stage, now()
      FROM leads WHERE id = $1 RETURNING id)
INSERT INTO outbox (event_id, workflow_id, signal, state, delivered_at)
SELECT 'inbound:' || id, 'conversion:x', 'inbound_called', 'delivered', now() FROM call
RETURNING substr(event_id, 9)
"""
SET_ASIDE = """
INSERT INTO outbox (event_id, workflow_id, signal, payload, state, last_error)
SELECT 'set-aside', 'cold-call:' || $1::text, 'cancel',
       '{"event_id": "set-aside", "at": "2026-01-01T00:00:00Z", "by": "boss", "reason": "given up"}', 'dead', 'gone'
RETURNING id
"""


async def look(house: House, *options: str) -> tuple[int, str]:
    done = await asyncio.to_thread(leadrelay, "check", "--settle", "2s", "--data", house.up.data, *options)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, done.stdout


async def found(house: House) -> set[tuple[str, str]]:
    _, told = await look(house, "--json")
    return {(one["check"], one["subject"]) for check in json.loads(told)["checks"] for one in check["findings"]}


@asynccontextmanager
async def database(places: Places, tier: str) -> AsyncIterator[Connection]:
    conn = await asyncpg.connect(places.dsns[tier])
    try:
        yield conn
    finally:
        await conn.close()


async def called(house: House, campaign: str, outcome: str) -> str:
    """One more lead with this outcome of its first call; its id."""
    call = await until(lambda: next_call(house, "anna", campaign))
    await answer_call(house, "anna", call, outcome)
    return str(call["lead"]["id"])


async def accepted(house: House, lead_id: str) -> str:
    """The lead's deal, once its manager has accepted it."""

    async def offered() -> Any:
        page = await house.get("conversion", "/v1/hand-overs?state=open")
        return next((item for item in page["items"] if item["lead_id"] == lead_id), None)

    offer = await until(offered)
    path = f"/v1/hand-overs/{offer['item_id']}/accept"
    deal = await house.post("conversion", path, role="manager", person="maria")
    return str(deal["deal_id"])


async def become_customer(house: House, lead_id: str) -> None:
    deal_id = await accepted(house, lead_id)
    await house.post("conversion", f"/v1/deals/{deal_id}/qualify", FACTS, role="manager", person="maria")
    await house.post("conversion", f"/v1/deals/{deal_id}/win", {"lines": [LINE]}, role="manager", person="maria")

    async def in_care() -> Any:
        page = await house.get("account_mgmt", f"/v1/invoices?customer_id={lead_id}")
        return page["items"]

    [invoice] = await until(in_care)
    payment = {"amount": invoice["total"], "reference": "bank-1"}
    await house.post("account_mgmt", f"/v1/invoices/{invoice['id']}/payments", payment)


async def a_stack_at_work_is_clean(house: House) -> dict[str, str]:
    settled_leads = {}
    await house.post("conversion", "/v1/managers", {"id": "maria", "name": "Maria"})
    await house.post("account_mgmt", "/v1/account-managers", {"id": "oleh", "name": "Oleh"})
    campaign = await import_leads(house, "timber", 8, 1260000)
    for name in ("calling", "idle", "gone", "set_aside"):
        settled_leads[name] = await called(house, campaign, "no_answer")
    for name in ("deal", "shown", "sold", "lone"):
        settled_leads[name] = await called(house, campaign, "interested")
    await become_customer(house, settled_leads["sold"])
    for name in ("deal", "shown", "lone"):
        await accepted(house, settled_leads[name])

    async def clean() -> bool:
        return (await look(house))[0] == 0

    await until(clean)
    told = json.loads((await look(house, "--json"))[1])
    compared = {one["name"]: one["compared"] for one in told["checks"]}
    assert compared["workflow"] == 9  # four called leads, three deals, a customer, the campaign
    assert compared["numbers"] == 2  # an order and its invoice
    assert compared["answer"] == 1
    return settled_leads


async def each_kind_of_disagreement_is_named(house: House, places: Places, lead: dict[str, str]) -> None:
    wanted = await break_everything(places, lead)

    async def all_seen() -> Any:
        seen = await found(house)
        return seen if wanted <= seen else None

    seen = await until(all_seen)
    # One thing that is wrong is often wrong in two places.
    assert {check for check, _ in seen} == {check for check, _ in wanted}


async def break_everything(places: Places, lead: dict[str, str]) -> set[tuple[str, str]]:
    """Make one disagreement of each kind; (check, subject) of each."""
    stopped = [f"cold-call:{lead['calling']}", f"conversion:{lead['deal']}", f"customer:{lead['sold']}"]
    for workflow_id in stopped:
        await places.temporal.get_workflow_handle(workflow_id).terminate("a test")
    wanted = {("workflow", one) for one in stopped} | {("failed", f"workflow:{one}") for one in stopped}
    orphan = new_id()
    async with database(places, "lead_gen") as conn:
        await conn.execute("UPDATE leads SET stage = 'not_interested' WHERE id = $1", lead["gone"])
        await conn.execute("UPDATE work_items SET state = 'cancelled' WHERE lead_id = $1", lead["idle"])
        await conn.execute("UPDATE leads SET owner = 'nobody' WHERE id = $1", lead["lone"])
        call = await conn.fetchval(UNHEARD, lead["lone"])
        row = await conn.fetchval(SET_ASIDE, lead["set_aside"])
    async with database(places, "conversion") as conn:
        await conn.execute("UPDATE deals SET stage = 'qualified' WHERE lead_id = $1", lead["shown"])
        await conn.execute(SALE_MONEY, lead["sold"])
        await conn.execute("ALTER TABLE mails DROP CONSTRAINT mails_key_key")
        await conn.execute(DOUBLE_MAIL)
        await conn.execute(ORPHAN, orphan)
        sale = await conn.fetchval("SELECT id FROM deals WHERE lead_id = $1", lead["sold"])
    async with database(places, "account_mgmt") as conn:
        entity = await conn.fetchrow("UPDATE counters SET last = last + 1 WHERE kind = '' RETURNING entity, year")
    return wanted | {
        ("record", f"cold-call:{lead['gone']}"),
        ("idle", f"cold-call:{lead['idle']}"),
        ("register", lead["lone"]),
        ("answer", f"inbound:{call}"),
        ("outbox", f"lead_gen:{row}"),
        ("attributes", f"conversion:{lead['shown']}"),
        ("money", f"events:{sale}"),
        ("mail", "conversion:twice"),
        ("orphan", f"conversion:{orphan}"),
        ("numbers", f"{entity['entity']}::{entity['year']}"),
    }


async def a_plan_changes_nothing_and_a_repair_mends_what_is_safe(house: House) -> None:
    before = await found(house)
    code, planned = await look(house, "--repair")
    assert code == 1
    assert "To be done by `leadrelay check --repair --yes`" in planned
    assert await found(house) == before
    await look(house, "--repair", "--yes")

    async def mended() -> Any:
        left = await found(house)
        return (
            left
            if not {"workflow", "failed", "orphan", "idle", "outbox", "register", "answer"} & {name for name, _ in left}
            else None
        )

    left = await until(mended)
    # What is left is a person's to decide.
    assert {name for name, _ in left} == {"record", "attributes", "money", "mail", "numbers"}


async def test_disagreements_are_named_and_what_is_safe_is_mended(house: House) -> None:
    places = await find_places(DataDirectory(house.up.data))
    leads = await a_stack_at_work_is_clean(house)
    await each_kind_of_disagreement_is_named(house, places, leads)
    await a_plan_changes_nothing_and_a_repair_mends_what_is_safe(house)
    care = await places.temporal.get_workflow_handle(f"customer:{leads['sold']}").describe()
    assert care.status is WorkflowExecutionStatus.RUNNING


async def test_an_act_on_nothing_is_refused_with_the_reason(house: House) -> None:
    refused = await asyncio.to_thread(leadrelay, "stuck", "retry", "nothing", "--data", house.up.data)
    assert refused.returncode == 2
    assert "retry nothing" in refused.stderr
