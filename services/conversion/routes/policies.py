"""The tier's policy, version after version."""

from __future__ import annotations

from services.chassis.http import Conn, Page, Pager, Who, allow, if_match, new_router, tagged
from services.conversion.actions.kinds import POLICY
from services.conversion.actions.policies import publish_policy
from services.conversion.repository.policies import policies
from services.conversion.schemas.policies import NewPolicy, PolicyAnswer

router = new_router(tags=["policies"])


@router.get("/policies", dependencies=[allow("manager", "supervisor")], summary="Versions of the policy, newest first")
async def list_policies(conn: Conn, pager: Pager) -> Page[PolicyAnswer]:
    """The first one is in force for new deals."""
    cursor = pager.at(int)
    found = await policies.page(conn, pager.limit + 1, cursor[0] if cursor else None)
    items = PolicyAnswer.of_all(found)
    return Page.of(items, pager.limit, key=lambda version: (str(version.version),))


@router.get("/policies/current", dependencies=[allow("manager", "supervisor"), tagged()], summary="The policy in force")
async def get_policy(conn: Conn) -> PolicyAnswer:
    """The newest version."""
    return PolicyAnswer.of(await policies.newest(conn))


_NEXT = if_match(get_policy, POLICY, lambda _: "current")


@router.post("/policies", status_code=201, dependencies=[allow("supervisor"), _NEXT], summary="Set a new policy")
async def add_policy(body: NewPolicy, conn: Conn, who: Who) -> PolicyAnswer:
    """In force for deals that begin from now on. `If-Match` takes the tag of the policy in force."""
    return PolicyAnswer.of(await publish_policy(conn, body.body, who))
