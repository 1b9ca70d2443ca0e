"""Nobody waits for a lock that is held over slow work: taking over hundreds of deals, setting an offer's page."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import Connection
from services.conversion.actions import offers as offer_actions
from services.conversion.actions import take_over
from services.conversion.repository import deals, managers
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, tier_2, whose
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.conversion import Stage

PATH = "/v1/managers/anna/take-over"
LEFT = {"reason": "anna has left", "dry_run": False}


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_locks", tier=Tier.CONVERSION, policy="demo")) as tier:
        await tier.manager("anna")
        yield tier


async def worked_by(tier: Tier2, person: str, count: int) -> list[str]:
    """So many deals that this person works on; their ids in order."""
    at = datetime.now(UTC)
    made = []
    async with tier.pool.acquire() as conn, conn.transaction():
        for _ in range(count):
            given = hand_over()
            workflow_id = ids.conversion(given.contact.lead_id)
            deal = await deals.add(conn, given, workflow_id=workflow_id, policy_version=1, at=at)
            await deals.update(
                conn, deal.id, stage=Stage.ACCEPTED, owner=person, accepted_at=at, next_action="call",
                next_action_at=at + timedelta(days=1),
            )  # fmt: skip
            made.append(deal.id)
    return made


async def owners(tier: Tier2) -> Counter[str]:
    return Counter(row["owner"] for row in await tier.pool.fetch("SELECT owner FROM deals"))


async def until_somebody_waits(conn: Connection) -> None:
    """Until another transaction waits for an advisory lock of this database."""
    while not await conn.fetchval(
        """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
    ):
        await asyncio.sleep(0.01)


@asynccontextmanager
async def routing_locked(tier: Tier2) -> AsyncIterator[Connection]:
    """Somebody is choosing a manager meanwhile."""
    async with tier.pool.acquire() as conn, conn.transaction():
        await managers.lock_routing(conn)
        yield conn


async def test_a_preview_of_a_take_over_waits_for_nobody(conversion: Tier2) -> None:
    [deal] = await worked_by(conversion, "anna", 1)
    await conversion.manager("borys")
    async with routing_locked(conversion) as conn:
        await conn.execute("SELECT FROM deals WHERE id = $1 FOR UPDATE", deal)
        plan = await asyncio.wait_for(conversion.post(PATH, {"reason": "anna has left"}), 10)
    assert [(item["deal_id"], item["manager"]) for item in plan["items"]] == [(deal, "borys")]


async def test_a_take_over_in_chunks_does_what_the_preview_of_the_whole_shows(
    conversion: Tier2, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take_over, "_CHUNK", 2)
    await worked_by(conversion, "anna", 9)
    await conversion.manager("borys", capacity=3)
    await conversion.manager("clara", weight=2)
    await conversion.manager("dana")
    # Clara has had more than her share lately: the others come first, and that must not begin anew with every chunk.
    await conversion.pool.execute(
        "INSERT INTO offers_by_day VALUES ('clara', now()::date, 6), ('dana', now()::date, 1)"
    )
    plan = await conversion.post(PATH, {"reason": "anna has left"})
    done = await conversion.post(PATH, LEFT)
    assert done["items"] == plan["items"]
    assert len(done["items"]) == 9
    assert await owners(conversion) == Counter(item["manager"] for item in done["items"])
    assert (await owners(conversion))["borys"] == 3


async def test_deals_that_changed_hands_since_the_plan_are_left_alone(conversion: Tier2) -> None:
    first, lost, last = await worked_by(conversion, "anna", 3)
    await conversion.manager("borys")
    async with routing_locked(conversion) as conn:
        asked = asyncio.create_task(conversion.post(PATH, LEFT))
        await until_somebody_waits(conn)
        await conn.execute("UPDATE deals SET stage = 'lost', closed_at = now() WHERE id = $1", lost)
    done = await asked
    assert [(item["deal_id"], item["manager"]) for item in done["items"]] == [(first, "borys"), (last, "borys")]
    assert await owners(conversion) == {"anna": 1, "borys": 2}


async def test_two_take_overs_at_once_keep_every_capacity(conversion: Tier2) -> None:
    await worked_by(conversion, "anna", 60)
    await conversion.manager("borys", capacity=40)
    await asyncio.gather(*(conversion.post(PATH, LEFT) for _ in range(3)))
    assert await owners(conversion) == {"borys": 40, "anna": 20}
    assert await conversion.pool.fetchval("SELECT count(*) FROM outbox WHERE signal = 'reassigned'") == 40


