"""Criteria edited with a live count: who is worth calling and who is not."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import Conn, Id, Who, allow
from services.chassis.meanwhile import MEANWHILE
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import is_lively, words_for
from services.lead_gen.actions.criteria_edits import (
    criteria_versions,
    list_criteria,
    newest_like,
    publish_criteria,
    score_in_use,
)
from services.lead_gen.desk.criteria_edited import BASE, Edited, begun, edited_by
from services.lead_gen.domain.criteria import CriteriaListed

READERS: list[Any] = [allow("supervisor", "ops")]
SUPERVISOR: list[Any] = [allow("supervisor")]

router: APIRouter = page_router("/desk/settings/criteria")


@router.get("", dependencies=READERS)
async def criteria_page(request: Request, conn: Conn, who: Who) -> Response:
    """All criteria, by name."""
    listed = await list_criteria(conn)
    return web_of(request).pages.answer(request, "criteria_list.j2", listed=listed, acts=who.role == "supervisor")


@router.get("/new", dependencies=SUPERVISOR)
async def new_page(request: Request, conn: Conn) -> Response:
    """Criteria of a new name."""
    return await _form(request, conn, await begun(conn, None))


@router.get("/{criteria_id}", dependencies=SUPERVISOR)
async def edit_page(request: Request, conn: Conn, criteria_id: Id) -> Response:
    """The newest version of these criteria, as a form."""
    return await _form(request, conn, await begun(conn, await newest_like(conn, criteria_id)))


@router.put("/new", dependencies=SUPERVISOR)
async def try_new(request: Request, conn: Conn) -> Response:
    """What rules would do that are typed for a new name."""
    return _live(request, await edited_by(conn, None, await request.form(max_fields=1_000)))


@router.put("/{criteria_id}", dependencies=SUPERVISOR)
async def try_changed(request: Request, conn: Conn, criteria_id: Id) -> Response:
    """What the rules would do as they are typed. Writes nothing."""
    now = await newest_like(conn, criteria_id)
    return _live(request, await edited_by(conn, now, await request.form(max_fields=1_000)))


@router.post("/new", dependencies=SUPERVISOR)
async def publish_new(request: Request, conn: Conn, who: Who) -> Response:
    """Version 1 of a new name."""
    return await _publish(request, conn, who, None)


@router.post("/{criteria_id}", dependencies=SUPERVISOR)
async def publish_next(request: Request, conn: Conn, who: Who, criteria_id: Id) -> Response:
    """The next version."""
    return await _publish(request, conn, who, await newest_like(conn, criteria_id))


async def _publish(request: Request, conn: Connection, who: Principal, now: CriteriaListed | None) -> Response:
    form = await request.form(max_fields=1_000)
    edited = await edited_by(conn, now, form)
    if edited.meant is None:
        edited.say_why()
        return await _refused(request, conn, edited)
    seen, too = edited.seen.told, "campaigns_too" in form
    try:
        async with conn.transaction():
            made = await publish_criteria(conn, edited.meant, who, seen=seen, campaigns_too=too)
    except DomainError as error:
        return await _refused(request, conn, await _told(conn, edited, form, error))
    said = words_for(request)("Version %(num)s is published.") % {"num": made.version}
    return await web_of(request).after(request, BASE, said=said)


async def _told(conn: Connection, edited: Edited, form: FormData, error: DomainError) -> Edited:
    """What is typed with why it is refused: beside the version of whoever was first, or with a fault at the name."""
    if error.code == MEANWHILE and edited.now is not None:
        return await edited_by(conn, await newest_like(conn, edited.now.id), form)
    edited.faults["name"] = f"{error.message}."
    return edited


def _live(request: Request, edited: Edited, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return web_of(request).pages.answer(
        request, "criteria_live.j2", status=status, headers=headers, edited=edited, faults=edited.faults, acts=True
    )


async def _refused(request: Request, conn: Connection, edited: Edited) -> Response:
    if is_lively(request):
        return _live(request, edited, 422, {"HX-Reswap": "none", "HX-Push-Url": "false"})
    return await _form(request, conn, edited, 422)


async def _form(request: Request, conn: Connection, edited: Edited, status: int = 200) -> Response:
    versions = await criteria_versions(conn, edited.now.name) if edited.now else []
    context: dict[str, Any] = {
        "edited": edited,
        "faults": edited.faults,
        "versions": versions,
        "score": await score_in_use(conn),
    }
    context["acts"] = request.state.principal.role == "supervisor"
    return web_of(request).pages.answer(request, "criteria_edit.j2", status=status, **context)
