"""Who is away when and who covers; what falls into an absence, and moving it."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.chassis.web.site import words_for
from services.conversion.actions.absences import add_absence, remove_absence
from services.conversion.actions.deal_board import colleagues
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.team import receivers
from services.conversion.actions.team_absences import move_steps, read_absence, read_absences
from services.conversion.desk.asks import body_of, instant
from services.conversion.desk.forms import BoardForm, Words
from services.conversion.desk.team import READERS, SUPERVISOR, TEAM
from services.conversion.schemas.absences import NewAbsence

ABSENCES = f"{TEAM}/absences"
router: APIRouter = page_router("/desk/team/absences")


class AbsenceForm(BoardForm):
    """Who is away, from when to when on the reader's own clock, and why."""

    manager: Annotated[str, Field(max_length=100)] = ""
    starts_at: Annotated[str, Field(max_length=40)] = ""
    ends_at: Annotated[str, Field(max_length=40)] = ""
    reason: Words = ""

    def body(self, zone: ZoneInfo) -> NewAbsence:
        """The same as REST takes it. Raises Invalid by field."""
        if not self.manager:
            raise Invalid("choose somebody", field="manager")
        starts_at, ends_at = instant(self.starts_at, zone, "starts_at"), instant(self.ends_at, zone, "ends_at")
        if starts_at is None or ends_at is None:
            raise Invalid("say when", field="starts_at" if starts_at is None else "ends_at")
        if ends_at <= starts_at:
            raise Invalid("must be after the beginning", field="ends_at")
        return body_of(NewAbsence, starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat(), reason=self.reason)


class StepsForm(BoardForm):
    """Whose steps move."""

    deal: Annotated[list[str], Field(max_length=200)] = Field(default_factory=list)


async def _common(conn: Connection, who: Principal) -> dict[str, Any]:
    return {
        "acts": who.role == "supervisor",
        "bar": await desk_bar(conn, who),
        "names": await colleagues(conn),
        "receivers": await receivers(conn),
    }


async def _list(request: Request, conn: Connection, who: Principal, manager: str = "") -> Response:
    absences = await read_absences(conn)
    return web_of(request).pages.answer(
        request, "team/absences.j2", absences=absences, manager=manager, **await _common(conn, who)
    )


async def _one(request: Request, conn: Connection, who: Principal, absence_id: str) -> Response:
    found = await read_absence(conn, absence_id)
    return web_of(request).pages.answer(request, "team/absence.j2", found=found, **await _common(conn, who))


@router.get("", dependencies=READERS)
async def absences_page(
    request: Request, conn: Conn, who: Who, manager: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Everybody's absences, and the form for a new one."""
    return await _list(request, conn, who, manager)


@router.get("/parts", dependencies=READERS)
async def absences_part(request: Request, conn: Conn, who: Who) -> Response:
    """The list, as a part of the page."""
    found = await read_absences(conn)
    common = await _common(conn, who)
    return web_of(request).pages.parts(request, {"absences": "team/_absences.j2"}, absences=found, **common)


@router.get("/{absence_id}", dependencies=READERS)
async def absence_page(request: Request, conn: Conn, who: Who, absence_id: Id) -> Response:
    """What falls into one absence."""
    return await _one(request, conn, who, absence_id)


@router.post("", dependencies=SUPERVISOR)
async def enter(request: Request, conn: Conn, who: Who, form: Annotated[AbsenceForm, Form()]) -> Response:
    """Somebody will be away: the page of what falls into it comes next."""
    _ = words_for(request)
    new = form.body(Reader.of(request).formats().zone)
    added = await add_absence(conn, form.manager, new, who)
    show = partial(_one, request, conn, who, added.id)
    said = _("Written down. This is what falls into it.")
    return await web_of(request).after(request, f"{ABSENCES}/{added.id}", show, said=said)


@router.post("/{absence_id}/steps", dependencies=SUPERVISOR)
async def move(request: Request, conn: Conn, who: Who, absence_id: Id, form: Annotated[StepsForm, Form()]) -> Response:
    """Steps of that time are due when the manager is back."""
    _ = words_for(request)
    moved = await move_steps(conn, absence_id, who, form.deal)
    show = partial(_one, request, conn, who, absence_id)
    said = _("Moved: %(num)s.") % {"num": moved}
    return await web_of(request).after(request, f"{ABSENCES}/{absence_id}", show, said=said)


@router.post("/{absence_id}/remove", dependencies=SUPERVISOR)
async def remove(request: Request, conn: Conn, who: Who, absence_id: Id) -> Response:
    """They are there after all."""
    _ = words_for(request)
    absence = (await read_absence(conn, absence_id)).absence
    await remove_absence(conn, absence.manager, absence_id)
    show = partial(_list, request, conn, who)
    said = _("Taken back. They get new leads again.")
    return await web_of(request).after(request, ABSENCES, show, said=said)
