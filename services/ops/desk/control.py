"""The control room: the relay as a flow, what is stuck or late and why, and the one safe act beside it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.web.door import page_router, web_of
from services.ops.actions.stories import Reached
from services.ops.desk.places import OPS
from services.ops.domain.room import bars, is_stuck
from services.ops.doors import Seen, reach_of
from workflows.contracts import queues
from workflows.contracts.base import Tier

router: APIRouter = page_router()
Only = Annotated[Tier | None, Query(alias="tier")]
SHOWN = 40


@router.get("/", dependencies=OPS)
async def control_room(request: Request, sources: Seen, only: Only = None) -> Response:
    """The whole room."""
    return await _show(request, sources, only, "control.j2")


@router.get("/relay", dependencies=OPS)
async def relay(request: Request, sources: Seen) -> Response:
    """The flow, which changes by itself."""
    return await _show(request, sources, None, "control_relay.j2")


@router.get("/ways", dependencies=OPS)
async def ways(request: Request, sources: Seen) -> Response:
    """Queues, outboxes, and what was done lately."""
    return await _show(request, sources, None, "control_ways.j2")


@router.get("/stuck", dependencies=OPS)
async def stuck(request: Request, sources: Seen, only: Only = None) -> Response:
    """What is stuck or late; it waits with what is new while somebody is in it."""
    return await _show(request, sources, only, "control_stuck.j2")


async def _show(request: Request, sources: Reached, only: Tier | None, template: str) -> Response:
    room = await reach_of(request).room.now(sources)
    return web_of(request).pages.answer(
        request, template, room=room, only=only.value if only else None, rows=room.of_tier(only), shown=SHOWN,
        bars={one.tier: bars(one) for one in room.tiers}, is_stuck=is_stuck, temporal=temporal_pages(sources),
        failed_pages={tier.value: _failed_page(sources, tier) for tier in Tier},
    )  # fmt: skip


def temporal_pages(sources: Reached) -> str:
    """The list of workflows in the Temporal UI."""
    return f"{sources.pages}/namespaces/{quote(sources.temporal.namespace)}/workflows"


def _failed_page(sources: Reached, tier: Tier) -> str:
    query = f"TaskQueue = '{queues.BY_TIER[tier]}' AND ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated')"
    return f"{temporal_pages(sources)}?query={quote(query)}"
