"""The tier's policy, which the supervisor changes without a programmer."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.kinds import POLICY
from services.account_mgmt.actions.policies import publish_policy
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.routes.access import SUPERVISION, SUPERVISOR
from services.account_mgmt.schemas.policies import NewPolicy, PolicyView
from services.chassis.http import Conn, Page, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["reference"])
_MOST = 100


@router.get("/policies", dependencies=SUPERVISION, summary="Policies, the current one first")
async def list_policies(conn: Conn) -> Page[PolicyView]:
    """Every version, at most 100."""
    return Page(items=PolicyView.of_all(await policies.page(conn, _MOST)), next=None)


@router.get("/policies/current", dependencies=[*SUPERVISION, tagged()], summary="The policy in force")
async def get_policy(conn: Conn) -> PolicyView:
    """The newest version."""
    return PolicyView.of(await policies.newest(conn))


_NEXT = [*SUPERVISOR, if_match(get_policy, POLICY, lambda _: "current")]


@router.post("/policies", status_code=201, dependencies=_NEXT, summary="A new version of the policy")
async def post_policy(conn: Conn, who: Who, new: NewPolicy) -> PolicyView:
    """What is left out keeps its default. 422 names the field that cannot be right.

    `If-Match` takes the tag of the policy in force.
    """
    return PolicyView.of(await publish_policy(conn, new.body, who.person))
