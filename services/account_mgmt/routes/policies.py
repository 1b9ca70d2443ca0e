"""What the supervisor keeps: the policies."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import ValidationError

from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas import (
    NewPolicy,
    PolicyView,
)
from services.chassis.errors import Invalid
from services.chassis.http import Conn, Page, Who, allow, new_router

router: APIRouter = new_router(tags=["reference"])
SUPERVISOR = [allow("supervisor")]


@router.get("/policies", dependencies=[allow("supervisor", "ops")], summary="Policies, the current one first")
async def list_policies(conn: Conn) -> Page[PolicyView]:
    """Every version."""
    return Page(
        items=[PolicyView.model_validate(version.model_dump()) for version in await policies.page(conn, 100)], next=None
    )


@router.post("/policies", status_code=201, dependencies=SUPERVISOR, summary="A new version of the policy")
async def add_policy(conn: Conn, who: Who, new: NewPolicy) -> PolicyView:
    """What is left out keeps its default. 422 names the field that cannot be right."""
    try:
        policy = Policy.model_validate(new.body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(first["msg"], field=".".join(["body", *map(str, first["loc"])])) from None
    return PolicyView.model_validate((await policies.add(conn, policy, who.person)).model_dump())
