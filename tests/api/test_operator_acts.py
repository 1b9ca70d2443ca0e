"""What operators do with a lead: shown before it is done, done once, written down, and refused where it is not safe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest_asyncio

from services.chassis.db import Pool, new_id
from services.chassis.outbox import signal
from tests.fixtures.http import api_client, auth
from tests.fixtures.ops import ops_before
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts import ids
from workflows.contracts.base import Answer, Cancel, Tier
from workflows.contracts.lead_gen import CallAnswered, CallOutcome

REASON = {"reason": "the caller is ill"}


def ops() -> dict[str, str]:
    """The header of an operator."""
    return auth("ops", "ops", "olena")


@pytest_asyncio.fixture(scope="module")
async def floor(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("acts_1", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def board(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("acts_2", tier=Tier.CONVERSION)) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def care(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("acts_3", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def act(
    http: httpx.AsyncClient, lead_id: str, name: str, status: int = 200, *, key: str = "", **body: Any
) -> Any:
    headers = {**ops(), **({"Idempotency-Key": key} if key else {})}
    answer = await http.post(f"/v1/leads/{lead_id}/acts/{name}", json={**REASON, **body}, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def acts_of(pool: Pool, lead_id: str) -> list[tuple[str, str, str]]:
    rows = await pool.fetch("SELECT act, by, reason FROM operator_acts WHERE lead_id = $1 ORDER BY at", lead_id)
    return [(row["act"], row["by"], row["reason"]) for row in rows]


async def test_a_dry_run_shows_the_act_and_changes_nothing(floor: Tier1) -> None:
    lead_id, _ = await floor.opened("+380445570001")
    shown = await act(floor.http, lead_id, "cancel")
    assert not shown["done"]
    assert any("taken out of the callers' queue" in words for words in shown["changes"])
    assert await floor.pool.fetchval("SELECT stage FROM leads WHERE id = $1", lead_id) == "calling"
    assert await floor.signals(ids.cold_call(lead_id)) == []
    assert await acts_of(floor.pool, lead_id) == []
    done = await act(floor.http, lead_id, "cancel", dry_run=False)
    assert done["changes"] == shown["changes"]
    assert await floor.signals(ids.cold_call(lead_id)) == ["cancel"]
    assert await acts_of(floor.pool, lead_id) == [("cancel", "olena", REASON["reason"])]


async def test_an_act_is_done_once_per_key_and_stands_in_the_story(floor: Tier1) -> None:
    lead_id, _ = await floor.opened("+380445570002")
    first = await act(floor.http, lead_id, "skip", key="once", dry_run=False)
    assert await act(floor.http, lead_id, "skip", key="once", dry_run=False) == first
    assert await floor.signals(ids.cold_call(lead_id)) == ["call_answered"]
    assert len(await acts_of(floor.pool, lead_id)) == 1
    story = (await floor.http.get(f"/v1/leads/{lead_id}/story", headers=ops())).json()
    [told] = [one for one in story["events"] if one["kind"] == "act"]
    assert (told["words"], told["why"]) == ("Ops: the step that waited is passed over (olena)", REASON["reason"])
    await act(floor.http, lead_id, "skip", 409, dry_run=False)


async def test_a_skipped_call_counts_as_one_that_nobody_answered_and_no_figure_knows_of_it(floor: Tier1) -> None:
    lead_id, _ = await floor.opened("+380445570003")
    await act(floor.http, lead_id, "skip", dry_run=False)
    payload = await floor.pool.fetchval("SELECT payload FROM outbox WHERE signal = 'call_answered' ORDER BY id DESC")
    assert (payload["outcome"], payload["attempt"]) == ("no_answer", 1)
    assert await floor.pool.fetchval("SELECT count(*) FROM calls WHERE lead_id = $1", lead_id) == 0


async def test_a_call_in_hand_is_left_to_whoever_makes_it(floor: Tier1) -> None:
    call = await floor.leased("+380445570004", "anna")
    for name in ("skip", "reassign"):
        refused = await act(floor.http, call["lead"]["id"], name, 409, dry_run=False)
        assert refused["code"] == "in_hand"


async def test_a_call_is_given_to_one_caller_and_back_to_all(floor: Tier1) -> None:
    await floor.http.post("/v1/callers", json={"id": "olha", "name": "Ольга Р."})
    lead_id, _ = await floor.opened("+380445570005")
    given = await act(floor.http, lead_id, "reassign", to="olha", dry_run=False)
    assert given["changes"] == ["call 1 is Ольга Р.'s alone from now on"]
    owner = "SELECT assignee FROM work_items WHERE lead_id = $1"
    assert await floor.pool.fetchval(owner, lead_id) == "olha"
    await act(floor.http, lead_id, "reassign", dry_run=False)
    assert await floor.pool.fetchval(owner, lead_id) is None
    refused = await act(floor.http, lead_id, "reassign", 422, to="nobody")
    assert refused["errors"][0]["field"] == "to"


async def test_what_was_set_aside_is_sent_again(floor: Tier1) -> None:
    lead_id = await floor.lead("+380445570006")
    async with floor.pool.acquire() as conn:
        answer = Cancel(event_id=new_id(), at=await conn.fetchval("SELECT now()"), by="boss")
        await signal(conn, ids.cold_call(lead_id), "cancel", answer)
        await conn.execute("UPDATE outbox SET state = 'dead' WHERE event_id = $1", answer.event_id)
    shown = await act(floor.http, lead_id, "retry", dry_run=False)
    assert shown["changes"] == ["the decision to give up is passed on again"]
    assert await floor.pool.fetchval("SELECT state FROM outbox WHERE event_id = $1", answer.event_id) == "pending"
    assert (await act(floor.http, lead_id, "retry", 409))["code"] == "nothing_to_do"


async def refused_by_the_ended(pool: Pool, workflow_id: str, signal_name: str, answer: Answer) -> None:
    """An answer that was set aside because its workflow has ended."""
    async with pool.acquire() as conn:
        await signal(conn, workflow_id, signal_name, answer)
        await conn.execute(
            "UPDATE outbox SET state = 'dead', last_error = 'RPCError: workflow execution already completed'"
            " WHERE event_id = $1", answer.event_id,
        )  # fmt: skip


async def line_of(pool: Pool, workflow_id: str) -> list[tuple[str, str]]:
    """What was written for a workflow, in the order in which it is delivered, and how it stands."""
    rows = await pool.fetch(
        "SELECT coalesce(signal, workflow) AS what, state FROM outbox WHERE workflow_id = $1 ORDER BY id", workflow_id
    )
    return [(row["what"], row["state"]) for row in rows]


async def test_an_ended_deal_is_started_from_its_record_and_not_by_an_answer_that_it_refused(board: Tier2) -> None:
    await board.only("bohdan")
    given = hand_over()
    await board.accepted("bohdan", given)
    workflow_id = ids.conversion(given.contact.lead_id)
    answer = Cancel(event_id=new_id(), at=datetime.now(UTC), by="bohdan")
    await refused_by_the_ended(board.pool, workflow_id, "moved", answer)
    done = await act(board.http, given.contact.lead_id, "retry", restart=True, dry_run=False)
    assert done["changes"] == ["the deal is offered again, first to Bohdan"]
    assert (await line_of(board.pool, workflow_id))[-2:] == [("moved", "dropped"), ("Conversion", "pending")]


async def test_a_cold_call_that_ended_before_it_heard_a_no_hears_it_and_calls_nobody_again(floor: Tier1) -> None:
    lead_id, item_id = await floor.opened("+380445570010")
    answer = CallAnswered(event_id=new_id(), at=datetime.now(UTC), by="anna", item_id=item_id, attempt=3,
                          outcome=CallOutcome.NOT_INTERESTED, reason="no_freight")  # fmt: skip
    await refused_by_the_ended(floor.pool, ids.cold_call(lead_id), "call_answered", answer)
    done = await act(floor.http, lead_id, "retry", restart=True, dry_run=False)
    assert done["changes"] == ["the lead is not called again: what came of its last call is passed on"]
    line = await line_of(floor.pool, ids.cold_call(lead_id))
    assert line[-3:] == [("call_answered", "dropped"), ("ColdCall", "pending"), ("call_answered", "pending")]
    payload = await floor.pool.fetchval("SELECT payload FROM outbox ORDER BY id DESC LIMIT 1")
    assert (payload["attempt"], payload["outcome"]) == (1, "not_interested")


async def test_a_cold_call_that_ended_before_it_heard_that_nobody_answered_begins_again(floor: Tier1) -> None:
    lead_id, item_id = await floor.opened("+380445570011")
    answer = CallAnswered(event_id=new_id(), at=datetime.now(UTC), by="anna", item_id=item_id, attempt=1,
                          outcome=CallOutcome.NO_ANSWER)  # fmt: skip
    await refused_by_the_ended(floor.pool, ids.cold_call(lead_id), "call_answered", answer)
    done = await act(floor.http, lead_id, "retry", restart=True, dry_run=False)
    assert done["changes"] == ["the lead is called again from the beginning"]
    assert (await line_of(floor.pool, ids.cold_call(lead_id)))[-1] == ("ColdCall", "pending")


async def unheard_sale(board: Tier2, person: str) -> tuple[str, str]:
    """A deal that was won when its workflow had ended: the lead, and the deal."""
    await board.only(person)
    given = hand_over()
    deal = await board.accepted(person, given)
    await board.won(deal["id"], person)
    await board.pool.execute(
        "UPDATE outbox SET state = 'dead', last_error = 'RPCError: workflow execution already completed'"
        " WHERE event_id = $1", f"{deal['id']}:won",
    )  # fmt: skip
    return given.contact.lead_id, deal["id"]


async def test_a_sale_that_the_ended_workflow_could_not_pass_on_goes_to_tier_3_from_the_record_once(
    board: Tier2,
) -> None:
    lead_id, deal_id = await unheard_sale(board, "stepan")
    ended = {"restart": True, "ended_at": datetime.now(UTC).isoformat(), "running": []}
    shown = await act(board.http, lead_id, "retry", **ended)
    assert shown["changes"] == [
        "the sale is passed on to tier 3 from the record: the lead becomes a customer with this order"
    ]
    assert await line_of(board.pool, ids.customer(lead_id)) == []
    assert (await act(board.http, lead_id, "retry", **ended, dry_run=False))["changes"] == shown["changes"]
    assert (await act(board.http, lead_id, "retry", 409, **ended, dry_run=False))["code"] == "nothing_to_do"
    assert await line_of(board.pool, ids.customer(lead_id)) == [("CustomerCare", "pending")]
    assert (await line_of(board.pool, ids.conversion(lead_id)))[-1] == ("won", "dropped")
    begun = await board.pool.fetchval("SELECT start_input FROM outbox WHERE workflow = 'CustomerCare' ORDER BY id DESC")
    assert (begun["won"]["deal_id"], begun["won"]["lines"][0]["product_id"]) == (deal_id, "ftl-ua")
    assert len(await acts_of(board.pool, lead_id)) == 1


async def test_a_sale_to_somebody_in_care_is_told_to_their_care(board: Tier2) -> None:
    lead_id, _ = await unheard_sale(board, "yakiv")
    done = await act(board.http, lead_id, "retry", running=[ids.customer(lead_id)], dry_run=False)
    assert done["changes"] == [
        "the sale is passed on to tier 3 from the record: the customer's care hears of the order"
    ]
    assert await line_of(board.pool, ids.customer(lead_id)) == [("won_again", "pending")]


async def test_an_answer_about_a_closed_deal_that_nobody_would_hear_is_given_up(board: Tier2) -> None:
    await board.only("hlib")
    given = hand_over()
    deal = await board.accepted("hlib", given)
    lead_id = given.contact.lead_id
    await board.post(f"/v1/deals/{deal['id']}/lose", {"reason": "too dear"}, "hlib")
    answer = Cancel(event_id=new_id(), at=datetime.now(UTC), by="hlib")
    await refused_by_the_ended(board.pool, ids.conversion(lead_id), "lost", answer)
    assert await ended_of(board, lead_id) == [], "an answer waits for it"
    done = await act(board.http, lead_id, "retry", running=[], restart=True, dry_run=False)
    assert done["changes"] == [
        "the news that the deal is lost or asleep is not needed any more: the record has it, and is closed"
    ]
    assert (await act(board.http, lead_id, "retry", 409, running=[], dry_run=False))["code"] == "nothing_to_do"


async def ended_of(board: Tier2, lead_id: str) -> list[str]:
    """The workflow of the lead's deal, if nobody needs it any more."""
    answer = await board.http.get("/v1/ended", params={"workflow_id": ids.conversion(lead_id)}, headers=ops())
    found: list[str] = answer.json()["items"]
    return found


