"""Reminders: what wants to be looked at now."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.conversion.actions.deals import SUPERVISOR
from services.conversion.actions.reminders import finish_reminder
from services.conversion.repository import reminders
from services.conversion.schemas.reminders import DoneReminder, Reminder

router = new_router(tags=["reminders"])
_STAFF = allow("manager", "supervisor")


@router.get("/reminders", dependencies=[_STAFF], summary="What needs attention now")
async def list_reminders(
    conn: Conn,
    who: Who,
    pager: Pager,
    state: Annotated[str, Query(pattern="^(open|done|cancelled)$")] = "open",
) -> Page[Reminder]:
    """Your own overdue steps and inbound calls, and those of your deals that nobody answered in time.

    For a supervisor, approvals and whatever nobody has yet as well.
    """
    person = None if who.is_ops else who.person
    wanted = reminders.Filter(state=state, person=person, unassigned=who.role == SUPERVISOR)
    found = await reminders.page(conn, wanted, pager.limit + 1, pager.priority_and_id())
    items = [Reminder.of(row) for row in found]
    return Page.of(items, pager.limit, key=lambda item: (str(item.priority), item.item_id))


@router.post("/reminders/{item_id}/done", dependencies=[_STAFF], summary="Dealt with")
async def done(item_id: Id, conn: Conn, who: Who) -> DoneReminder:
    """409 `already_closed`; 409 `wrong_state` for an approval, which is closed by approving or rejecting."""
    closed = await finish_reminder(conn, item_id, who)
    return DoneReminder(item_id=closed.id, state=closed.state)
