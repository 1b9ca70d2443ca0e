"""Managers and policies: what the supervisor sets up."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response

from services.chassis.errors import Conflict
from services.chassis.http import Conn, Page, Pager, Who, allow, new_router
from services.conversion.repository import managers, policies
from services.conversion.schemas.managers import ManagerAnswer, ManagerChange, NewManager, NewPolicy, PolicyAnswer

router = new_router(tags=["managers"])
policy_router = new_router(tags=["policies"])
_STAFF = allow("manager", "supervisor")


@router.post("/managers", status_code=201, dependencies=[allow("supervisor")], summary="Add a manager")
async def add_manager(body: NewManager, conn: Conn, response: Response) -> ManagerAnswer:
    """409 `duplicate` if the id is taken; change that manager with PATCH."""
    added = await managers.add(conn, body.model_dump(mode="json"))
    if added is None:
        raise Conflict(f"there is a manager {body.id} already", code="duplicate", field="id")
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


@router.patch("/managers/{manager_id}", dependencies=[allow("supervisor")], summary="Change a manager")
async def change_manager(
    manager_id: Annotated[str, Path(max_length=100)], body: ManagerChange, conn: Conn
) -> ManagerAnswer:
    """Set languages, segments, regions, products, hours, weight, capacity, quota, or whether new leads come."""
    return ManagerAnswer.model_validate((await managers.change(conn, manager_id, body.changes())).model_dump())


@policy_router.get("/policies", dependencies=[_STAFF], summary="Versions of the policy, newest first")
async def list_policies(conn: Conn, pager: Pager) -> Page[PolicyAnswer]:
    """The first one is in force for new deals."""
    cursor = pager.at(int)
    found = await policies.page(conn, pager.limit + 1, cursor[0] if cursor else None)
    items = [PolicyAnswer.model_validate(version.model_dump()) for version in found]
    return Page.of(items, pager.limit, key=lambda version: (str(version.version),))


@policy_router.post("/policies", status_code=201, dependencies=[allow("supervisor")], summary="Set a new policy")
async def add_policy(body: NewPolicy, conn: Conn, who: Who) -> PolicyAnswer:
    """In force for deals that begin from now on."""
    return PolicyAnswer.model_validate((await policies.add(conn, body.body, who.person)).model_dump())