async def test_two_who_start_the_same_workflow_again_start_it_once_and_the_second_is_told(board: Tier2) -> None:
    await board.only("danylo")
    given = hand_over()
    await board.accepted("danylo", given)
    lead_id = given.contact.lead_id
    ended = {"restart": True, "ended_at": datetime.now(UTC).isoformat(), "running": [], "dry_run": False}
    body = {**REASON, **ended}
    answers = await asyncio.gather(
        *(board.http.post(f"/v1/leads/{lead_id}/acts/retry", json=body, headers=ops()) for _ in range(2))
    )
    assert sorted(one.status_code for one in answers) == [200, 409]
    [refused] = [one.json() for one in answers if one.status_code == 409]
    assert (refused["code"], refused["detail"]) == ("started_again", "nothing to do: it was started again, and runs")
    await board.pool.execute("UPDATE outbox SET state = 'delivered' WHERE workflow_id = $1", ids.conversion(lead_id))
    await act(board.http, lead_id, "retry", 409, **ended)
    assert len(await acts_of(board.pool, lead_id)) == 1
    again = {**ended, "ended_at": datetime.now(UTC).isoformat()}
    await act(board.http, lead_id, "retry", **again)
    assert [what for what, _ in await line_of(board.pool, ids.conversion(lead_id))].count("Conversion") == 2


