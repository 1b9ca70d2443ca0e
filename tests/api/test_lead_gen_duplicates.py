"""Leads that may be one company are offered, merged or refused, and a merge loses nothing: it can be undone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.lead_gen.actions.duplicates import find_near_duplicates
from services.lead_gen.actions.imports import run_imports
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_duplicates", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def imported(office: Tier1, rows: str) -> None:
    """Import these rows of company, number, city, e-mail, and let the comparer look at them."""
    content = f"Company name,Phone Number,City,Email\n{rows}\n".encode()
    answer = await office.http.post("/v1/imports", files={"file": ("l.csv", content)}, data={"default_region": "UA"})
    answer.raise_for_status()
    await run_imports(office.pool)
    # The comparer leaves the last seconds alone.
    await office.pool.execute("UPDATE leads SET created_at = created_at - interval '1 minute'")
    await find_near_duplicates(office.pool)


async def offers(office: Tier1, state: str = "open") -> list[dict[str, Any]]:
    return list((await office.http.get(f"/v1/duplicates?state={state}")).json()["items"])


async def registered(office: Tier1) -> list[tuple[Any, ...]]:
    """Everything that a merge may touch."""
    rows = await office.pool.fetch(
        """SELECT l.id, l.stage, l.merged_into, l.email, l.contact_name,
                  (SELECT array_agg(phone ORDER BY phone) FROM lead_phones p WHERE p.lead_id = l.id) AS phones,
                  (SELECT array_agg(key ORDER BY key) FROM lead_keys k WHERE k.lead_id = l.id) AS keys,
                  (SELECT array_agg(c.id ORDER BY c.id) FROM calls c WHERE c.lead_id = l.id) AS calls
             FROM leads l ORDER BY l.id"""
    )
    return [tuple(row) for row in rows]


TWINS = 'ТОВ «Вітер-Транс»,0441230001,Київ,\n"Viter Trans, LLC",0441230002,Kyiv,info@viter.example'


async def test_a_name_in_another_script_and_with_another_legal_form_is_offered(office: Tier1) -> None:
    await imported(office, TWINS)
    offer = (await offers(office))[0]
    assert offer["similarity"] == 1
    assert {offer["a"]["company"], offer["b"]["company"]} == {"ТОВ «Вітер-Транс»", "Viter Trans, LLC"}
    assert (offer["keeps"], offer["result"]["email"]) == (offer["a"]["id"], "i***@viter.example")
    assert len(offer["result"]["phones"]) == 2
    assert not any(phone.startswith("+380441230") for phone in offer["result"]["phones"])


async def test_depots_with_numbers_and_namesakes_in_other_towns_are_not_offered(office: Tier1) -> None:
    await imported(office, "Depot 1,0441230001,Kyiv,\nDepot 2,0441230002,Kyiv,\nDepot 1,0441230003,Lviv,")
    assert await offers(office) == []


async def test_merge_duplicate_leads_and_undo_it_without_a_trace(office: Tier1) -> None:
    await imported(office, TWINS)
    before = await registered(office)
    offer = (await offers(office))[0]
    merged = (await office.http.post(f"/v1/duplicates/{offer['id']}/merge")).raise_for_status().json()
    kept = (await office.http.post(f"/v1/leads/{merged['kept']}/reveal", json={"reason": "is it whole?"})).json()
    assert (kept["phones"], kept["email"]) == (["+380441230001", "+380441230002"], "info@viter.example")
    gone = (await office.http.get(f"/v1/leads/{merged['gone']}")).json()
    assert (gone["stage"], gone["phones"]) == ("merged", [])
    assert (await office.http.post(f"/v1/merges/{merged['id']}/undo")).status_code == 200
    assert await registered(office) == before
    again = await office.http.post(f"/v1/merges/{merged['id']}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


async def test_a_merge_keeps_the_calls_of_both(office: Tier1) -> None:
    """Merging people loses history: not here."""
    given = await office.leased("+380441230009", "anna")
    body = {"token": given["token"], "outcome": "no_answer", "note": "first"}
    await office.http.post(f"/v1/calls/{given['item_id']}/outcome", json=body, headers=caller())
    await office.pool.execute("UPDATE leads SET stage = 'resting', company = 'Viter Trans', city = 'Kyiv'")
    await imported(office, "Viter-Trans,0441230002,Kyiv,")
    offer = (await offers(office))[0]
    other = offer["b"]["id"] if offer["a"]["id"] == given["lead"]["id"] else offer["a"]["id"]
    answer = await office.http.post(f"/v1/duplicates/{offer['id']}/merge", json={"keep": other})
    assert answer.status_code == 200, answer.text
    kept = (await office.http.get(f"/v1/leads/{other}")).json()
    assert [call["note"] for call in kept["calls"]] == ["first"]


async def test_the_lead_in_somebodys_hands_is_kept(office: Tier1) -> None:
    await imported(office, TWINS)
    offer = (await offers(office))[0]
    one, other = offer["a"]["id"], offer["b"]["id"]
    address = f"/v1/duplicates/{offer['id']}/merge"
    await office.pool.execute("UPDATE leads SET tier = 'conversion', stage = 'offered' WHERE id = $1", other)
    assert (await offers(office))[0]["keeps"] == other
    assert (await office.http.post(address, json={"keep": one})).json()["code"] == "in_work"
    await office.pool.execute("UPDATE leads SET stage = 'calling' WHERE id = $1", one)
    assert (await offers(office))[0]["obstacle"]
    assert (await office.http.post(address)).json()["code"] == "both_in_work"


async def test_undoing_a_merge_restores_the_stage_of_the_kept_lead_too(office: Tier1) -> None:
    await imported(office, TWINS)
    before = await registered(office)
    await office.http.put("/v1/do-not-call/+380441230002", json={"scope": "company"})
    stages = {row["id"]: row["stage"] for row in await office.pool.fetch("SELECT id, stage FROM leads")}
    offer = (await offers(office))[0]
    merged = (await office.http.post(f"/v1/duplicates/{offer['id']}/merge")).raise_for_status().json()
    assert (await office.http.get(f"/v1/leads/{merged['kept']}")).json()["stage"] == "do_not_call"
    assert (await office.http.post(f"/v1/merges/{merged['id']}/undo")).status_code == 200
    assert {row["id"]: row["stage"] for row in await office.pool.fetch("SELECT id, stage FROM leads")} == stages
    assert len(await registered(office)) == len(before)


async def test_who_must_not_be_called_is_not_called_under_the_other_name_either(office: Tier1) -> None:
    lead_id, _ = await office.opened("+380441230001")
    await office.pool.execute("UPDATE leads SET company = 'Viter Trans', city = 'Kyiv' WHERE id = $1", lead_id)
    await imported(office, "Viter-Trans,0441230002,Kyiv,")
    await office.http.put("/v1/do-not-call/+380441230002", json={"scope": "company"})
    offer = (await offers(office))[0]
    merged = (await office.http.post(f"/v1/duplicates/{offer['id']}/merge")).raise_for_status().json()
    assert merged["kept"] == lead_id
    assert await office.pool.fetchval("SELECT state FROM work_items WHERE lead_id = $1", lead_id) == "cancelled"
    assert await office.signals(ids.cold_call(lead_id)) == ["do_not_call"]


async def test_a_refused_pair_is_never_offered_again(office: Tier1) -> None:
    await imported(office, TWINS)
    offer = (await offers(office))[0]
    refused = (await office.http.post(f"/v1/duplicates/{offer['id']}/refuse")).json()
    assert refused["state"] == "refused"
    await office.pool.execute("UPDATE lead_blocks_progress SET created_at = '-infinity'")
    await find_near_duplicates(office.pool)
    assert await offers(office) == []
    assert (await office.http.post(f"/v1/duplicates/{offer['id']}/merge")).json()["code"] == "wrong_state"


@pytest.mark.parametrize("stage", ["new", "not_interested", "resting"])
async def test_undoing_a_merge_with_a_banned_twin_gives_both_their_stages_back(office: Tier1, stage: str) -> None:
    await imported(office, TWINS)
    (await office.http.put("/v1/do-not-call/+380441230002", json={"scope": "company"})).raise_for_status()
    banned = await office.pool.fetchval("SELECT lead_id::text FROM lead_phones WHERE phone = '+380441230002'")
    await office.pool.execute("UPDATE leads SET stage = $2 WHERE id <> $1", banned, stage)
    before = await registered(office)
    offer = (await offers(office))[0]
    body = {"keep": offer["b"]["id"] if offer["a"]["id"] == banned else offer["a"]["id"]}
    merged = (await office.http.post(f"/v1/duplicates/{offer['id']}/merge", json=body)).raise_for_status().json()
    assert (await office.http.get(f"/v1/leads/{merged['kept']}")).json()["stage"] == "do_not_call"
    (await office.http.post(f"/v1/merges/{merged['id']}/undo")).raise_for_status()
    assert await registered(office) == before


async def test_a_lead_that_was_being_called_is_called_again_after_the_merge_is_undone(office: Tier1) -> None:
    await imported(office, TWINS)
    (await office.http.put("/v1/do-not-call/+380441230002", json={"scope": "company"})).raise_for_status()
    called = await office.pool.fetchval("SELECT lead_id::text FROM lead_phones WHERE phone = '+380441230001'")
    await office.pool.execute(
        "UPDATE leads SET stage = 'calling', campaign_id = $2, rounds = 1, workflow_id = $3 WHERE id = $1",
        called, await office.campaign(), ids.cold_call(called),
    )  # fmt: skip
    merged = (await office.http.post(f"/v1/duplicates/{(await offers(office))[0]['id']}/merge")).json()
    assert (await office.http.get(f"/v1/leads/{called}")).json()["stage"] == "do_not_call"
    (await office.http.post(f"/v1/merges/{merged['id']}/undo")).raise_for_status()
    assert (await office.http.get(f"/v1/leads/{called}")).json()["stage"] == "calling"
    rows = await office.pool.fetch(
        "SELECT workflow, signal FROM outbox WHERE workflow_id = $1 ORDER BY id", ids.cold_call(called)
    )
    assert [tuple(row) for row in rows] == [(None, "do_not_call"), ("ColdCall", None)]


async def test_a_ban_of_the_kept_leads_own_survives_the_undo(office: Tier1) -> None:
    await imported(office, TWINS)
    merged = (await office.http.post(f"/v1/duplicates/{(await offers(office))[0]['id']}/merge")).json()
    (await office.http.put("/v1/do-not-call/+380441230001", json={"scope": "company"})).raise_for_status()
    (await office.http.post(f"/v1/merges/{merged['id']}/undo")).raise_for_status()
    own = await office.pool.fetchval("SELECT lead_id::text FROM lead_phones WHERE phone = '+380441230001'")
    assert own == merged["kept"]
    assert (await office.http.get(f"/v1/leads/{own}")).json()["stage"] == "do_not_call"
