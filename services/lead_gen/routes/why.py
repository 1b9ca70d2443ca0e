"""Why (not) this lead."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Id, allow, new_router
from services.lead_gen.actions.why import explain
from services.lead_gen.schemas.why import Why

router: APIRouter = new_router(tags=["leads"])


@router.get("/leads/{lead_id}/why", dependencies=[allow("supervisor", "ops")], summary="Why a lead is called or not")
async def why_lead(conn: Conn, lead_id: Id, campaign_id: Id | None = None) -> Why:
    """Every rule with its version, what it saw, and its verdict, for each campaign that runs or for `campaign_id`.

    Also the score and its parts, the calling window, the numbers and the ledger, the rest, and the state of calling.
    """
    return Why.of(await explain(conn, lead_id, campaign_id))
