"""Answers to hard questions that managers published, for the callers' instructions."""

from __future__ import annotations

from services.chassis.http import Conn, Page, Pager, allow, new_router
from services.conversion.repository import published_answers
from services.conversion.schemas.published_answers import PublishedAnswerView

router = new_router(tags=["reminders"])


@router.get(
    "/published-answers",
    dependencies=[allow("manager", "supervisor")],
    summary="Answers to hard questions, for the callers' instructions",
)
async def list_published_answers(conn: Conn, pager: Pager) -> Page[PublishedAnswerView]:
    """The answers that hold now, in order of publishing: answered again, a question has its last answer."""
    found = await published_answers.page(conn, pager.limit + 1, pager.after_id())
    items = [PublishedAnswerView.model_validate(row.model_dump()) for row in found]
    return Page.of(items, pager.limit, key=lambda item: (item.id,))
