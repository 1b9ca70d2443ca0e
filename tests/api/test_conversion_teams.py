"""Managers see their own and their team's deals, the supervisor all: in lists, on pages, in files, mails and events."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio

from services.chassis.auth import Principal
from services.conversion.actions.teams import hears
from services.conversion.api import build_app
from tests.api.openapi import Ids, operations
from tests.api.test_conversion_ownership import example
from tests.fixtures.documents import document_of
from tests.fixtures.http import api_client, auth, make_settings
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, in_days, tier_2, whose
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier

DOCUMENT = document_of("conversion")
COMPANY = "Таємниця Півночі"


@dataclass(frozen=True)
class House:
    """Anna and Artem are the north, Boris is the south, Vera is in no team; the deal is Anna's."""

    tier: Tier2
    deal: dict[str, Any]
    ids: dict[str, str]


@pytest_asyncio.fixture(scope="module")
async def house(fresh_database: FreshDatabase) -> AsyncIterator[House]:
    async with tier_2(await fresh_database("cv_teams", tier=Tier.CONVERSION)) as tier:
        for name, team in (("anna", "north"), ("artem", "north"), ("boris", "south"), ("vera", None)):
            await tier.manager(name, team=team, email=f"{name}@house.example")
        contact = hand_over().contact.model_copy(update={"company": COMPANY, "email": "olena@viter.example"})
        given = hand_over(contact.lead_id, contact=contact, question="Who insures it?")
        deal = await tier.accepted("anna", given)
        path = f"/v1/deals/{deal['id']}"
        await tier.post(f"{path}/qualify", FACTS, "anna")
        meeting = await tier.post(f"{path}/meetings", {"starts_at": in_days(30), "outside_hours": True}, "anna")
        offer = await tier.post(f"{path}/offers", {"lines": [LINE]}, "anna")
        await tier.post(f"/v1/offers/{offer['id']}/send", {}, "anna")
        waiting = await tier.offered(
            hand_over(contact=contact.model_copy(update={"lead_id": hand_over().contact.lead_id})).model_copy(
                update={"sticky_manager": "anna"}
            )
        )
        assert waiting.manager == "anna"
        mail = (await tier.get("/v1/mails"))["items"][0]["id"]
        ids = {"deal_id": deal["id"], "meeting_id": meeting["id"], "offer_id": offer["id"], "number": "1",
               "mail_id": mail, "item_id": str(waiting.item_id)}  # fmt: skip
        yield House(tier, deal, ids)


async def answers(house: House, who: str, *, writes: bool) -> dict[str, httpx.Response]:
    """What every route that names a deal, or something of one, answers this manager."""
    said = {}
    for path, method, operation in operations(DOCUMENT):
        of_a_deal = re.search(r"\{(deal|meeting|offer|mail|item)_id\}", path) and "/reminders/" not in path
        if not of_a_deal or (method != "get") != writes:
            continue
        answer = await house.tier.http.request(
            method, path.format_map(Ids(house.ids)), json=example(operation), headers=whose(who)
        )
        said[f"{method.upper()} {path}"] = answer
    return said


async def test_what_another_team_has_is_not_there_for_a_manager(house: House) -> None:
    for who in ("boris", "vera", "somebody-unknown"):
        for writes in (False, True):
            said = await answers(house, who, writes=writes)
            wrong = {name: answer.status_code for name, answer in said.items() if answer.status_code != 404}
            # What only a supervisor may do is refused before anybody looks.
            assert {name: code for name, code in wrong.items() if code != 403 or not writes} == {}
            assert {name for name in wrong if "approve" not in name and "reject" not in name
                    and "/mails/" not in name and "/splits" not in name} == set()  # fmt: skip
            assert all(COMPANY not in answer.text for answer in said.values())


async def test_a_team_sees_its_deals_and_the_supervisor_all(house: House) -> None:
    for who in ("anna", "artem"):
        said = await answers(house, who, writes=False)
        assert {name: answer.status_code for name, answer in said.items() if answer.status_code != 200} == {}
        assert len(said) >= 9
    refused = await house.tier.http.post(
        f"/v1/deals/{house.deal['id']}/notes", json={"text": "mine"}, headers=whose("artem")
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "not_owner")
    path = f"/v1/deals/{house.deal['id']}"
    for headers in (whose(), auth("ops", "ops")):
        assert (await house.tier.http.get(path, headers=headers)).status_code == 200


async def test_lists_and_what_they_count_leave_out_what_one_may_not_see(house: House) -> None:
    template = {"name": "hello", "language": "uk", "subject": "{{company}}", "body": "{{company}}"}
    await house.tier.post("/v1/templates", template)
    step = {"id": "call", "kind": "call", "text": "Ask."}
    playbook = await house.tier.post("/v1/playbooks", {"name": "everybody", "body": {"entry": [], "main": [step]}})
    lists = ["/v1/deals", "/v1/deals?owner=anna", f"/v1/deals?lead_id={house.deal['lead_id']}", "/v1/hand-overs",
             "/v1/mails", f"/v1/mails?lead_id={house.deal['lead_id']}"]  # fmt: skip
    for who, sees in (("anna", True), ("artem", True), ("boris", False), ("vera", False), ("", True)):
        for path in lists:
            assert bool((await house.tier.get(path, who))["items"]) is sees, (who, path)
        tried = await house.tier.post(f"/v1/playbooks/{playbook['id']}/preview", {}, who)
        assert (tried["deals"] > 0, tried["fitting"] > 0) == (sees, sees)
        preview = await house.tier.http.get(
            "/v1/templates/hello/preview", params={"deal_id": house.deal["id"]}, headers=whose(who)
        )
        assert preview.status_code == (200 if sees else 404)


