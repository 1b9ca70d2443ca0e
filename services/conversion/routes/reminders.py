"""Reminders, and published answers to hard questions."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.chassis import work_items
from services.chassis.errors import Conflict, Forbidden, NotFound
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.conversion.actions.deals import SUPERVISOR
from services.conversion.repository import answers, reminders
from services.conversion.routes.cursors import after_id, after_rank
from services.conversion.schemas.reminders import DoneReminder, PublishedAnswerView, Reminder

router = new_router(tags=["reminders"])
_STAFF = allow("manager", "supervisor")


@router.get(
    "/published-answers", dependencies=[_STAFF], summary="Answers to hard questions, for the callers' instructions"
)
async def list_published_answers(conn: Conn, pager: Pager) -> Page[PublishedAnswerView]:
    """In order of publishing."""
    found = await answers.page(conn, pager.limit + 1, after_id(pager))
    items = [PublishedAnswerView.model_validate(row.model_dump()) for row in found]
    return Page.of(items, pager.limit, key=lambda item: (item.id,))


@router.get("/reminders", dependencies=[_STAFF], summary="What wants to be looked at now")
async def list_reminders(
    conn: Conn,
    who: Who,
    pager: Pager,
    state: Annotated[str, Query(pattern="^(open|done|cancelled)$")] = "open",
) -> Page[Reminder]:
    """One's own overdue steps and inbound calls; to a supervisor, what lies with nobody and approvals too."""
    found = await reminders.page(
        conn,
        kinds=reminders.KINDS,
        state=state,
        person=None if who.is_ops else who.person,
        unassigned=who.role == SUPERVISOR,
        limit=pager.limit + 1,
        after=after_rank(pager),
    )
    items = [Reminder.of(row) for row in found]
    return Page.of(items, pager.limit, key=lambda item: (str(item.priority), item.item_id))


@router.post("/reminders/{item_id}/done", dependencies=[_STAFF], summary="Dealt with")
async def done(item_id: Id, conn: Conn, who: Who) -> DoneReminder:
    """409 `already_closed`; 409 `wrong_state` for an approval, which is closed by approving or rejecting."""
    item = await work_items.get(conn, item_id)
    if item.kind not in reminders.KINDS:
        raise NotFound("there is no such reminder")
    if item.kind == "approval":
        raise Conflict("approve or reject the offer instead", code="wrong_state", detail={"state": item.state})
    if who.role != SUPERVISOR and item.assignee != who.person:
        raise Forbidden("this reminder is somebody else's", code="not_owner")
    closed = await work_items.complete(conn, item_id, person=who.person, result="done", any_person=True)
    await publish(conn, "work.closed", item_id=item_id, item_kind=item.kind)
    return DoneReminder(item_id=closed.id, state=closed.state)
