"""Managers and policies: what the supervisor sets up."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response

from services.chassis.db import Connection
from services.chassis.errors import Conflict, NotFound
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.conversion.actions import reassignment
from services.conversion.actions.deals import now
from services.conversion.domain.managers import Manager
from services.conversion.repository import absences, managers
from services.conversion.repository.policies import policies
from services.conversion.schemas.managers import (
    AbsenceAnswer,
    ManagerAnswer,
    ManagerChange,
    NewAbsence,
    NewManager,
    NewPolicy,
    PolicyAnswer,
)
from services.conversion.schemas.reassignment import HandedDeal, TakenOver, TakeOver

router = new_router(tags=["managers"])
policy_router = new_router(tags=["policies"])
_STAFF = allow("manager", "supervisor")
ManagerId = Annotated[str, Path(max_length=100)]


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
async def change_manager(manager_id: ManagerId, body: ManagerChange, conn: Conn) -> ManagerAnswer:
    """Set languages, segments, regions, products, hours, weight, capacity, quota, or whether new leads come."""
    return ManagerAnswer.model_validate((await managers.change(conn, manager_id, body.changes())).model_dump())


@router.get("/managers/{manager_id}", dependencies=[_STAFF], summary="One manager")
async def get_manager(manager_id: ManagerId, conn: Conn) -> ManagerAnswer:
    """Rules, hours and capacity."""
    return ManagerAnswer.model_validate((await _known(conn, manager_id)).model_dump())


@router.post(
    "/managers/{manager_id}/absences",
    status_code=201,
    dependencies=[allow("supervisor")],
    summary="A manager is away for a time",
)
async def add_absence(manager_id: ManagerId, body: NewAbsence, conn: Conn, who: Who) -> AbsenceAnswer:
    """New leads go to others, and once it begins, offers that he has not answered. 409 `overlap`."""
    added = await absences.add(conn, manager_id, body.starts_at, body.ends_at, body.reason, who.person)
    return AbsenceAnswer.model_validate(added.model_dump())


@router.get("/managers/{manager_id}/absences", dependencies=[_STAFF], summary="When a manager is away")
async def list_absences(manager_id: ManagerId, conn: Conn) -> Page[AbsenceAnswer]:
    """What has not ended yet, the next first."""
    await _known(conn, manager_id)
    found = await absences.of_manager(conn, manager_id, now())
    return Page(items=[AbsenceAnswer.model_validate(row.model_dump()) for row in found], next=None)


@router.delete(
    "/managers/{manager_id}/absences/{absence_id}",
    status_code=204,
    dependencies=[allow("supervisor")],
    summary="The manager is there after all",
)
async def remove_absence(manager_id: ManagerId, absence_id: Id, conn: Conn) -> None:
    """He gets leads again at once."""
    await absences.remove(conn, manager_id, absence_id)


@router.post(
    "/managers/{manager_id}/take-over",
    dependencies=[allow("supervisor")],
    summary="Give a manager's deals to others, with preview",
)
async def take_over(manager_id: ManagerId, body: TakeOver, conn: Conn, who: Who) -> TakenOver:
    """With `dry_run` (the default) nothing changes. At most 500 deals at once; ask again for the rest."""
    await _known(conn, manager_id)
    plan = await reassignment.plan_take_over(conn, manager_id, body.to)
    back = 0
    if not body.dry_run:
        back = await reassignment.take_offers_back(conn, manager_id, body.reason)
        await reassignment.take_over(conn, plan, who, body.reason)
    return TakenOver(
        dry_run=body.dry_run,
        items=[HandedDeal.of(handed) for handed in plan],
        without_manager=sum(handed.manager is None for handed in plan),
        offers_back=back,
    )


async def _known(conn: Connection, manager_id: str) -> Manager:
    found = await managers.find(conn, manager_id)
    if found is None:
        raise NotFound(f"there is no manager {manager_id}")
    return found


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
