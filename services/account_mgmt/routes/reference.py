"""What the supervisor keeps: policies and account managers; and the report."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import ValidationError

from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.repository import customers, insight
from services.account_mgmt.schemas import (
    AccountManagerView,
    ManagerReport,
    NewAccountManager,
    NewPolicy,
    PolicyView,
)
from services.chassis.errors import Conflict, Invalid
from services.chassis.http import Conn, Page, Pager, Who, allow, new_router

router: APIRouter = new_router(tags=["reference"])
SUPERVISOR = [allow("supervisor")]
STAFF = [allow("account_manager", "supervisor", "ops")]


@router.get("/policies", dependencies=[allow("supervisor", "ops")], summary="Policies, the current one first")
async def list_policies(conn: Conn) -> Page[PolicyView]:
    """Every version."""
    return Page(items=await customers.policies(conn), next=None)


@router.post("/policies", status_code=201, dependencies=SUPERVISOR, summary="A new version of the policy")
async def add_policy(conn: Conn, who: Who, new: NewPolicy) -> PolicyView:
    """What is left out keeps its default. 422 names the field that cannot be right."""
    try:
        policy = Policy.model_validate(new.body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(first["msg"], field=".".join(["body", *map(str, first["loc"])])) from None
    return await customers.add_policy(conn, policy, who.person)


@router.post("/account-managers", status_code=201, dependencies=SUPERVISOR, summary="Add an account manager")
async def add_manager(conn: Conn, new: NewAccountManager) -> AccountManagerView:
    """409 `duplicate` if the id is taken."""
    manager = await customers.add_manager(conn, new)
    if manager is None:
        raise Conflict(f"There is already an account manager {new.id}", code="duplicate", field="id")
    return manager


@router.get("/account-managers", dependencies=STAFF, summary="Account managers")
async def list_managers(conn: Conn, pager: Pager) -> Page[AccountManagerView]:
    """With the size of each portfolio."""
    found = await customers.manager_page(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda m: (m.created_at.isoformat(), m.id))


@router.get("/reports/account-managers", dependencies=[allow("supervisor", "ops")], summary="What portfolios do")
async def manager_report(conn: Conn) -> Page[ManagerReport]:
    """Portfolio, nudges answered in time, orders after a nudge, overdue money."""
    return Page(items=await insight.managers(conn), next=None)