async def test_an_offer_that_is_skipped_goes_to_the_next_manager(board: Tier2) -> None:
    await board.only("taras")
    given = hand_over()
    offer = await board.offered(given)
    assert offer.manager == "taras"
    lead_id = given.contact.lead_id
    skipped = await act(board.http, lead_id, "skip", dry_run=False)
    assert skipped["changes"][0] == "Taras is not asked any more"
    assert [name for name, _ in await board.signals(lead_id)] == ["declined"]


async def test_a_deal_is_given_to_another_manager_or_back(board: Tier2) -> None:
    await board.only("inna")
    given = hand_over()
    await board.accepted("inna", given)
    await board.manager("petro")
    lead_id = given.contact.lead_id
    assert (await act(board.http, lead_id, "skip", 409))["code"] == "no_safe_skip"
    moved = await act(board.http, lead_id, "reassign", to="petro", dry_run=False)
    assert moved["changes"][0] == "Petro has the deal instead of Inna, with its next step"
    assert (await act(board.http, lead_id, "reassign", 422, to="ghost"))["errors"][0]["field"] == "to"
    await act(board.http, lead_id, "reassign", dry_run=False)
    assert [name for name, _ in await board.signals(lead_id)] == ["accepted", "reassigned", "returned"]


async def test_a_lead_that_nobody_has_taken_is_given_to_a_manager(board: Tier2) -> None:
    await board.only("oksana")
    given = hand_over()
    await board.offered(given, to_supervisor=True)
    ghost = await act(board.http, given.contact.lead_id, "reassign", 422, to="ghost")
    assert ghost["errors"][0]["field"] == "to"
    await act(board.http, given.contact.lead_id, "reassign", to="oksana", dry_run=False)
    assert [name for name, _ in await board.signals(given.contact.lead_id)] == ["accepted"]
    part = (await board.http.get(f"/v1/leads/{given.contact.lead_id}/story", headers=ops())).json()
    assert (part["stage"], part["owner"]) == ("accepted", "Oksana")
    assert [one["words"] for one in part["waiting"]] == ["Oksana's next step: first contact"]
    asked = {**ops(), "Accept-Language": "uk"}
    part = (await board.http.get(f"/v1/leads/{given.contact.lead_id}/story", headers=asked)).json()
    assert "Прийнято: Oksana (olena)" in [one["words"] for one in part["events"]]
    assert [one["words"] for one in part["waiting"]] == ["наступний крок (Oksana): зв’язатися вперше"]


