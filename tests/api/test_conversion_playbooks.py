"""Playbooks at work on deals: steps, mails, tracks, steering, and the end at once when the lead answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, in_days, tier_2, whose
from workflows.contracts.base import Tier
from workflows.contracts.conversion import CloseDeal, OpenInbound, RunPlaybookStep, Stage

BODY = {
    "main": [
        {"id": "pack", "kind": "mail", "template": "information-pack"},
        {"id": "ask", "kind": "call", "text": "Ask what they thought."},
        {"id": "later", "kind": "wait", "after": "PT1S"},
        {"id": "again", "kind": "call", "text": "Ask again."},
    ],
    "positive": [{"id": "meet", "kind": "meeting", "text": "Propose a meeting."}],
}


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_playbooks", tier=Tier.CONVERSION, policy="demo")) as tier:
        await tier.manager("anna", capacity=1000)
        body = (await tier.get("/v1/policies"))["items"][0]["body"]
        await tier.post("/v1/policies", {"body": {**body, "playbook_min_gap": "PT0.001S"}}, status=201)
        await tier.post("/v1/playbooks", {"name": "test", "body": BODY}, status=201)
        yield tier


async def warm(tier: Tier2, email: str | None = "olena@customer.example", **body: Any) -> dict[str, Any]:
    """A deal of Anna's on which the playbook has begun."""
    given = hand_over()
    contact = given.contact.model_copy(update={"email": email, "language": "en"})
    deal = await tier.accepted("anna", given.model_copy(update={"contact": contact}))
    await tier.post(f"/v1/deals/{deal['id']}/playbook", {"name": "test", **body}, "anna", status=201)
    return deal


async def due(tier: Tier2, deal: dict[str, Any], number: int) -> Any:
    """The workflow's timer for the `number`-th step has come."""
    ask = RunPlaybookStep(key=f"playbook:{deal['id']}:{number}", deal_id=deal["id"])
    return await tier.activities.run_playbook_step(ask)


async def run_of(tier: Tier2, deal: dict[str, Any]) -> dict[str, Any]:
    [run] = (await tier.get(f"/v1/deals/{deal['id']}/playbooks", "anna"))["items"]
    return run


async def mails(tier: Tier2, deal: dict[str, Any], state: str = "queued") -> list[dict[str, Any]]:
    return list((await tier.get("/v1/mails", lead_id=deal["lead_id"], state=state))["items"])


async def step(tier: Tier2, deal: dict[str, Any], number: int, verb: str, **body: Any) -> dict[str, Any]:
    return await tier.post(f"/v1/deals/{deal['id']}/playbook/steps/{number}/{verb}", body, "anna")


async def test_every_step_runs_in_its_order_and_the_playbook_ends(conversion: Tier2) -> None:
    # In Mautic, hundreds of leads run only the first step of a campaign.
    deal = await warm(conversion)
    assert (await due(conversion, deal, 1)).due_at is not None
    [mail] = await mails(conversion, deal)
    assert mail["purpose"] == "playbook"
    opened = await due(conversion, deal, 2)
    assert (opened.due_at, opened.next_action_at is not None) == (None, True)
    [work] = [item for item in (await conversion.get("/v1/reminders", "anna"))["items"] if item["kind"] == "playbook"]
    assert work["text"] == "Ask what they thought."
    assert (await conversion.get(f"/v1/deals/{deal['id']}"))["next_action"] == "Ask what they thought."
    run = await step(conversion, deal, 2, "done", note="friendly")
    assert [one["state"] for one in run["steps"]] == ["done", "done", "planned"]
    await conversion.pool.execute("UPDATE playbook_steps SET due_at = now() - interval '1 second'")
    await due(conversion, deal, 3)
    await due(conversion, deal, 4)
    ended = await step(conversion, deal, 4, "done")
    assert ended["state"] == "finished"
    assert [one["step_id"] for one in ended["steps"]] == ["pack", "ask", "later", "again"]
    signals = [told for signal, told in await conversion.signals(deal["lead_id"]) if signal == "playbook_planned"]
    assert signals[0]["due_at"] is not None and signals[-1]["due_at"] is None


async def test_a_step_that_the_timer_asks_for_twice_runs_once(conversion: Tier2) -> None:
    deal = await warm(conversion)
    for _ in range(3):
        await due(conversion, deal, 1)
    await due(conversion, deal, 1)
    assert len(await mails(conversion, deal)) == 1


async def test_a_lead_without_an_address_is_called_instead_and_it_shows(conversion: Tier2) -> None:
    deal = await warm(conversion, email=None)
    await due(conversion, deal, 1)
    [work] = await conversion.work(deal["lead_id"], "playbook")
    assert "no address is known" in work["payload"]["text"]
    assert (await run_of(conversion, deal))["steps"][0]["kind"] == "call"


