"""Scores through REST and the worker's sweeps: nothing is replaced silently, everybody is scored once."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from services.lead_gen.actions import score_training
from services.lead_gen.actions import scores as scoring
from services.lead_gen.domain.scores import Trained, score_of
from services.lead_gen.repository import bulk_import, leads, scores
from services.lead_gen.repository import score_training as trainings
from tests.api.openapi import NONSENSE
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts.base import Tier

Json = dict[str, Any]


@pytest_asyncio.fixture
async def desk(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_scores", tier=Tier.LEAD_GEN)) as tier:
        yield tier


def weight(field: str, value: Any, points: float) -> Json:
    return {"rule": {"field": field, "op": "eq", "value": value}, "points": points}


CARGO = {"name": "Cargo", "weights": [weight("industry", "Вантажі", 30), weight("has_email", True, 5.5)]}


async def history(desk: Tier1, count: int, *, share: float = 0.3, seed: int = 7) -> None:
    """So many leads called to the end; freight companies are interested much more often."""
    dice = random.Random(seed)
    for number in range(count):
        freight = dice.random() < 0.5
        interested = dice.random() < (2 * share * 0.9 if freight else 2 * share * 0.1)
        fields = {"company": "Company", "industry": "cargo" if freight else "retail", "city": f"City {number % 70}"}
        async with desk.pool.acquire() as conn:
            lead_id = await leads.insert(conn, fields, [f"+38050{number:07d}"], "import")
            outcome, stage, tier = (
                ("interested", "handed_over", "conversion") if interested else ("no_answer", "resting", "lead_gen")
            )
            await conn.execute("UPDATE leads SET stage = $2, tier = $3 WHERE id = $1", lead_id, stage, tier)
            await conn.execute(
                "INSERT INTO calls (id, item_id, lead_id, attempt, caller, outcome) VALUES ($1, $2, $3, 1, 'a', $4)",
                new_id(), new_id(), lead_id, outcome,
            )  # fmt: skip


async def made(desk: Tier1, body: Json = CARGO) -> str:
    answer = await desk.http.post("/v1/scores", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def activated(desk: Tier1, body: Json = CARGO) -> str:
    score_id = await made(desk, body)
    answer = await desk.http.post(f"/v1/scores/{score_id}/activate")
    assert answer.status_code == 200, answer.text
    return score_id


async def trained(desk: Tier1) -> Json:
    """The version that the worker has just learned, or failed to."""
    asked = await desk.http.post("/v1/scores/train", json={"name": "From calls"})
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    await score_training.run_training(desk.pool)
    return dict((await desk.http.get(f"/v1/scores/{asked.json()['id']}")).json())


async def score(desk: Tier1, lead_id: str) -> tuple[float, int | None]:
    row = await desk.pool.fetchrow("SELECT score, score_version FROM leads WHERE id = $1", lead_id)
    assert row is not None
    return float(row["score"]), row["score_version"]


async def test_a_score_is_of_nobody_until_the_supervisor_activates_it(desk: Tier1) -> None:
    lead_id = await desk.lead("+380441110001")
    await desk.pool.execute("UPDATE leads SET industry = 'ВАНТАЖІ', email = 'a@b.ua' WHERE id = $1", lead_id)
    score_id = await made(desk)
    await scoring.run_scoring(desk.pool)
    assert await score(desk, lead_id) == (0, None)
    active = await desk.http.post(f"/v1/scores/{score_id}/activate")
    assert (active.json()["active"], active.json()["activated_by"]) == (True, "p-1")
    await scoring.run_scoring(desk.pool)
    assert await score(desk, lead_id) == (35.5, 1)
    seen = (await desk.http.get(f"/v1/scores/{score_id}")).json()
    assert (seen["scored"], seen["scored_all"]) == (1, True)


async def test_a_new_version_replaces_the_old_one_on_every_lead_only_when_activated(desk: Tier1) -> None:
    first = await activated(desk)
    lead_id = await desk.lead("+380441110002")
    await desk.pool.execute("UPDATE leads SET industry = 'retail' WHERE id = $1", lead_id)
    await scoring.run_scoring(desk.pool)
    second = await made(desk, {"name": "Retail", "weights": [weight("industry", "Retail", 7)]})
    await scoring.run_scoring(desk.pool)
    assert await score(desk, lead_id) == (0, 1)
    await desk.http.post(f"/v1/scores/{second}/activate")
    await scoring.run_scoring(desk.pool)
    assert await score(desk, lead_id) == (7, 2)
    listed = (await desk.http.get("/v1/scores")).json()["items"]
    assert [(one["id"], one["active"]) for one in listed] == [(second, True), (first, False)]


async def test_a_lead_that_is_new_or_edited_is_scored_by_the_next_sweep(desk: Tier1) -> None:
    await activated(desk)
    await scoring.run_scoring(desk.pool)
    lead_id = await desk.lead("+380441110003")
    await scoring.run_scoring(desk.pool)
    assert await score(desk, lead_id) == (0, 1)
    async with desk.pool.acquire() as conn:
        await bulk_import.fill(conn, {lead_id: {"email": "a@b.ua"}})
    assert (await score(desk, lead_id))[1] is None
    await scoring.run_scoring(desk.pool)
    assert await score(desk, lead_id) == (5.5, 1)


async def test_scoring_goes_on_behind_its_checkpoint(desk: Tier1, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is stopped after a batch leaves the batch and the checkpoint, and no lead is scored twice."""
    monkeypatch.setattr(scoring, "BATCH", 4)
    for number in range(10):
        await desk.lead(f"+38044222{number:04d}")
    score_id = await activated(desk)
    assert await scoring._score_batch(desk.pool) is True
    assert await desk.pool.fetchval("SELECT count(*) FROM leads WHERE score_version = 1") == 4
    assert (await desk.http.get(f"/v1/scores/{score_id}")).json()["scored"] == 4
    await scoring.run_scoring(desk.pool)
    seen = (await desk.http.get(f"/v1/scores/{score_id}")).json()
    assert (seen["scored"], seen["scored_all"]) == (10, True)
    assert await desk.pool.fetchval("SELECT count(*) FROM leads WHERE score_version = 1") == 10


