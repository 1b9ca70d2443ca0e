"""Plans: asked for, looked at, called off."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from services.chassis.http import Id, Who, allow, new_router
from services.ops.actions.plans import ask_plan, read_house
from services.ops.domain.planner.assumptions import Assumptions
from services.ops.doors import Planning, Reachable
from services.ops.schemas.plans import NewPlan, Plan

router: APIRouter = new_router(tags=["planner"])
_OPS = [allow("ops")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=255, description="The same key asks once.")]


@router.post("/plans", status_code=202, dependencies=_OPS, summary="Simulate both departments")
async def post_plan(
    sources: Reachable, plans: Planning, who: Who, body: NewPlan, response: Response, key: Key = None
) -> Plan:
    """Queued, and simulated in the background: ask `GET /v1/plans/{plan_id}` until it is `done`.

    503 while a tier that should say its rates is away (`guess` asks nobody), or while too many plans wait.
    """
    rates = Assumptions() if body.guess else (await read_house(sources.apis)).rates
    job = ask_plan(
        plans, body.house(rates), body.assumptions, runs=body.runs, seed=body.seed, goal=body.goal,
        person=who.person, key=key,
    )  # fmt: skip
    response.headers["Location"] = f"/v1/plans/{job.id}"
    return Plan.of(job)


@router.get("/plans/{plan_id}", dependencies=_OPS, summary="A plan, and how far it is")
async def get_plan(plans: Planning, plan_id: Id) -> Plan:
    """The last fifty are kept until the operators' api is started again; 404 for others."""
    return Plan.of(plans.get(plan_id))


@router.post("/plans/{plan_id}/cancel", dependencies=_OPS, summary="Stop a plan")
async def cancel_plan(plans: Planning, plan_id: Id) -> Plan:
    """One that is over stays as it is."""
    return Plan.of(plans.cancel(plan_id))
