"""Managers and their absences, as the supervisor keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.conversion.domain.managers import Absence, Manager
from services.conversion.repository import absences, managers
from services.conversion.schemas.managers import NewAbsence, NewManager


async def add_manager(conn: Connection, new: NewManager) -> Manager:
    """Add a manager who takes leads from now on. Raises Conflict `duplicate` if the id is taken."""
    added = await managers.add(conn, new.model_dump(mode="json"))
    if added is None:
        raise Conflict(f"there is a manager {new.id} already", code="duplicate", field="id")
    return added


async def change_manager(conn: Connection, manager_id: str, changes: Mapping[str, Any]) -> Manager:
    """Set what `changes` names. Raises NotFound."""
    return await managers.change(conn, manager_id, changes)


async def add_absence(conn: Connection, manager_id: str, new: NewAbsence, who: Principal) -> Absence:
    """Write an absence; once it begins, unanswered offers go on to others. Raises NotFound, Conflict `overlap`."""
    return await absences.add(conn, manager_id, new.starts_at, new.ends_at, new.reason, who.person)


async def remove_absence(conn: Connection, manager_id: str, absence_id: str) -> None:
    """Take an absence back: the manager gets leads again at once. Raises NotFound."""
    await absences.remove(conn, manager_id, absence_id)
