"""Managers, and the take-over of their deals."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response

from services.chassis.http import Conn, ConnectionPool, Page, Pager, Who, allow, if_match, new_router, tagged
from services.conversion.actions.kinds import MANAGER
from services.conversion.actions.managers import add_manager, change_manager
from services.conversion.actions.take_over import plan_take_over, take_over_deals
from services.conversion.repository import managers
from services.conversion.schemas.managers import ManagerAnswer, ManagerChange, NewManager
from services.conversion.schemas.reassignment import TakenOver, TakeOver

router = new_router(tags=["managers"])
_STAFF = allow("manager", "supervisor")
ManagerId = Annotated[str, Path(max_length=100)]


@router.post("/managers", status_code=201, dependencies=[allow("supervisor")], summary="Add a manager")
async def create_manager(body: NewManager, conn: Conn, response: Response) -> ManagerAnswer:
    """409 `duplicate` if the id is taken; change that manager with PATCH."""
    added = await add_manager(conn, body)
    response.headers["Location"] = f"/v1/managers/{added.id}"
    return ManagerAnswer.model_validate(added.model_dump())


@router.get("/managers", dependencies=[_STAFF], summary="Managers")
async def list_managers(
    conn: Conn, pager: Pager, active: Annotated[bool | None, Query()] = None
) -> Page[ManagerAnswer]:
    """Managers by id."""
    cursor = pager.cursor(1)
    found = await managers.page(conn, active=active, limit=pager.limit + 1, after=cursor[0] if cursor else None)
    items = [ManagerAnswer.model_validate(manager.model_dump()) for manager in found]
    return Page.of(items, pager.limit, key=lambda manager: (manager.id,))


@router.get("/managers/{manager_id}", dependencies=[_STAFF, tagged()], summary="One manager")
async def get_manager(manager_id: ManagerId, conn: Conn) -> ManagerAnswer:
    """Rules, hours and capacity."""
    return ManagerAnswer.model_validate((await managers.get(conn, manager_id)).model_dump())


@router.patch(
    "/managers/{manager_id}",
    dependencies=[allow("supervisor"), if_match(get_manager, MANAGER, "manager_id")],
    summary="Change a manager",
)
async def update_manager(manager_id: ManagerId, body: ManagerChange, conn: Conn) -> ManagerAnswer:
    """Set languages, segments, regions, products, hours, weight, capacity, quota, or whether new leads come."""
    return ManagerAnswer.model_validate((await change_manager(conn, manager_id, body.changes())).model_dump())


@router.post(
    "/managers/{manager_id}/take-over",
    dependencies=[allow("supervisor")],
    summary="Give a manager's deals to others, with preview",
)
async def take_over(manager_id: ManagerId, body: TakeOver, conn: Conn, pool: ConnectionPool, who: Who) -> TakenOver:
    """With `dry_run` (the default) nothing changes. At most 500 deals at once; ask again for the rest."""
    if body.dry_run:
        return TakenOver.of(await plan_take_over(conn, manager_id, body))
    return TakenOver.of(await take_over_deals(conn, pool, manager_id, body, who))
