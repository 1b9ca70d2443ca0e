"""Commission, reminders, published answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query

from services.chassis import work_items
from services.chassis.auth import Principal
from services.chassis.errors import Conflict, Forbidden, NotFound
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router, publish
from services.conversion.actions.steps import SUPERVISOR, now
from services.conversion.repository import answers, commissions, policies, reminders
from services.conversion.routes.cursors import after_id, after_rank
from services.conversion.schemas.ledger import (
    CommissionAnswer,
    DoneReminder,
    PublishedAnswerView,
    Reminder,
    Statement,
    StatementLine,
)

router = new_router(tags=["commission"])
reminder_router = new_router(tags=["reminders"])
_STAFF = allow("manager", "supervisor")
_MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"


@router.get("/commissions", dependencies=[_STAFF], summary="Entries of the commission ledger")
async def list_commissions(
    conn: Conn, who: Who, pager: Pager, person: Annotated[str | None, Query(max_length=100)] = None
) -> Page[CommissionAnswer]:
    """A manager sees his own only."""
    found = await commissions.page(conn, person=_whose(who, person), limit=pager.limit + 1, after=after_id(pager))
    return Page.of([CommissionAnswer.of(entry) for entry in found], pager.limit, key=lambda entry: (entry.id,))


@router.get("/commissions/statements", dependencies=[_STAFF], summary="A month's commission per person and role")
async def statement(
    conn: Conn,
    who: Who,
    month: Annotated[str | None, Query(pattern=_MONTH, description="YYYY-MM; this month, if not given.")] = None,
    person: Annotated[str | None, Query(max_length=100)] = None,
) -> Statement:
    """Sums of the ledger's entries. A manager sees his own only."""
    name = (await policies.current(conn)).body.calendar.timezone
    zone = ZoneInfo(name)
    first = date.fromisoformat(f"{month}-01") if month else now().astimezone(zone).date().replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    start, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, after))
    rows = await commissions.statement(conn, start, end, _whose(who, person))
    return Statement(month=f"{first:%Y-%m}", timezone=name, items=[StatementLine.of(row) for row in rows])


@router.get(
    "/published-answers", dependencies=[_STAFF], summary="Answers to hard questions, for the callers' instructions"
)
async def list_published_answers(conn: Conn, pager: Pager) -> Page[PublishedAnswerView]:
    """In order of publishing."""
    found = await answers.page(conn, pager.limit + 1, after_id(pager))
    items = [PublishedAnswerView.model_validate(row.model_dump()) for row in found]
    return Page.of(items, pager.limit, key=lambda item: (item.id,))


@reminder_router.get("/reminders", dependencies=[_STAFF], summary="What wants to be looked at now")
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


@reminder_router.post("/reminders/{item_id}/done", dependencies=[_STAFF], summary="Dealt with")
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


def _whose(who: Principal, person: str | None) -> str | None:
    """Whose entries may be shown; none means everybody's."""
    if who.role == SUPERVISOR or who.is_ops:
        return person
    if person not in (None, who.person):
        raise Forbidden("a manager sees his own commission only", code="not_owner")
    return who.person