async def test_a_positive_answer_leaves_the_track_for_the_positive_one(conversion: Tier2) -> None:
    deal = await warm(conversion)
    await due(conversion, deal, 1)
    await due(conversion, deal, 2)
    run = await step(conversion, deal, 2, "done", response="positive")
    assert (run["track"], run["steps"][-1]["step_id"], run["left"]) == ("positive", "meet", [])


async def test_a_manager_skips_moves_and_adds_steps(conversion: Tier2) -> None:
    deal = await warm(conversion)
    run = await step(conversion, deal, 1, "skip")
    assert [one["state"] for one in run["steps"]] == ["skipped", "planned"]
    later = in_days(2)
    run = await step(conversion, deal, 2, "move", at=later)
    assert datetime.fromisoformat(run["steps"][-1]["due_at"]) == datetime.fromisoformat(later)
    asked = await due(conversion, deal, 9)
    assert asked.due_at == datetime.fromisoformat(later)
    body = {"kind": "call", "text": "Ask for the drawing.", "after": "P1D"}
    run = await conversion.post(f"/v1/deals/{deal['id']}/playbook/steps", body, "anna", status=201)
    assert run["left"][0].startswith("own-")
    run = await step(conversion, deal, 2, "skip")
    assert run["steps"][-1]["text"] == "Ask for the drawing."
    wrong = await conversion.post(f"/v1/deals/{deal['id']}/playbook/steps/1/skip", {}, "anna", status=409)
    assert wrong["code"] == "wrong_state"
    bad = {**body, "after": "Pnonsense"}
    refused = await conversion.post(f"/v1/deals/{deal['id']}/playbook/steps", bad, "anna", status=422)
    assert refused["errors"][0]["field"] == "after"


@pytest.mark.parametrize("how", ["calls", "opts out", "buys", "is lost", "sleeps", "is given back", "is stopped"])
async def test_everything_stops_at_once_when_the_lead(conversion: Tier2, how: str) -> None:
    # Mautic keeps opted-out contacts in the queue and tries them again at every run.
    deal = await warm(conversion)
    await due(conversion, deal, 1)
    path = f"/v1/deals/{deal['id']}"
    if how == "calls":
        call = OpenInbound(key="in", workflow_id=deal["workflow_id"], inbound_call_id="7", lead_id=deal["lead_id"])
        await conversion.activities.open_inbound(call)
    elif how == "opts out":
        closed = CloseDeal(key="dnc", lead_id=deal["lead_id"], stage=Stage.LOST, reason="do not call")
        await conversion.activities.close_deal(closed)
    elif how == "buys":
        await conversion.won(deal["id"], "anna")
    elif how == "is given back":
        await conversion.post(f"{path}/return", {"reason": "not mine"}, "anna")
    elif how == "is stopped":
        await conversion.post(f"{path}/playbook/stop", {}, "anna")
    else:
        later = {"return_at": in_days(9)} if how == "sleeps" else {}
        await conversion.post(f"{path}/lose", {"reason": "price", **later}, "anna")
    assert await mails(conversion, deal) == []
    assert len(await mails(conversion, deal, "withdrawn")) == 1
    run = await run_of(conversion, deal)
    assert run["state"] == "stopped"
    assert [one["state"] for one in run["steps"]] == ["done", "cancelled"]
    assert (await due(conversion, deal, 7)).due_at is None
    assert not await conversion.work(deal["lead_id"], "playbook")


async def test_there_are_never_two_playbooks_on_one_lead(conversion: Tier2) -> None:
    # Mautic makes two schedules when a contact enters again.
    deal = await warm(conversion)
    again = await conversion.post(f"/v1/deals/{deal['id']}/playbook", {"name": "test"}, "anna", status=409)
    assert again["code"] == "playbook_runs"
    await conversion.post(f"/v1/deals/{deal['id']}/playbook/stop", {}, "anna")
    await conversion.post(f"/v1/deals/{deal['id']}/playbook", {"name": "test"}, "anna", status=201)


async def test_a_deal_goes_on_by_the_version_it_began_with(conversion: Tier2) -> None:
    deal = await warm(conversion)
    changed = {**BODY, "main": [{"id": "new", "kind": "call", "text": "All is new."}]}
    saved = await conversion.post("/v1/playbooks", {"name": "test", "body": changed}, status=201)
    assert saved["version"] == 2
    run = await step(conversion, deal, 1, "skip")
    assert (run["version"], run["steps"][-1]["step_id"]) == (1, "ask")


async def test_a_call_that_is_due_while_the_manager_is_away_waits_for_him_and_is_not_lost(conversion: Tier2) -> None:
    deal = await warm(conversion)
    await due(conversion, deal, 1)
    back = datetime.now(UTC) + timedelta(days=3)
    away = {"starts_at": in_days(-1), "ends_at": back.isoformat()}
    await conversion.post("/v1/managers/anna/absences", away, status=201)
    later = await due(conversion, deal, 2)
    assert later.due_at == back
    assert (await run_of(conversion, deal))["steps"][-1]["state"] == "planned"


