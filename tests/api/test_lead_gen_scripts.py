"""Call scripts: refused with every reason, rendered for the lead, and one version per call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.scripts import script
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

NOBODY = "019a0000-0000-7000-8000-000000000000"


@pytest_asyncio.fixture(scope="module")
async def desk(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_scripts", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def saved(desk: Tier1, body: dict[str, Any]) -> dict[str, Any]:
    answer = await desk.http.post("/v1/scripts", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def led_by(desk: Tier1, phone: str, script_id: str | None, **lead: str) -> tuple[str, str]:
    """(lead, campaign) with a call waiting in a campaign of this script."""
    lead_id, campaign_id = await desk.opened(phone)
    await desk.pool.execute("UPDATE campaigns SET script_id = $2 WHERE id = $1", campaign_id, script_id)
    for column, value in lead.items():
        await desk.pool.execute(f"UPDATE leads SET {column} = $2 WHERE id = $1", lead_id, value)
    return lead_id, campaign_id


async def next_call(desk: Tier1, campaign_id: str, person: str) -> dict[str, Any]:
    answer = await desk.http.post("/v1/calls/next", json={"campaign_id": campaign_id}, headers=caller(person))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def told(desk: Tier1, call: dict[str, Any], person: str, **body: Any) -> Any:
    body = {"token": call["token"], "outcome": "interested", **body}
    return await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller(person))


async def test_a_bad_script_is_refused_with_every_reason_and_changes_nothing(desk: Tier1) -> None:
    bad = script(
        "Bad",
        greet={"kind": "say", "text": "Hello {{phone}}", "next": "nowhere"},
        ships={"kind": "ask", "text": "Well?", "next": "bye"},
    )
    answer = await desk.http.post("/v1/scripts", json=bad)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == ["nodes.greet", "nodes.greet", "nodes.ships"]
    reasons = " ".join(error["reason"] for error in answer.json()["errors"])
    assert "'phone'" in reasons
    assert "'nowhere'" in reasons
    assert (await desk.http.get("/v1/scripts", params={"name": "Bad"})).json()["items"] == []


async def test_the_same_name_again_is_the_next_version_and_both_are_kept(desk: Tier1) -> None:
    first = await saved(desk, script("Twice"))
    second = await saved(desk, script("Twice", bye={"kind": "end", "text": "Bye!"}))
    assert (first["version"], second["version"]) == (1, 2)
    listed = (await desk.http.get("/v1/scripts", params={"name": "Twice"})).json()["items"]
    assert listed == [first, second]
    assert (await desk.http.get(f"/v1/scripts/{first['id']}", headers=caller())).json() == first
    assert (await desk.http.get(f"/v1/scripts/{new_id()}")).status_code == 404


async def test_only_a_supervisor_writes_scripts(desk: Tier1) -> None:
    assert (await desk.http.post("/v1/scripts", json=script("Mine"), headers=caller())).status_code == 403


async def test_a_preview_reads_as_the_call_will(desk: Tier1) -> None:
    kept = await saved(desk, script("Preview"))
    path = f"/v1/scripts/{kept['id']}/preview"
    sample = (await desk.http.post(path, json={"fields": {"company": "Nova", "caller": "Anna"}})).json()
    assert sample["texts"]["greet"] == "Good day, colleague, Anna here."
    assert sample["texts"]["ships"] == "Does Nova ship from your town?"
    lead_id = await desk.lead("+380442220001", "Zorya")
    real = (await desk.http.post(path, json={"lead_id": lead_id})).json()
    assert real["texts"]["ships"] == "Does Zorya ship from your town?"
    assert real["nodes"] == kept["nodes"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"lead_id": "me"}, 422),
        ({"fields": {"phone": "1"}}, 422),
        ({"fields": {}, "lead_id": NOBODY}, 422),
        ({"lead_id": NOBODY}, 404),
    ],
)
async def test_a_preview_for_nobody_is_refused(desk: Tier1, body: dict[str, Any], status: int) -> None:
    kept = await saved(desk, script("Preview for nobody"))
    assert (await desk.http.post(f"/v1/scripts/{kept['id']}/preview", json=body)).status_code == status


async def test_the_next_call_brings_the_script_as_it_is_read_to_this_lead(desk: Tier1) -> None:
    await desk.http.post("/v1/callers", json={"id": "s1", "name": "Anna"})
    kept = await saved(desk, script("Rendered"))
    _, campaign_id = await led_by(
        desk, "+380442220002", kept["id"], company="<b>{{caller}}</b>", contact_name="Ірина", city="Львів"
    )
    call = await next_call(desk, campaign_id, "s1")
    assert call["script"]["id"] == kept["id"]
    assert call["script"]["texts"]["greet"] == "Good day, Ірина, Anna here."
    assert call["script"]["texts"]["ships"] == "Does b caller /b ship from Львів?"


async def test_a_call_ends_on_the_version_it_began_with(desk: Tier1) -> None:
    first = await saved(desk, script("Pinned"))
    lead_id, campaign_id = await led_by(desk, "+380442220003", first["id"])
    call = await next_call(desk, campaign_id, "s2")
    second = await saved(desk, script("Pinned", carrier={"kind": "end", "text": "Good-bye then."}))
    again = await next_call(desk, campaign_id, "s2")
    assert again["script"] == call["script"]
    await desk.http.post(f"/v1/calls/{call['item_id']}/release", json={"token": call["token"]}, headers=caller("s2"))
    other = await next_call(desk, campaign_id, "s3")
    assert (other["item_id"], other["script"]["version"]) == (call["item_id"], 1)
    path = ["greet", "ships", "carrier", "meeting", "thanks"]
    wrong = await told(desk, other, "s3", path=path, script_version=second["version"])
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "script_version")
    assert (await told(desk, other, "s3", path=path, script_version=1)).status_code == 200
    row = await desk.pool.fetchrow("SELECT path, script_version, script_id FROM calls WHERE lead_id = $1", lead_id)
    assert row is not None
    assert (row["path"], row["script_version"], row["script_id"]) == (path, 1, first["id"])


async def test_a_later_attempt_begins_with_the_newest_version(desk: Tier1) -> None:
    first = await saved(desk, script("Newest"))
    await saved(desk, script("Newest"))
    _, campaign_id = await led_by(desk, "+380442220004", first["id"])
    assert (await next_call(desk, campaign_id, "s4"))["script"]["version"] == 2


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (["ships"], "path[0]"),
        (["greet", "meeting"], "path[1]"),
        (["greet", "ships", "nowhere"], "path[2]"),
    ],
)
async def test_a_path_that_the_version_does_not_allow_names_its_step_and_changes_nothing(
    desk: Tier1, path: list[str], field: str
) -> None:
    kept = await saved(desk, script("Paths"))
    lead_id, campaign_id = await led_by(desk, f"+38044222001{field[5]}", kept["id"])
    call = await next_call(desk, campaign_id, "s5")
    refused = await told(desk, call, "s5", path=path, script_version=call["script"]["version"])
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await desk.pool.fetchval("SELECT count(*) FROM calls WHERE lead_id = $1", lead_id) == 0
    assert await desk.pool.fetchval("SELECT state FROM work_items WHERE id = $1", call["item_id"]) == "leased"
    assert (await told(desk, call, "s5", path=path)).status_code == 200


async def test_a_call_without_a_script_takes_what_was_told(desk: Tier1) -> None:
    lead_id, campaign_id = await led_by(desk, "+380442220020", None)
    call = await next_call(desk, campaign_id, "s6")
    assert call["script"] is None
    later = await saved(desk, script("Too late"))
    await desk.pool.execute("UPDATE campaigns SET script_id = $2 WHERE id = $1", campaign_id, later["id"])
    assert (await next_call(desk, campaign_id, "s6"))["script"] is None
    assert (await told(desk, call, "s6", path=["anything"], script_version=7)).status_code == 200
    row = await desk.pool.fetchrow("SELECT script_id, script_version FROM calls WHERE lead_id = $1", lead_id)
    assert row is not None
    assert (row["script_id"], row["script_version"]) == (None, 7)


async def test_a_script_saved_by_two_supervisors_at_once_has_two_versions(desk: Tier1) -> None:
    both = await asyncio.gather(saved(desk, script("Race")), saved(desk, script("Race")))
    assert sorted(one["version"] for one in both) == [1, 2]
