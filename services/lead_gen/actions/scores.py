"""Scores: written as rules or learned on request, activated by a supervisor; and the register, kept scored.

The register is walked by id, a batch and its checkpoint in one transaction, resumable at any moment.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.lead_gen.domain.scores import Recipe, ScoreDetails, check_activation, score_of
from services.lead_gen.repository import scores
from services.lead_gen.schemas.scores import NewScore, NewTraining

BATCH = 500
_KEPT_RECIPES = 2

_recipes: OrderedDict[str, Recipe] = OrderedDict()


async def add_score(conn: Connection, new: NewScore, by: str) -> ScoreDetails:
    """A new version made of points by rules. It scores nobody until it is activated."""
    return await scores.add_weights(conn, new.name, new.weights, by)


async def ask_for_training(conn: Connection, new: NewTraining, by: str) -> ScoreDetails:
    """A new version for a worker to learn. Raises Conflict `in_progress` while another training waits or runs."""
    busy = await scores.under_way(conn)
    if busy is not None:
        raise Conflict("A score is already being trained", code="in_progress", detail={"score_id": busy})
    made = await scores.add_training(conn, new.name, by)
    await publish(conn, "score", score_id=made.id, state=made.state)
    return made


async def activate_score(conn: Connection, score_id: str, by: str) -> ScoreDetails:
    """Activate a version: the worker then scores the whole register with it.

    Raises NotFound, Conflict `wrong_state`, `below_chance`.
    """
    check_activation(await scores.get(conn, score_id, lock=True))
    await scores.activate(conn, score_id, by)
    await publish(conn, "score", score_id=score_id, state="active")
    return await scores.get(conn, score_id)


async def recipe_of(conn: Connection, score_id: str) -> Recipe:
    """What a version is made of, kept in memory: a learned model takes megabytes and never changes."""
    known = _recipes.get(score_id)
    if known is None:
        known = _recipes[score_id] = await scores.recipe(conn, score_id)
        while len(_recipes) > _KEPT_RECIPES:
            _recipes.popitem(last=False)
    return known


async def run_scoring(pool: Pool) -> None:
    """A sweep: score every lead without the active score: after an activation all of them, then new and edited ones."""
    while await _score_batch(pool):
        pass


async def _score_batch(pool: Pool) -> bool:
    """Score one batch, with its checkpoint. False if there is nothing to score, or another worker is scoring."""
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
