"""The tier's policy, version after version."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Page, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.kinds import POLICY
from services.lead_gen.actions.policies import add_policy
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.policies import NewPolicy, PolicyView

router: APIRouter = new_router(tags=["reference"])
MOST_SHOWN = 100


@router.get("/policies", dependencies=[allow("supervisor", "ops")], summary="Policies, the current one first")
async def list_policies(conn: Conn) -> Page[PolicyView]:
    """Every version. Leads under way keep the one they began with."""
    return Page(items=PolicyView.of_all(await policies.page(conn, MOST_SHOWN)), next=None)


@router.get("/policies/current", dependencies=[allow("supervisor", "ops"), tagged()], summary="The policy in force")
async def get_policy(conn: Conn) -> PolicyView:
    """The newest version."""
    return PolicyView.of(await policies.newest(conn))


_NEXT = [allow("supervisor"), if_match(get_policy, POLICY, lambda _: "current")]


@router.post("/policies", status_code=201, dependencies=_NEXT, summary="Publish a new version of the policy")
async def post_policy(conn: Conn, who: Who, new: NewPolicy) -> PolicyView:
    """What is left out keeps its default. 422 names the invalid field.

    `If-Match` takes the tag of the policy in force.
    """
    return PolicyView.of(await add_policy(conn, new, who.person))
