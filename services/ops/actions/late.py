"""What is late, across tiers, with its cause and the one safe act."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from services.chassis.lateness import Late
from services.chassis.stories import Place
from services.ops.actions.stories import Sources
from services.ops.domain.late import LateList, explained, held_up, merged
from services.ops.domain.queues import Queue
from services.ops.domain.workflows import Workflow
from services.ops.histories import TemporalAway, workflow_of
from services.ops.queues import queues_of
from services.ops.tiers import Missing, of_each
from workflows.contracts import ids
from workflows.contracts.base import Tier

_ID = {Tier.LEAD_GEN: ids.cold_call, Tier.CONVERSION: ids.conversion, Tier.ACCOUNT_MGMT: ids.customer}
_LOOKS_AT_MOST = 50
_AT_ONCE = 16


async def read_late(
    sources: Sources, *, limit: int, after: Place | None = None, lead_id: str | None = None
) -> LateList:
    """A page of what should have happened and has not; on the first one, also the tiers that are held up as a whole.

    With `lead_id`, what is late of that lead.
    """

    async def ask(tier: Tier) -> list[Late]:
        return await sources.tiers.late(tier, limit + 1, after, lead_id)

    (found, missing), (queues, away) = await asyncio.gather(of_each(ask), _queues(sources))
    page, older = merged(found, limit)
    now = datetime.now(UTC)
    missing = [*missing, *away]
    workflows = await _workflows(sources, page) if queues else {}
    return LateList(
        held_up=held_up(queues, missing, now) if after is None else [],
        items=[explained(one, queues, workflows.get(_workflow_id(one)), now) for one in page],
        missing=missing,
        older=older,
    )


async def _queues(sources: Sources) -> tuple[Mapping[Tier, Queue], list[Missing]]:
    try:
        return await queues_of(sources.temporal), []
    except TemporalAway as away:
        return {}, [Missing(what="temporal", why=str(away))]


def _workflow_id(late: Late) -> str:
    return _ID[Tier(late.tier)](late.lead_id) if late.lead_id else ""


async def _workflows(sources: Sources, page: Sequence[Late]) -> Mapping[str, Workflow]:
    """The workflows that were to do what is late, the first fifty: what each of them is held up by."""
    wanted = list(dict.fromkeys(_workflow_id(one) for one in page if one.by_workflow and one.lead_id))
    gate = asyncio.Semaphore(_AT_ONCE)

    async def look(workflow_id: str) -> Workflow | None:
        async with gate:
            return await workflow_of(sources.temporal, workflow_id)

    try:
        looked = await asyncio.gather(*(look(one) for one in wanted[:_LOOKS_AT_MOST]))
    except TemporalAway:
        return {}
    return {one.id: one for one in looked if one is not None}