async def test_a_lead_that_is_edited_while_it_is_scored_is_scored_again(desk: Tier1) -> None:
    lead_id = await desk.lead("+380441110004")
    score_id = await activated(desk)
    async with desk.pool.acquire() as conn:
        walk = await scores.hold_walk(conn, score_id)
        assert walk is not None
        seen = await scores.next_to_score(conn, walk, 10)
        recipe = await scoring.recipe_of(conn, score_id)
        await bulk_import.fill(conn, {lead_id: {"email": "a@b.ua"}})
        assert await scores.write_scores(conn, 1, seen, [score_of(recipe, one) for one in seen]) == 0
    await scoring.run_scoring(desk.pool)
    assert await score(desk, lead_id) == (5.5, 1)


async def test_a_score_is_learned_from_our_own_calls_with_its_quality_and_reasons(desk: Tier1) -> None:
    await history(desk, 320)
    found = await trained(desk)
    assert (found["state"], found["kind"], found["reason"], found["active"]) == ("ready", "learned", None, False)
    quality = found["quality"]
    assert quality["rows"] == 320
    assert quality["auc"] > 0.65
    assert quality["lift"] > 1
    assert len(quality["calibration"]) == 10
    assert quality["reasons"][0]["field"] == "industry"
    fresh = [await desk.lead(f"+38067111000{n}") for n in range(2)]
    for lead_id, industry in zip(fresh, ("cargo", "retail"), strict=True):
        await desk.pool.execute("UPDATE leads SET industry = $2 WHERE id = $1", lead_id, industry)
    assert (await desk.http.post(f"/v1/scores/{found['id']}/activate")).status_code == 200
    await scoring.run_scoring(desk.pool)
    (freight, _), (retail, _) = [await score(desk, lead_id) for lead_id in fresh]
    assert 0 < retail < freight < 100


async def test_too_few_finished_leads_are_said_and_nothing_is_learned(desk: Tier1) -> None:
    await history(desk, 37)
    found = await trained(desk)
    assert (found["state"], found["reason"]) == ("failed", "200 finished leads are needed, there are 37")
    refused = await desk.http.post(f"/v1/scores/{found['id']}/activate")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


async def test_leads_of_one_kind_only_teach_nothing(desk: Tier1) -> None:
    await history(desk, 200, share=0)
    assert (await trained(desk))["reason"] == "20 leads that were interested are needed, there are 0"


async def test_only_leads_that_were_called_to_the_end_are_learned_from(desk: Tier1) -> None:
    await history(desk, 6, share=0)
    ids = [row["id"] for row in await desk.pool.fetch("SELECT id FROM leads ORDER BY id")]
    await desk.pool.execute("UPDATE leads SET stage = 'calling' WHERE id = $1", ids[0])
    await desk.pool.execute("UPDATE leads SET stage = 'cancelled' WHERE id = $1", ids[1])
    await desk.pool.execute("UPDATE leads SET tier = 'conversion', stage = 'inbound' WHERE id = $1", ids[2])
    await desk.pool.execute("UPDATE leads SET stage = 'not_interested' WHERE id = $1", ids[3])
    await desk.pool.execute("UPDATE calls SET outcome = 'hard_question' WHERE lead_id = $1", ids[4])
    await desk.lead("+380441110009")
    async with desk.pool.acquire() as conn:
        rows, labels = await trainings.finished_leads(conn)
    assert sorted(labels) == [False, False, True]
    assert set(rows[0]) == {
        "industry", "size", "region", "city", "language", "source", "has_email", "has_website", "has_contact_name",
    }  # fmt: skip


