"""Account managers: who keeps which customers, absences and their cover, take-overs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from services.account_mgmt.actions import account_managers
from services.account_mgmt.repository import account_managers as keepers
from services.account_mgmt.repository import customers
from services.account_mgmt.schemas import CustomerView
from services.account_mgmt.schemas.account_managers import (
    AbsenceView,
    AccountManagerChange,
    AccountManagerView,
    Assignment,
    NewAbsence,
    NewAccountManager,
    TakenOver,
    TakeOver,
)
from services.chassis.errors import Conflict, Invalid
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router

router: APIRouter = new_router(tags=["account managers"])
SUPERVISOR = [allow("supervisor")]
STAFF = [allow("account_manager", "supervisor", "ops")]
ManagerId = Annotated[str, Path(max_length=64)]


@router.post("/account-managers", status_code=201, dependencies=SUPERVISOR, summary="Add an account manager")
async def add_manager(conn: Conn, new: NewAccountManager) -> AccountManagerView:
    """409 `duplicate` if the id is taken; change that one with PATCH."""
    manager = await keepers.add(conn, new)
    if manager is None:
        raise Conflict(f"There is already an account manager {new.id}", code="duplicate", field="id")
    return manager


@router.get("/account-managers", dependencies=STAFF, summary="Account managers")
async def list_managers(conn: Conn, pager: Pager) -> Page[AccountManagerView]:
    """With the size of each portfolio, and who is away."""
    found = await keepers.page(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda m: (m.created_at.isoformat(), m.id))


@router.patch("/account-managers/{manager_id}", dependencies=SUPERVISOR, summary="Change an account manager")
async def change_manager(conn: Conn, manager_id: ManagerId, body: AccountManagerChange) -> AccountManagerView:
    """Who is not active gets no new customers; give those he has to others with a take-over."""
    return await keepers.change(conn, manager_id, body.changes())


@router.post(
    "/account-managers/{manager_id}/absences",
    status_code=201,
    dependencies=SUPERVISOR,
    summary="An account manager is away for a time",
)
async def add_absence(conn: Conn, who: Who, manager_id: ManagerId, body: NewAbsence) -> AbsenceView:
    """Once it begins, his open work goes to the cover, and what is left comes back when it ends. 409 `overlap`."""
    return await keepers.add_absence(
        conn,
        manager_id,
        cover=body.cover,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        reason=body.reason,
        by=who.person,
    )


@router.get("/account-managers/{manager_id}/absences", dependencies=STAFF, summary="When somebody is away")
async def list_absences(conn: Conn, manager_id: ManagerId) -> Page[AbsenceView]:
    """What has not ended yet, the next first."""
    await keepers.get(conn, manager_id)
    return Page(items=await keepers.absences(conn, manager_id), next=None)


@router.delete(
    "/account-managers/{manager_id}/absences/{absence_id}",
    status_code=204,
    dependencies=SUPERVISOR,
    summary="The account manager is there after all",
)
async def remove_absence(conn: Conn, manager_id: ManagerId, absence_id: Id) -> None:
    """His work comes back to him."""
    await keepers.remove_absence(conn, manager_id, absence_id)


@router.post(
    "/account-managers/{manager_id}/take-over",
    dependencies=SUPERVISOR,
    summary="Give somebody's customers to others, with preview",
)
async def take_over(conn: Conn, who: Who, manager_id: ManagerId, body: TakeOver) -> TakenOver:
    """With `dry_run` (the default) nothing changes. At most 500 customers at once; ask again for the rest."""
    plan = await account_managers.plan_take_over(conn, manager_id, body.to, body.segment)
    if not body.dry_run:
        await account_managers.take_over(conn, plan, who.person)
    given = sum(handed.account_manager is not None for handed in plan)
    kept = (await keepers.get(conn, manager_id)).customers
    return TakenOver(dry_run=body.dry_run, items=plan, left=kept - given if body.dry_run else kept)


@router.post("/customers/{customer_id}/assign", dependencies=SUPERVISOR, summary="Give one customer to somebody")
async def assign_customer(conn: Conn, who: Who, customer_id: Id, body: Assignment) -> CustomerView:
    """Its open work goes along. 422 if this is no active account manager."""
    await customers.get(conn, customer_id, lock=True)
    if not any(one.id == body.account_manager and one.active for one in await keepers.all_of_them(conn)):
        raise Invalid("is not an active account manager", field="account_manager")
    await account_managers.hand(conn, customer_id, body.account_manager, who.person)
    return await customers.get(conn, customer_id)
