"""Routing explained: who would get a lead, and the dry run of a changed rule."""

from __future__ import annotations

from services.chassis.http import Conn, allow, new_router
from services.conversion.actions.routing_preview import preview_routing, try_rules
from services.conversion.domain.routing import Routing
from services.conversion.schemas.routing import DryRun, DryRunAnswer, LeadAsked

router = new_router(tags=["routing"])


@router.post("/routing/preview", dependencies=[allow("manager", "supervisor")], summary="Who would get this lead now")
async def preview(body: LeadAsked, conn: Conn) -> Routing:
    """The choice with its reason and the alternatives. Nothing is assigned."""
    return await preview_routing(conn, body.wanted())


@router.post("/routing/dry-run", dependencies=[allow("supervisor")], summary="What a changed rule would do")
async def dry_run(body: DryRun, conn: Conn) -> DryRunAnswer:
    """The leads of the last days, routed by the rules in force and by the changed ones. Nothing is changed."""
    return DryRunAnswer.of(await try_rules(conn, body))
