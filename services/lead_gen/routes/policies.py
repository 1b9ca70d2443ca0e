"""The tier's policy, version after version."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Page, Who, allow, new_router
from services.lead_gen.actions.policies import add_policy
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.policies import NewPolicy, PolicyView

router: APIRouter = new_router(tags=["reference"])
MOST_SHOWN = 100


@router.get("/policies", dependencies=[allow("supervisor", "ops")], summary="Policies, the current one first")
async def list_policies(conn: Conn) -> Page[PolicyView]:
    """Every version. Leads under way keep the one they began with."""
    return Page(items=PolicyView.of_all(await policies.page(conn, MOST_SHOWN)), next=None)


@router.post(
    "/policies", status_code=201, dependencies=[allow("supervisor")], summary="Publish a new version of the policy"
)
async def post_policy(conn: Conn, who: Who, new: NewPolicy) -> PolicyView:
    """What is left out keeps its default. 422 names the invalid field."""
    return PolicyView.of(await add_policy(conn, new, who.person))