async def test_the_rules_choose_the_playbook_and_a_policy_may_start_it_at_acceptance(conversion: Tier2) -> None:
    rule = {"field": "segment", "op": "in", "values": ["steel"]}
    best = {"name": "steel", "body": {**BODY, "entry": [rule], "priority": 900}}
    await conversion.post("/v1/playbooks", best, status=201)
    deal = await conversion.accepted("anna", hand_over(segment="steel"))
    run = await conversion.post(f"/v1/deals/{deal['id']}/playbook", {}, "anna", status=201)
    assert run["name"] == "steel"
    body = (await conversion.get("/v1/policies"))["items"][0]["body"]
    await conversion.post("/v1/policies", {"body": {**body, "playbook_on_accept": True}}, status=201)
    started = await conversion.accepted("anna", hand_over(segment="steel"))
    assert (await run_of(conversion, started))["started_by"] == "policy"
    unknown = await conversion.post(f"/v1/deals/{deal['id']}/playbook", {"name": "none"}, "anna", status=422)
    assert unknown["errors"][0]["field"] == "name"


async def test_a_preview_shows_who_would_enter_and_when_they_would_be_touched(conversion: Tier2) -> None:
    await conversion.offered()
    saved = (await conversion.get("/v1/playbooks", "anna"))["items"]
    warm_up = next(one for one in saved if one["name"] == "warm-up")
    told = await conversion.post(f"/v1/playbooks/{warm_up['id']}/preview", {}, "anna")
    assert (told["deals"], told["fitting"], told["refused_by"]) == (1, 0, {"stage in": 1})
    assert [one["id"] for one in told["main"]] == ["pack", "ask", "again"]


async def test_a_playbook_with_mistakes_is_refused_with_all_of_them(conversion: Tier2) -> None:
    body = {"main": [{"id": "a", "kind": "mail", "template": "nothing"}, {"id": "a", "kind": "call"}]}
    refused = await conversion.post("/v1/playbooks", {"name": "bad", "body": body}, status=422)
    words = refused["errors"][0]["reason"]
    assert (
        "there is no template nothing" in words and "another step a" in words and "what the manager has to do" in words
    )


async def test_templates_have_versions_languages_previews_and_files(conversion: Tier2) -> None:
    new = {"name": "hello", "language": "en", "subject": "For {{company}}", "body": "Hello {{contact_name|there}}"}
    assert (await conversion.post("/v1/templates", new, status=201))["version"] == 1
    assert (await conversion.post("/v1/templates", {**new, "subject": "New"}, status=201))["version"] == 2
    refused = await conversion.post("/v1/templates", {**new, "body": "{{price}}"}, status=422)
    assert "price" in str(refused["errors"])
    deal = await conversion.accepted("anna")
    shown = await conversion.get("/v1/templates/hello/preview", "anna", deal_id=deal["id"])
    assert (shown["version"], shown["body"]) == (2, "Hello Олена Коваль")
    file = {"file": ("pack.pdf", b"%PDF-1.7 routes", "application/pdf")}
    put = await conversion.http.post("/v1/templates/hello/files", files=file, headers=whose())
    assert put.json()["files"] == [{"name": "pack.pdf", "media_type": "application/pdf", "size": 15}]
    script = {"file": ("x.html", b"<script>", "text/html")}
    denied = await conversion.http.post("/v1/templates/hello/files", files=script, headers=whose())
    assert (denied.status_code, denied.json()["errors"][0]["field"]) == (422, "file")
    gone = await conversion.http.delete("/v1/templates/hello/files/pack.pdf", headers=whose())
    assert gone.status_code == 204


async def test_results_are_counted_per_version_beside_deals_without_a_playbook(conversion: Tier2) -> None:
    won, lost, bare = await warm(conversion), await warm(conversion), await conversion.accepted("anna")
    await conversion.won(won["id"], "anna")
    await conversion.post(f"/v1/deals/{lost['id']}/lose", {"reason": "price"}, "anna")
    await conversion.post(f"/v1/deals/{bare['id']}/lose", {"reason": "price"}, "anna")
    told = await conversion.get("/v1/reports/playbooks")
    [row] = told["items"]
    counted = {name: row[name] for name in ("name", "version", "entered", "stopped", "won", "lost", "win_rate")}
    assert counted == {"name": "test", "version": 1, "entered": 2, "stopped": 2, "won": 1, "lost": 1, "win_rate": 0.5}
    assert row["stopped_because"] == {"the lead goes further": 1, "lost": 1}
    assert row["interval"][0] < 0.5 < row["interval"][1]
    assert (told["without"]["lost"], told["without"]["entered"]) == (1, 0)