async def test_a_learned_score_no_better_than_chance_is_not_put_to_use(desk: Tier1) -> None:
    await history(desk, 260)
    found = await trained(desk)
    await desk.pool.execute(
        "UPDATE scores SET quality = jsonb_set(quality, '{auc}', '0.48') WHERE id = $1", found["id"]
    )
    refused = await desk.http.post(f"/v1/scores/{found['id']}/activate")
    assert (refused.status_code, refused.json()["code"], refused.json()["auc"]) == (409, "below_chance", 0.48)
    assert await desk.pool.fetchval("SELECT count(*) FROM scores WHERE active") == 0


async def test_one_training_at_a_time_waits(desk: Tier1) -> None:
    first = await desk.http.post("/v1/scores/train", json={})
    second = await desk.http.post("/v1/scores/train", json={})
    assert (second.status_code, second.json()["code"]) == (409, "in_progress")
    assert second.json()["score_id"] == first.json()["id"]


async def test_a_training_whose_worker_died_is_taken_over_and_the_dead_one_is_not_heard(desk: Tier1) -> None:
    await desk.http.post("/v1/scores/train", json={})
    async with desk.pool.acquire() as conn:
        lost = await trainings.take(conn, score_training.LEASE)
        assert lost is not None
        assert await trainings.take(conn, score_training.LEASE) is None
        await conn.execute("UPDATE scores SET lease_until = now() - interval '1 second'")
        taken = await trainings.take(conn, score_training.LEASE)
        assert taken is not None
        assert (taken.id, taken.token) == (lost.id, lost.token + 1)
        assert not await trainings.finish(conn, lost, Trained(reason="late"))
        assert await trainings.finish(conn, taken, Trained(reason="in time"))


async def test_a_training_that_ends_its_worker_again_and_again_is_given_up(desk: Tier1) -> None:
    await desk.http.post("/v1/scores/train", json={})
    await desk.pool.execute("UPDATE scores SET lease_token = $1", score_training.MAX_TAKES)
    await score_training.run_training(desk.pool)
    (found,) = (await desk.http.get("/v1/scores", params={"state": "failed"})).json()["items"]
    assert "ended 3 times" in found["reason"]


BAD = [
    ({"name": "x", "weights": []}, "weights"),
    ({"name": "x", "weights": [weight("industry", None, 1)]}, "weights[0].rule.value"),
    ({"name": "x", "weights": [weight("industry", "a", 1), weight("attempts", 3, 1)]}, "weights[1].rule"),
    ({"name": "x", "weights": [weight("score", 3, 1)]}, "weights[0].rule"),
    ({"name": "x", "weights": [weight("industry", "a", 1001)]}, "weights[0].points"),
    ({"weights": [weight("industry", "a", 1)]}, "name"),
]


@pytest.mark.parametrize(("body", "field"), BAD, ids=[field for _, field in BAD])
async def test_weights_that_cannot_be_right_are_refused_with_their_place(desk: Tier1, body: Json, field: str) -> None:
    answer = await desk.http.post("/v1/scores", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert await desk.pool.fetchval("SELECT count(*) FROM scores") == 0


async def test_nonsense_is_refused_and_callers_keep_no_scores(desk: Tier1) -> None:
    for path in ("/v1/scores", "/v1/scores/train", f"/v1/scores/{new_id()}/activate"):
        for body in NONSENSE:
            assert (await desk.http.post(path, json=body)).status_code < 500
        assert (await desk.http.post(path, json={}, headers=caller())).status_code == 403
    assert (await desk.http.post(f"/v1/scores/{new_id()}/activate")).status_code == 404
    assert (await desk.http.get("/v1/scores", params={"after": "x"})).status_code == 422


async def test_versions_are_paged_the_newest_first(desk: Tier1) -> None:
    for _ in range(3):
        await made(desk)
    first = (await desk.http.get("/v1/scores", params={"limit": 2})).json()
    rest = (await desk.http.get("/v1/scores", params={"limit": 2, "after": first["next"]})).json()
    assert [one["version"] for one in first["items"] + rest["items"]] == [3, 2, 1]
