"""Account managers: added, changed, and away for a time."""

from __future__ import annotations

from services.account_mgmt.domain.account_managers import Absence, AccountManager
from services.account_mgmt.repository import account_managers
from services.account_mgmt.schemas.account_managers import AccountManagerChange, NewAbsence, NewAccountManager
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish


async def add_account_manager(conn: Connection, new: NewAccountManager) -> AccountManager:
    """Add an account manager. Raises Conflict (`duplicate`)."""
    manager = await account_managers.add(conn, new.model_dump())
    if manager is None:
        raise Conflict(f"There is already an account manager {new.id}", code="duplicate", field="id")
    return manager


async def change_account_manager(conn: Connection, manager_id: str, change: AccountManagerChange) -> AccountManager:
    """Change what is given. Raises NotFound."""
    return await account_managers.change(conn, manager_id, change.changes())


async def add_absence(conn: Connection, manager_id: str, new: NewAbsence, by: str) -> Absence:
    """Write an absence; the sweep moves the work once it begins. Raises Conflict `overlap`, NotFound, Invalid."""
    if new.cover is not None and new.cover != manager_id:
        everybody = await account_managers.all_of_them(conn)
        if not any(one.id == new.cover and one.active for one in everybody):
            raise Invalid("is not an active account manager", field="cover")
    added = await account_managers.add_absence(conn, manager_id, new.model_dump(), by)
    await publish(conn, "absence.changed", manager=manager_id)
    return added


async def remove_absence(conn: Connection, manager_id: str, absence_id: str) -> None:
    """The account manager is there after all; the sweep gives the work back. Raises NotFound."""
    await account_managers.remove_absence(conn, manager_id, absence_id)
    await publish(conn, "absence.changed", manager=manager_id)
