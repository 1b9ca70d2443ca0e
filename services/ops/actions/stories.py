"""A lead's story, gathered from the tiers and from Temporal. What is away is named, and the rest is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

from temporalio.client import Client

from services.chassis.errors import NotFound, Unavailable
from services.chassis.stories import ENGLISH, Part, Place, Speech
from services.ops.domain.story import ShownWorkflow, Story, ended_badly, tell
from services.ops.domain.workflows import Workflow
from services.ops.histories import TemporalAway, workflows_of
from services.ops.tiers import Missing, TierApis, TierAway, Tiers, of_each
from workflows.contracts import queues
from workflows.contracts.base import Tier

MOST_EVENTS = 200


@dataclass(frozen=True)
class Sources:
    """Where a story is gathered from, and how it is said. `pages` is the address of the Temporal UI."""

    tiers: Tiers
    temporal: Client
    pages: str
    speech: Speech = field(default=ENGLISH, kw_only=True)


@dataclass(frozen=True)
class Reached(Sources):
    """The same with the tiers' APIs, for those who do something: every act is a person's, with their token."""

    apis: TierApis


async def read_story(sources: Sources, lead_id: str, *, limit: int = MOST_EVENTS, before: Place | None = None) -> Story:
    """The story of one lead, `limit` events before a place; of one that was merged, that of what it became.

    Raises NotFound if no tier that answers knows it.
    """
    (parts, missing), (workflows, away) = await asyncio.gather(
        _parts(sources.tiers, lead_id, limit, before), _workflows(sources, lead_id)
    )
    missing = [*missing, *away]
    known = {tier: part for tier, part in parts.items() if part is not None}
    if not known:
        told = f" ({', '.join(one.what for one in missing)} could not be asked)" if missing else ""
        raise NotFound(f"There is no lead {lead_id}{told}")
    register = known.get(Tier.LEAD_GEN)
    if register is not None and register.merged_into and len(known) == 1:
        # Its calls went with it: what is told is the life of the lead that it became.
        return await read_story(sources, register.merged_into, limit=limit, before=before)
    return tell(known, workflows, missing, limit=limit, now=datetime.now(UTC), speech=sources.speech)


async def read_parts(sources: Sources, lead_id: str) -> dict[Tier, Part]:
    """Each tier's part of a lead, with its last event only. Raises NotFound, and Unavailable if one cannot be asked."""
    parts, missing = await _parts(sources.tiers, lead_id, 1, None)
    if missing:
        raise Unavailable(f"{missing[0].what} is needed for this: {missing[0].why}", code="tier_away")
    known = {tier: part for tier, part in parts.items() if part is not None}
    if not known:
        raise NotFound(f"There is no lead {lead_id}")
    return known


async def _parts(
    tiers: Tiers, lead_id: str, limit: int, before: Place | None
) -> tuple[dict[Tier, Part | None], list[Missing]]:
    async def ask(tier: Tier) -> Part | None:
        return await tiers.part(tier, lead_id, limit, before)

    return await of_each(ask)


async def _workflows(sources: Sources, lead_id: str) -> tuple[list[ShownWorkflow], list[Missing]]:
    try:
        found = await workflows_of(sources.temporal, lead_id)
    except TemporalAway as away:
        return [], [Missing(what="temporal", why=str(away))]
    badly = ended_badly(found)
    over = await nobody_needs(sources, [(one.id, one.queue) for one in badly]) if badly else set()
    told = [one.model_copy(update={"failed": one in badly and one.id not in over}) for one in found]
    return shown(told, sources), []


async def nobody_needs(sources: Sources, workflows: Sequence[tuple[str, str]]) -> set[str]:
    """Of workflows, each with its queue, those whose tier says that their record is over; not while it is away."""

    async def ask(tier: Tier) -> set[str]:
        mine = [workflow_id for workflow_id, queue in workflows if queue == queues.BY_TIER[tier]]
        try:
            return await sources.tiers.ended(tier, mine) if mine else set()
        except TierAway:
            return set()

    return set().union(*await asyncio.gather(*(ask(tier) for tier in Tier)))


def shown(found: Sequence[Workflow], sources: Sources) -> list[ShownWorkflow]:
    """Workflows with their pages."""
    place = f"{sources.pages}/namespaces/{quote(sources.temporal.namespace)}/workflows"
    return [ShownWorkflow(**dict(one), link=f"{place}/{quote(one.id, safe=':')}/{one.run_id}/history") for one in found]
