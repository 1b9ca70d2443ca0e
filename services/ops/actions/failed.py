"""Workflows that ended badly: which of them a record still needs, and why they ended."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from services.chassis.lateness import Late
from services.ops.actions.stories import Sources
from services.ops.domain.failures import Failed, as_late
from services.ops.domain.late import LateList, without_told
from services.ops.domain.workflows import Workflow
from services.ops.failures import why_ended


async def with_failed(sources: Sources, workflows: Collection[Workflow], late: LateList) -> Sequence[Late]:
    """What is late of one lead: its workflows that ended badly and are still needed, then the rest."""
    failed = await asyncio.gather(*(_told(sources, one) for one in workflows if one.failed))
    return [*failed, *without_told(late.items, failed)]


async def _told(sources: Sources, one: Workflow) -> Late:
    why = await why_ended(sources.temporal, one.id, one.run_id)
    at = one.closed_at or one.started_at
    return as_late(Failed(workflow_id=one.id, kind=one.kind, queue=one.queue, status=one.status, at=at, why=why))
