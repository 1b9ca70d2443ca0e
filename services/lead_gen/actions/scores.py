"""Training scores and keeping the register scored: sweeps of the tier's worker, resumable at any moment.

Training is taken under a lease that is renewed while the arithmetic runs in a thread; a worker that dies gives it
back. The register is walked by id, a batch and its checkpoint in one transaction.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import structlog

from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.lead_gen.domain import score_training
from services.lead_gen.domain.score import Model, points
from services.lead_gen.domain.score_training import NotEnoughError
from services.lead_gen.repository import scores
from services.lead_gen.repository.scores import Recipe, Training
from services.lead_gen.schemas.scores import Importance, ScoreQuality

LEASE = timedelta(minutes=2)
RENEW_SECONDS = 30.0
# A training that ended its worker this often would end the next one too.
MAX_TAKES = 3
ROWS_NEEDED = 200
OF_EACH_KIND = 20
FOLDS = 5
BATCH = 500
_KEPT_RECIPES = 2

log = structlog.get_logger(__name__)
_recipes: OrderedDict[str, Recipe] = OrderedDict()


async def run_training(pool: Pool) -> None:
    """Train what waits, one after the other."""
    while True:
        async with pool.acquire() as conn:
            training = await scores.take_training(conn, LEASE)
        if training is None:
            return
        await _train(pool, training)


async def _train(pool: Pool, training: Training) -> None:
    model: Model | None = None
    quality: ScoreQuality | None = None
    reason: str | None = f"The worker ended {MAX_TAKES} times while it was training"
    if training.token <= MAX_TAKES:
        async with pool.acquire() as conn:
            rows, labels = await scores.finished_leads(conn)
        work = asyncio.create_task(asyncio.to_thread(_learn, rows, labels))
        while not (await asyncio.wait({work}, timeout=RENEW_SECONDS))[0]:
            async with pool.acquire() as conn:
                await scores.extend_training(conn, training, LEASE)
        model, quality, reason = work.result()
    async with pool.acquire() as conn, conn.transaction():
        if await scores.finish_training(conn, training, model=model, quality=quality, reason=reason):
            await publish(conn, "score", score_id=training.id, state="ready" if model else "failed")
            log.info("score_trained", score=training.id, learned=model is not None)


def _learn(rows: list[dict[str, Any]], labels: list[bool]) -> tuple[Model, ScoreQuality, None] | tuple[None, None, str]:
    """(model, quality, nothing), or why there is none."""
    lack = _lack(labels)
    if lack is not None:
        return None, None, lack
    try:
        model = score_training.train(rows, labels)
        found = score_training.quality(rows, labels, folds=FOLDS)
    except NotEnoughError as error:
        return None, None, f"Nothing can be learned: {error}"
    asked = [Importance(field=name, share=share) for name, share in score_training.importance(model).items()]
    return model, ScoreQuality(**found.model_dump(), reasons=asked), None


def _lack(labels: Sequence[bool]) -> str | None:
    if len(labels) < ROWS_NEEDED:
        return f"{ROWS_NEEDED} finished leads are needed, there are {len(labels)}"
    interested = sum(labels)
    for name, there in (("interested", interested), ("not interested", len(labels) - interested)):
        if there < OF_EACH_KIND:
            return f"{OF_EACH_KIND} leads that were {name} are needed, there are {there}"
    return None


async def recipe_of(conn: Connection, score_id: str) -> Recipe:
    """What a version is made of, kept in memory: a learned model takes megabytes and never changes."""
    known = _recipes.get(score_id)
    if known is None:
        known = _recipes[score_id] = await scores.recipe(conn, score_id)
        while len(_recipes) > _KEPT_RECIPES:
            _recipes.popitem(last=False)
    return known


def score_of(recipe: Recipe, facts: Mapping[str, Any]) -> Decimal:
    """A lead's score: the sum of its points, or the learned probability in percent. Four decimals."""
    value = 100 * recipe.model.score(facts) if recipe.model else points(recipe.weights or [], facts)
    return Decimal(f"{value:.4f}")


async def run_scoring(pool: Pool) -> None:
    """Score whoever does not carry the score in use: the whole register after an activation, then what is new."""
    while await _score_batch(pool):
        pass


async def _score_batch(pool: Pool) -> bool:
    """One batch with its checkpoint. False when everybody carries the score in use, or another worker is at it."""
    async with pool.acquire() as conn, conn.transaction():
        active = await scores.active_id(conn)
        if active is None:
            return False
        recipe = await recipe_of(conn, active)
        walk = await scores.hold_walk(conn, active)
        if walk is None:
            return False
        leads = await scores.next_to_score(conn, walk, BATCH)
        found = await asyncio.to_thread(_score_all, recipe, leads)
        written = await scores.write_scores(conn, recipe.version, leads, found)
        last = leads[-1]["id"] if leads and not walk.scored_all else None
        await scores.keep_walk(conn, active, to=last, scored=written, over=len(leads) < BATCH)
        if not walk.scored_all and len(leads) < BATCH:
            await publish(conn, "score", score_id=active, state="scored")
            return True
        # Leads that somebody is changing right now are left for the next sweep.
        return len(leads) == BATCH and written > 0


def _score_all(recipe: Recipe, leads: Sequence[Mapping[str, Any]]) -> list[Decimal]:
    return [score_of(recipe, lead) for lead in leads]
