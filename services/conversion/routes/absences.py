"""When managers are away."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.chassis.http import Conn, Id, Page, Who, allow, if_match, new_router, tagged
from services.conversion.actions.absences import add_absence, remove_absence
from services.conversion.actions.deals import now
from services.conversion.actions.kinds import ABSENCE
from services.conversion.repository import absences, managers
from services.conversion.schemas.absences import AbsenceAnswer, NewAbsence

router = new_router(tags=["managers"])
_STAFF = allow("manager", "supervisor")
ManagerId = Annotated[str, Path(max_length=100)]


@router.post(
    "/managers/{manager_id}/absences",
    status_code=201,
    dependencies=[allow("supervisor")],
    summary="A manager is away for a time",
)
async def create_absence(manager_id: ManagerId, body: NewAbsence, conn: Conn, who: Who) -> AbsenceAnswer:
    """New leads go to others, and once it begins, offers that they have not answered. 409 `overlap`.

    The meetings of that time need a person: each is a supervisor's work.
    """
    added = await add_absence(conn, manager_id, body, who)
    return AbsenceAnswer.model_validate(added.model_dump())


@router.get("/managers/{manager_id}/absences", dependencies=[_STAFF], summary="When a manager is away")
async def list_absences(manager_id: ManagerId, conn: Conn) -> Page[AbsenceAnswer]:
    """What has not ended yet, the next first."""
    await managers.get(conn, manager_id)
    found = await absences.of_manager(conn, manager_id, now())
    return Page(items=[AbsenceAnswer.model_validate(row.model_dump()) for row in found], next=None)


@router.get("/managers/{manager_id}/absences/{absence_id}", dependencies=[_STAFF, tagged()], summary="One absence")
async def get_absence(manager_id: ManagerId, absence_id: Id, conn: Conn) -> AbsenceAnswer:
    """From when to when, and why."""
    return AbsenceAnswer.model_validate((await absences.get(conn, manager_id, absence_id)).model_dump())


@router.delete(
    "/managers/{manager_id}/absences/{absence_id}",
    status_code=204,
    dependencies=[allow("supervisor"), if_match(get_absence, ABSENCE, "absence_id")],
    summary="The manager is back after all",
)
async def delete_absence(manager_id: ManagerId, absence_id: Id, conn: Conn) -> None:
    """They get leads again at once."""
    await remove_absence(conn, manager_id, absence_id)
