"""Managers, as the supervisor keeps them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from services.chassis import edits, staff
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.conversion.actions.deals import now
from services.conversion.actions.kinds import HOURS, MANAGER
from services.conversion.actions.meeting_hand_over import come_after_all, leave_meetings
from services.conversion.domain.managers import Manager
from services.conversion.repository import managers
from services.conversion.schemas.managers import ManagerAnswer, NewManager

_AHEAD = timedelta(days=3650)


async def add_manager(conn: Connection, new: NewManager) -> Manager:
    """Add a manager who takes leads from now on. Raises Conflict `duplicate` if the id is taken."""
    added = await managers.add(conn, new.model_dump(mode="json"))
    if added is None:
        raise Conflict(f"there is a manager {new.id} already", code="duplicate", field="id")
    return added


async def change_manager(conn: Connection, manager_id: str, changes: Mapping[str, Any]) -> Manager:
    """Set what `changes` names. Raises NotFound.

    For the meetings of somebody who does not work here any more, supervisors find somebody else.
    """
    changed = await managers.change(conn, manager_id, changes)
    if changes.get("active") is False:
        await leave_meetings(conn, manager_id, now(), now() + _AHEAD, "left")
    elif changes.get("active"):
        await come_after_all(conn, manager_id)
    return changed


async def edit_manager(
    conn: Connection, manager_id: str, who: Principal, edited: Callable[[Manager], Awaitable[Mapping[str, Any]]]
) -> None:
    """Set what a form changes, as `edited` says of who they are now; nobody else changes them until the transaction
    ends. Who changed what is kept, as it is for REST. Raises NotFound, and what `edited` raises.
    """
    await edits.hold(conn, MANAGER, manager_id)
    was = await managers.get(conn, manager_id)
    changes = await edited(was)
    if changes:
        now_is = await change_manager(conn, manager_id, changes)
        await edits.note(conn, MANAGER, manager_id, who.person, _shown(was), _shown(now_is))
        await edits.note(conn, HOURS, manager_id, who.person, _week(was), _week(now_is))
        await staff.remember(conn, who)


def _shown(manager: Manager) -> dict[str, Any]:
    """A manager as REST shows them: the tags of both are the same."""
    answer = ManagerAnswer.model_validate(manager.model_dump())
    return dict(json.loads(answer.model_dump_json(by_alias=True)))


def _week(manager: Manager) -> dict[str, Any]:
    """Their own hours by day, so that it is kept who changed which."""
    return dict(manager.hours.model_dump(mode="json")["week"]) if manager.hours else {}