async def test_a_reminder_is_skipped_as_not_now_and_money_never(care: Tier3) -> None:
    customer_id, _ = await care.nudge()
    skipped = await act(care.http, customer_id, "skip", dry_run=False)
    assert skipped["changes"][0] == "the reminder that waits is closed as “not now”; the customer is not asked"
    [answer] = await care.sent(customer_id, "nudge_answered")
    assert (answer["outcome"], answer["by"]) == ("not_now", "olena")
    assert (await act(care.http, customer_id, "skip", 409))["code"] == "no_safe_skip"


async def test_a_customer_is_given_to_another_account_manager(care: Tier3) -> None:
    customer_id, _ = await care.customer()
    assert (await act(care.http, customer_id, "reassign", 422))["errors"][0]["field"] == "to"
    assert (await act(care.http, customer_id, "reassign", 422, to="ghost"))["errors"][0]["field"] == "to"
    await care.pool.execute("INSERT INTO account_managers (id, name) VALUES ('halyna', 'Галина Д.')")
    await act(care.http, customer_id, "reassign", to="halyna", dry_run=False)
    part = (await care.http.get(f"/v1/leads/{customer_id}/story", headers=ops())).json()
    assert part["owner"] == "Галина Д."
    assert "Галина Д. looks after them (olena)" in [one["words"] for one in part["events"]]
    asked = {**ops(), "Accept-Language": "uk"}
    part = (await care.http.get(f"/v1/leads/{customer_id}/story", headers=asked)).json()
    assert "Клієнта веде Галина Д. (olena)" in [one["words"] for one in part["events"]]