async def test_a_take_over_that_fails_half_way_goes_on_when_it_is_asked_for_again(
    conversion: Tier2, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take_over, "_CHUNK", 2)
    made = await worked_by(conversion, "anna", 5)
    await conversion.manager("borys")
    await conversion.pool.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$"
    )
    await conversion.pool.execute(
        f"CREATE TRIGGER fail BEFORE UPDATE ON deals FOR EACH ROW WHEN (OLD.id = '{made[2]}') EXECUTE FUNCTION fail()"
    )
    failed = await conversion.http.post(PATH, json=LEFT, headers={**whose(), "Idempotency-Key": "left"})
    assert failed.status_code >= 500
    await conversion.pool.execute("DROP TRIGGER fail ON deals")
    assert await owners(conversion) == {"borys": 2, "anna": 3}
    again = await conversion.http.post(PATH, json=LEFT, headers={**whose(), "Idempotency-Key": "left"})
    assert [item["deal_id"] for item in again.json()["items"]] == made[2:]
    assert await owners(conversion) == {"borys": 5}
    assert await conversion.pool.fetchval("SELECT count(*) FROM outbox WHERE signal = 'reassigned'") == 5


class SlowPrinter:
    """Sets pages when it is told to, in the thread that asked for one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.busy, self.go_on = threading.Event(), threading.Event()
        quick = offer_actions.offer_pdf

        def slow(*args: Any) -> bytes:
            self.busy.set()
            assert self.go_on.wait(30)
            return quick(*args)

        monkeypatch.setattr(offer_actions, "offer_pdf", slow)

    async def until_busy(self) -> None:
        assert await asyncio.to_thread(self.busy.wait, 30)


async def offered(tier: Tier2) -> tuple[str, str]:
    """A deal of Anna's with an offer that was sent: the ids of both."""
    given = hand_over()
    contact = given.contact.model_copy(update={"email": "olena@customer.example"})
    deal = await tier.accepted("anna", given.model_copy(update={"contact": contact}))
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, "anna")
    offer = await tier.post(f"/v1/deals/{deal['id']}/offers", {"lines": [LINE]}, "anna")
    return deal["id"], offer["id"]


async def test_a_deal_goes_on_while_its_offer_is_set_for_the_mail(
    conversion: Tier2, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal_id, offer_id = await offered(conversion)
    printer = SlowPrinter(monkeypatch)
    sending = asyncio.create_task(conversion.http.post(f"/v1/offers/{offer_id}/send", headers=whose("anna")))
    await printer.until_busy()
    note = {"text": "they ask for a later date"}
    await asyncio.wait_for(conversion.post(f"/v1/deals/{deal_id}/notes", note, "anna"), 10)
    printer.go_on.set()
    assert (await sending).status_code == 202
    assert await conversion.pool.fetchval("SELECT count(*) FROM mails WHERE purpose = 'offer'") == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE offers SET state = 'rejected'", "wrong_state"),
        ('UPDATE deals SET contact = contact || \'{"company": "Another"}\'', "changed"),
    ],
)
async def test_an_offer_that_is_out_of_date_once_it_is_set_is_not_mailed(
    conversion: Tier2, monkeypatch: pytest.MonkeyPatch, change: str, code: str
) -> None:
    _, offer_id = await offered(conversion)
    printer = SlowPrinter(monkeypatch)
    sending = asyncio.create_task(conversion.http.post(f"/v1/offers/{offer_id}/send", headers=whose("anna")))
    await printer.until_busy()
    await conversion.pool.execute(change)
    printer.go_on.set()
    answer = await sending
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert await conversion.pool.fetchval("SELECT count(*) FROM mails WHERE purpose = 'offer'") == 0


async def test_rebuilding_the_ledger_twice_at_once_corrects_it_once(conversion: Tier2) -> None:
    deals_won = []
    for _ in range(3):
        deal = await conversion.accepted("anna")
        await conversion.won(deal["id"], "anna")
        deals_won.append(deal["id"])
    # Money that was recorded, and of which the ledger does not know.
    await conversion.pool.executemany(
        """INSERT INTO commission_events (id, key, kind, sale_id, lead_id, amount, total, currency, happened_at)
           SELECT gen_random_uuid(), 'lost:' || id, 'paid', id, lead_id, 100, 100, 'UAH', now() FROM deals
            WHERE id = $1""",
        [(deal_id,) for deal_id in deals_won],
    )
    plan = await conversion.post("/v1/commissions/rebuild", {})
    assert (len(plan["differences"]), plan["written"]) == (6, 0)
    path = "/v1/commissions/rebuild?dry_run=false"
    done = await asyncio.gather(*(conversion.post(path, {}) for _ in range(3)))
    assert sorted(one["written"] for one in done) == [0, 0, 6]
    assert (await conversion.post("/v1/commissions/rebuild", {}))["differences"] == []
