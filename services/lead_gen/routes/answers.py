"""Answers to hard questions, for the callers who passed them on."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Query

from services.chassis.http import Conn, Page, Pager, Who, allow, new_router
from services.lead_gen.repository import answers
from services.lead_gen.schemas.answers import AnswerView

router: APIRouter = new_router(tags=["instructions"])


def _uuid(text: str) -> str:
    return str(uuid.UUID(text))


@router.get(
    "/answers", dependencies=[allow("caller", "supervisor", "ops")], summary="Answers to the questions passed on"
)
async def list_answers(
    conn: Conn, who: Who, pager: Pager, caller: Annotated[str | None, Query(max_length=100)] = None
) -> Page[AnswerView]:
    """The newest first. Callers see only their own questions."""
    whose = who.person if who.role == "caller" else caller
    cursor = pager.at(_uuid)
    found = await answers.page(conn, caller=whose, limit=pager.limit + 1, before=cursor[0] if cursor else None)
    return Page.of(AnswerView.of_all(found), pager.limit, key=lambda answer: (answer.id,))
