"""Training scores: a sweep of the worker.

A training is held under a lease that is renewed while the arithmetic runs in a thread; if the worker dies, another
one takes it over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog

from services.chassis.db import Pool
from services.chassis.events import publish
from services.lead_gen.domain.score_quality import quality_of
from services.lead_gen.domain.score_training import NotEnoughError, importance, train
from services.lead_gen.domain.scores import Importance, ScoreQuality, Trained, Training
from services.lead_gen.repository import score_training

LEASE = timedelta(minutes=2)
RENEW_SECONDS = 30.0
# A training that ended its worker this often would end the next one too.
MAX_TAKES = 3
ROWS_NEEDED = 200
OF_EACH_KIND = 20
FOLDS = 5

log = structlog.get_logger(__name__)


async def run_training(pool: Pool) -> None:
    """A sweep: train what waits, one after the other."""
    while True:
        async with pool.acquire() as conn:
            training = await score_training.take(conn, LEASE)
        if training is None:
            return
        await _train(pool, training)


async def _train(pool: Pool, training: Training) -> None:
    trained = Trained(reason=f"The worker ended {MAX_TAKES} times while it was training")
    if training.token <= MAX_TAKES:
        trained = await _learned(pool, training)
    async with pool.acquire() as conn, conn.transaction():
        if await score_training.finish(conn, training, trained):
            await publish(conn, "score", score_id=training.id, state="ready" if trained.model else "failed")
            log.info("score_trained", score=training.id, learned=trained.model is not None)


async def _learned(pool: Pool, training: Training) -> Trained:
    """Learn from the finished leads, renewing the lease meanwhile."""
    async with pool.acquire() as conn:
        rows, labels = await score_training.finished_leads(conn)
    work = asyncio.create_task(asyncio.to_thread(_learn, rows, labels))
    while not (await asyncio.wait({work}, timeout=RENEW_SECONDS))[0]:
        async with pool.acquire() as conn:
            await score_training.extend(conn, training, LEASE)
    return work.result()


def _learn(rows: list[dict[str, Any]], labels: list[bool]) -> Trained:
    lack = _lack(labels)
    if lack is not None:
        return Trained(reason=lack)
    try:
        model = train(rows, labels)
        found = quality_of(rows, labels, folds=FOLDS)
    except NotEnoughError as error:
        return Trained(reason=f"Nothing can be learned: {error}")
    asked = [Importance(field=name, share=share) for name, share in importance(model).items()]
    return Trained(model=model, quality=ScoreQuality(**found.model_dump(), reasons=asked))


def _lack(labels: Sequence[bool]) -> str | None:
    """Why these finished leads are too few to learn from; none if they are enough."""
    if len(labels) < ROWS_NEEDED:
        return f"{ROWS_NEEDED} finished leads are needed, there are {len(labels)}"
    interested = sum(labels)
    for name, there in (("interested", interested), ("not interested", len(labels) - interested)):
        if there < OF_EACH_KIND:
            return f"{OF_EACH_KIND} leads that were {name} are needed, there are {there}"
    return None