async def test_pages_show_a_team_its_deals_alone(house: House) -> None:
    deal = house.deal["id"]
    gone = [f"/desk/deals/{deal}", f"/desk/deals/{deal}/fresh", f"/desk/offers/{house.ids['offer_id']}.pdf",
            f"/desk/meetings/{house.ids['meeting_id']}.ics", "/desk/calendar?whose=anna",
            "/desk/board/calendar?whose=anna"]  # fmt: skip
    found = ["/desk/", "/desk/?owner=anna", "/desk/deals?owner=everybody", "/desk/deals?owner=anna",
             "/desk/search?q=Півночі", f"/desk/search?q={house.deal['lead_id']}"]  # fmt: skip
    async with person(house.tier, "boris") as boris, person(house.tier, "artem") as artem:
        for path in gone:
            assert (await boris.http.get(path)).status_code == 404, path
            assert (await artem.http.get(path)).status_code == 200, path
        for path in found:
            assert COMPANY not in await boris.look(path), path
        assert 'value="anna"' not in await boris.look("/desk/deals")
        assert 'value="anna"' in await artem.look("/desk/deals")
        assert COMPANY in await artem.look("/desk/deals?owner=everybody")
        assert COMPANY in await artem.look("/desk/search?q=Півночі")


async def test_events_of_a_deal_are_told_to_those_who_see_it(house: House) -> None:
    events = [
        {"kind": "deal.changed", "deal_id": house.deal["id"]},
        {"kind": "mail.failed", "lead_id": house.deal["lead_id"]},
    ]
    for who, role, hears_it in (("anna", "manager", True), ("artem", "manager", True), ("boris", "manager", False),
                                ("vera", "manager", False), ("boss", "supervisor", True)):  # fmt: skip
        told = hears(house.tier.pool, Principal(who, "conversion", role))
        for event in events:
            assert (told is None or await told(event)) is hears_it, (who, event)
        assert told is None or await told({"kind": "deal.changed", "deal_id": house.deal["id"], "was": who})
        assert told is None or await told({"kind": "absence.changed", "manager": "anna"})


async def test_a_deal_that_goes_to_another_team_is_that_teams_from_then_on(house: House) -> None:
    await house.tier.manager("mykola", team="west")
    await house.tier.manager("nina", team="east")
    deal = await house.tier.accepted("mykola")
    path = f"/v1/deals/{deal['id']}"
    await house.tier.post("/v1/managers/mykola/take-over", {"reason": "ill", "to": "nina", "dry_run": False})
    assert (await house.tier.get(path, "nina"))["owner"] == "nina"
    assert (await house.tier.http.get(path, headers=whose("mykola"))).status_code == 404
    assert deal["id"] not in json.dumps(await house.tier.get("/v1/deals", "anna"))


async def test_without_teams_everybody_of_the_tier_is_one(fresh_database: FreshDatabase) -> None:
    async with tier_2(await fresh_database("cv_one_team", tier=Tier.CONVERSION)) as tier:
        for name in ("anna", "boris"):
            await tier.manager(name)
        deal = await tier.accepted("anna")
        assert (await tier.get(f"/v1/deals/{deal['id']}", "boris"))["id"] == deal["id"]
        assert [one["id"] for one in (await tier.get("/v1/deals", "boris"))["items"]] == [deal["id"]]
        changed = await tier.http.patch(
            "/v1/managers/anna", json={"team": "north"}, headers={**whose(), "If-Match": "*"}
        )
        assert changed.json()["team"] == "north"
        assert (await tier.http.get(f"/v1/deals/{deal['id']}", headers=whose("boris"))).status_code == 404
        await tier.http.patch("/v1/managers/anna", json={"team": None}, headers={**whose(), "If-Match": "*"})
        assert (await tier.get(f"/v1/deals/{deal['id']}", "boris"))["id"] == deal["id"]


async def next_event(frames: AsyncIterator[str]) -> str:
    async for frame in frames:
        if frame.startswith("event: "):
            return frame.partition("\n")[0].removeprefix("event: ")
    raise AssertionError("the stream has ended")


async def test_the_stream_of_events_leaves_out_what_one_may_not_see(house: House) -> None:
    app = build_app(make_settings(house.tier.dsn))
    async with api_client(app):
        told = hears(house.tier.pool, Principal("boris", "conversion", "manager"))
        frames, whole = app.state.events.stream(told=told), app.state.events.stream()
        assert [await anext(one) for one in (frames, whole)] == [": connected\n\n"] * 2
        # Both hear now.
        assert [(await asyncio.wait_for(next_event(one), 60)) for one in (frames, whole)] == ["resync"] * 2
        await house.tier.post(f"/v1/deals/{house.deal['id']}/notes", {"text": "a word"}, "anna")
        await house.tier.post("/v1/managers/boris/absences", {"starts_at": in_days(90), "ends_at": in_days(91)})
        assert await asyncio.wait_for(next_event(whole), 60) == "deal.changed"
        # The first that Boris hears of is what came after it.
        assert await asyncio.wait_for(next_event(frames), 60) == "absence.changed"
        app.state.events.close()
