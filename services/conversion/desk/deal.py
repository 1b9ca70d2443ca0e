"""The page of one deal: who it is, what is known, everything that happened, and what comes next."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.chassis.http import Id, allow
from services.chassis.web.door import page_router
from services.conversion.actions.deal_mails import mail_text
from services.conversion.desk.asks import PLACES, Ask
from services.conversion.desk.visits import Here
from services.conversion.domain.history import Show

STAFF: list[Any] = [allow("manager", "supervisor")]
AskName = Literal[
    "win", "lose", "sleep", "return", "qualify", "book", "move", "held", "no_show", "cancel", "give", "note", "mail",
    "read", "contact", "step", "start", "done", "shift", "add", "offer", "reject", "close",
]  # fmt: skip

router: APIRouter = page_router()


class Looked(BaseModel):
    """What of the page is asked for: a form to open (`do`), with what it is about, or a part of the history."""

    model_config = ConfigDict(extra="ignore")

    do: AskName | None = None
    of: Literal["top", "person", "known", "meet", "compose", "next", "plan", "offer"] = "top"
    meeting: Id | None = None
    mail: Id | None = None
    offer: Id | None = None
    number: int = Field(default=1, ge=1, le=10_000)
    starts_at: str = Field(default="", max_length=40)
    week: int = Field(default=0, ge=0, le=52)
    minutes: int | None = Field(default=None, ge=5, le=720)
    other_at: str = Field(default="", max_length=40)
    template: str = Field(default="", max_length=100)
    show: Show = Show.EVERYTHING
    before: Id | None = None


@router.get("/deals/{deal_id}", dependencies=STAFF)
async def deal(visit: Here, looked: Annotated[Looked, Query()]) -> Response:
    """The page; to a page that is there already, the form or the part of the history it asks for."""
    ask = Ask(looked.do, looked.model_dump()) if looked.do and looked.do != "close" else None
    if ask is not None and ask.name == "read" and looked.mail:
        text = await mail_text(visit.conn, visit.deal_id, looked.mail, visit.who)
        ask = Ask("read", ask.values, more={"text": text})
    if not visit.is_part:
        return await visit.show(ask, show=looked.show, before=looked.before)
    if looked.do == "close":
        return await visit.part(Ask(next(name for name, place in PLACES.items() if place == looked.of)), empty=True)
    if ask is not None:
        return await visit.part(ask)
    return await visit.past(looked.show, looked.before)


@router.get("/deals/{deal_id}/fresh", dependencies=STAFF)
async def fresh(
    visit: Here,
    show: Show = Show.EVERYTHING,
    seen: Id | None = None,
    reading: bool = False,
) -> Response:
    """The parts that others may have changed; while somebody reads the history, only how much of it is new."""
    return await visit.fresh(show=show, seen=seen if reading else None)
