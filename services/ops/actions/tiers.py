"""How every tier stands now: workers, backlog, workflows, open work, outbox, rates."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from temporalio.client import Client
from temporalio.service import RPCError

from services.chassis.sentences import said
from services.chassis.standing import Standing
from services.ops.actions.stories import Sources
from services.ops.domain.queues import Queue
from services.ops.domain.standing import TierNow
from services.ops.domain.story import TIERS
from services.ops.histories import RPC_SECONDS, TemporalAway
from services.ops.queues import queues_of
from services.ops.tiers import Missing, of_each
from workflows.contracts import queues
from workflows.contracts.base import Tier


async def read_tiers(sources: Sources) -> tuple[list[TierNow], list[Missing]]:
    """Every tier, and what could not be asked."""

    async def ask(tier: Tier) -> Standing:
        return await sources.tiers.standing(tier)

    (standings, missing), (found, counts, away) = await asyncio.gather(of_each(ask), _temporal(sources.temporal))
    now = [
        TierNow(
            tier=tier.value,
            name=TIERS[tier],
            queue=found.get(tier),
            workflows=counts.get(tier),
            standing=standings.get(tier),
        )
        for tier in Tier
    ]
    return now, [*missing, *away]


async def _temporal(client: Client) -> tuple[Mapping[Tier, Queue], Mapping[Tier, dict[str, int]], list[Missing]]:
    try:
        found = await queues_of(client)
        counts = await asyncio.gather(*(_counts(client, tier) for tier in Tier))
    except TemporalAway as away:
        return {}, {}, [Missing(what="temporal", why=str(away))]
    return found, dict(zip(Tier, counts, strict=True)), []


async def _counts(client: Client, tier: Tier) -> dict[str, int]:
    """Workflows of a tier's queue by how they stand, as visibility counts them. Raises TemporalAway."""
    query = f"TaskQueue = '{queues.BY_TIER[tier]}' GROUP BY ExecutionStatus"
    try:
        count = await client.count_workflows(query, rpc_timeout=RPC_SECONDS)
    except (RPCError, RuntimeError, OSError) as error:
        raise TemporalAway(said(f"does not answer ({str(error).partition(':')[0][:80]})")) from None
    return {str(group.group_values[0]).lower(): group.count for group in count.groups}
