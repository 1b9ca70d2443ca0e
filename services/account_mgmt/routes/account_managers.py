"""Account managers: their portfolios, absences and cover, take-overs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from services.account_mgmt.actions.account_managers import (
    add_absence,
    add_account_manager,
    change_account_manager,
    remove_absence,
)
from services.account_mgmt.actions.kinds import ABSENCE, ACCOUNT_MANAGER
from services.account_mgmt.actions.take_over import plan_take_over, take_over
from services.account_mgmt.repository import account_managers
from services.account_mgmt.routes.access import READERS, SUPERVISOR
from services.account_mgmt.schemas.account_managers import (
    AbsenceView,
    AccountManagerChange,
    AccountManagerView,
    NewAbsence,
    NewAccountManager,
    TakenOverView,
    TakeOver,
)
from services.chassis.http import Conn, ConnectionPool, Id, Page, Pager, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["account managers"])
ManagerId = Annotated[str, Path(max_length=64)]


@router.post("/account-managers", status_code=201, dependencies=SUPERVISOR, summary="Add an account manager")
async def post_manager(conn: Conn, new: NewAccountManager) -> AccountManagerView:
    """409 `duplicate` if the id is taken; change that one with PATCH."""
    return AccountManagerView.of(await add_account_manager(conn, new))


@router.get("/account-managers", dependencies=READERS, summary="List account managers")
async def list_managers(conn: Conn, pager: Pager) -> Page[AccountManagerView]:
    """With the size of each portfolio, and who is away."""
    found = AccountManagerView.of_all(await account_managers.page(conn, pager.limit + 1, pager.time_and_id()))
    return Page.of(found, pager.limit, key=lambda m: (m.created_at.isoformat(), m.id))


@router.get("/account-managers/{manager_id}", dependencies=[*READERS, tagged()], summary="One account manager")
async def get_manager(conn: Conn, manager_id: ManagerId) -> AccountManagerView:
    """With the size of their portfolio."""
    return AccountManagerView.of(await account_managers.get(conn, manager_id))


_CHANGE = [*SUPERVISOR, if_match(get_manager, ACCOUNT_MANAGER, "manager_id")]


@router.patch("/account-managers/{manager_id}", dependencies=_CHANGE, summary="Change an account manager")
async def patch_manager(conn: Conn, manager_id: ManagerId, body: AccountManagerChange) -> AccountManagerView:
    """Somebody who is not active gets no new customers; reassign those they have with a take-over."""
    return AccountManagerView.of(await change_account_manager(conn, manager_id, body))


@router.post(
    "/account-managers/{manager_id}/absences",
    status_code=201,
    dependencies=SUPERVISOR,
    summary="An account manager is away for a time",
)
async def post_absence(conn: Conn, who: Who, manager_id: ManagerId, body: NewAbsence) -> AbsenceView:
    """Once it begins, their open work goes to the cover, and what is left returns when it ends. 409 `overlap`."""
    return AbsenceView.of(await add_absence(conn, manager_id, body, who.person))


@router.get("/account-managers/{manager_id}/absences", dependencies=READERS, summary="When somebody is away")
async def list_absences(conn: Conn, manager_id: ManagerId) -> Page[AbsenceView]:
    """What has not ended yet, the next first."""
    await account_managers.get(conn, manager_id)
    return Page(items=AbsenceView.of_all(await account_managers.absences(conn, manager_id)), next=None)


@router.get(
    "/account-managers/{manager_id}/absences/{absence_id}", dependencies=[*READERS, tagged()], summary="One absence"
)
async def get_absence(conn: Conn, manager_id: ManagerId, absence_id: Id) -> AbsenceView:
    """From when to when, and who covers."""
    return AbsenceView.of(await account_managers.get_absence(conn, manager_id, absence_id))


@router.delete(
    "/account-managers/{manager_id}/absences/{absence_id}",
    status_code=204,
    dependencies=[*SUPERVISOR, if_match(get_absence, ABSENCE, "absence_id")],
    summary="The account manager is there after all",
)
async def delete_absence(conn: Conn, manager_id: ManagerId, absence_id: Id) -> None:
    """Their work returns to them."""
    await remove_absence(conn, manager_id, absence_id)


@router.post(
    "/account-managers/{manager_id}/take-over",
    dependencies=SUPERVISOR,
    summary="Reassign somebody's customers to others, with preview",
)
async def post_take_over(
    conn: Conn, pool: ConnectionPool, who: Who, manager_id: ManagerId, body: TakeOver
) -> TakenOverView:
    """With `dry_run` (the default) nothing changes. At most 500 customers at once; ask again for the rest."""
    if body.dry_run:
        return TakenOverView.of(await plan_take_over(conn, manager_id, body))
    return TakenOverView.of(await take_over(conn, pool, manager_id, body, who.person))