async def test_a_customers_care_that_failed_is_started_again_from_its_records(care: Tier3) -> None:
    customer_id, _ = await care.customer()
    done = await act(care.http, customer_id, "retry", restart=True, dry_run=False)
    assert done["changes"] == ["care goes on with the open invoices and the next nudge"]


@pytest_asyncio.fixture
async def control(floor: Tier1, board: Tier2, care: Tier3) -> AsyncIterator[httpx.AsyncClient]:
    """Ops before the three tiers, without Temporal."""
    tiers = {"lead_gen": floor.http, "conversion": board.http, "account_mgmt": care.http}
    async with api_client(ops_before(tiers), headers=ops()) as client:
        yield client


async def test_ops_tells_what_it_can_and_names_what_is_away(floor: Tier1, control: httpx.AsyncClient) -> None:
    lead_id, _ = await floor.opened("+380445570007")
    story = (await control.get(f"/v1/leads/{lead_id}/story")).json()
    assert (story["head"]["tier"], story["head"]["stage"]) == ("lead_gen", "calling")
    assert [one["what"] for one in story["missing"]] == ["temporal"]
    assert (await control.get(f"/v1/leads/{new_id()}/story")).status_code == 404
    late = (await control.get("/v1/late")).json()
    assert [one["tier"] for one in late["held_up"]] == ["temporal"]
    tiers = (await control.get("/v1/tiers")).json()
    assert [one["tier"] for one in tiers["items"]] == ["lead_gen", "conversion", "account_mgmt"]
    assert all(one["standing"] and one["queue"] is None for one in tiers["items"])


async def test_ops_sends_an_act_to_the_tier_that_has_the_lead(floor: Tier1, control: httpx.AsyncClient) -> None:
    lead_id, _ = await floor.opened("+380445570008")
    body = {**REASON, "dry_run": False}
    first = await control.post(f"/v1/leads/{lead_id}/skip", json=body, headers={"Idempotency-Key": "from-ops"})
    assert first.status_code == 200, first.text
    assert {one["tier"] for one in first.json()["changes"]} == {"lead_gen"}
    again = await control.post(f"/v1/leads/{lead_id}/skip", json=body, headers={"Idempotency-Key": "from-ops"})
    assert again.json() == first.json()
    refused = await control.post(f"/v1/leads/{lead_id}/reassign", json={**REASON, "to": "nobody"})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    away = await control.post(f"/v1/leads/{lead_id}/retry", json=REASON)
    assert (away.status_code, away.json()["code"]) == (503, "temporal_away")
