"""Playbooks: steps with their days and conditions, typed, shown on a timeline, published as the next version."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.differences import lines_between
from services.chassis.errors import DomainError, Invalid
from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.chassis.web.refusals import field_errors
from services.chassis.web.rows import Move, now_at
from services.chassis.web.seen import told_of
from services.chassis.web.site import is_lively, words_for
from services.conversion.actions.playbook_editor import (
    PlaybookPage,
    faults_of,
    publish_playbook,
    read_playbook,
    read_playbooks,
    times_of,
)
from services.conversion.desk.playbook_forms import PlaybookForm, form_field
from services.conversion.desk.playbook_words import PlaybookWords
from services.conversion.desk.settings import SETTERS, SETTINGS, SUPERVISION, SUPERVISOR, settings_page
from services.conversion.schemas.common import Name

router: APIRouter = page_router("/desk/settings/playbooks")
Called = Annotated[Name, Path(max_length=100)]
Typed = Annotated[PlaybookForm, Form()]
HERE = f"{SETTINGS}/playbooks"


@router.get("", dependencies=SUPERVISION)
async def listed(request: Request, conn: Conn, who: Who) -> Response:
    """Every playbook, and how many deals are in it."""
    return await settings_page(request, conn, who, "settings/playbooks.j2", found=await read_playbooks(conn))


@router.get("/other", dependencies=SUPERVISION)
async def other(name: Annotated[Name, Query()]) -> Response:
    """A playbook that nobody has written yet."""
    return RedirectResponse(f"{HERE}/{name}", status_code=303)


@router.get("/{name}", dependencies=SUPERVISION)
async def one(request: Request, conn: Conn, who: Who, name: Called, version: int | None = None) -> Response:
    """The steps in force, or those of an earlier version to be taken up again."""
    page = await read_playbook(conn, name)
    body = page.of_version(version) if version is not None else (page.current.body if page.current else None)
    return await _show(request, conn, who, name, PlaybookForm.of(body, page.version, _words(request)))


@router.put("/{name}/look", dependencies=SUPERVISOR)
async def look(request: Request, conn: Conn, name: Called, form: Typed) -> Response:
    """While it is typed: when each step would be due, and what is wrong."""
    shown = await _look(conn, await read_playbook(conn, name), form, _words(request))
    return web_of(request).pages.parts(request, {"look": "settings/_playbook_look.j2"}, **shown)


@router.post("/{name}/look", dependencies=SUPERVISOR)
async def look_again(request: Request, conn: Conn, who: Who, name: Called, form: Typed) -> Response:
    """The same without script: the page with what was typed, a step moved if its button asks for it, and a row more."""
    form, moved = form.moved()
    if moved:
        request.state.said = now_at(words_for(request), moved, form.count(moved.rows))
    return await _show(request, conn, who, name, form, moved=moved)


@router.post("/{name}", dependencies=SETTERS)
async def publish(request: Request, conn: Conn, who: Who, name: Called, form: Typed) -> Response:
    """The next version; deals that are in it go on by theirs."""
    try:
        async with conn.transaction():
            playbook = form.told(_words(request))
            for field, reason in faults_of(await read_playbook(conn, name), playbook):
                raise Invalid(reason, field=form_field(field))
            await publish_playbook(conn, name, playbook, who, form.seen)
    except DomainError as error:
        if is_lively(request):
            raise
        return await _show(request, conn, who, name, told_of(error, form), error)
    fresh = await read_playbook(conn, name)
    show = partial(_show, request, conn, who, name, PlaybookForm.of(playbook, fresh.version, _words(request)))
    said = words_for(request)("Published: leads that enter from now on go by these steps.")
    return await web_of(request).after(request, f"{HERE}/{name}", show, said=said)


def _words(request: Request) -> PlaybookWords:
    return PlaybookWords(Reader.of(request).language)


async def _look(conn: Connection, page: PlaybookPage, form: PlaybookForm, words: PlaybookWords) -> dict[str, Any]:
    try:
        playbook = form.told(words)
    except DomainError as error:
        return {"page": page, "times": None, "problems": [error.message], "difference": [], "words": words}
    wrong = [reason for _, reason in faults_of(page, playbook)]
    difference = lines_between(words.written(page.current.body), words.written(playbook)) if page.current else []
    return {
        "page": page,
        "times": await times_of(conn, playbook),
        "problems": wrong,
        "difference": difference,
        "words": words,
    }


async def _show(
    request: Request, conn: Connection, who: Principal, name: str, form: PlaybookForm,
    error: DomainError | None = None, moved: Move | None = None,
) -> Response:  # fmt: skip
    page = await read_playbook(conn, name)
    shown = {**await _look(conn, page, form, _words(request)), "form": form, "refused": error, "moved": moved}
    shown |= {"errors": field_errors(error) if error else {}, "status": error.status if error else 200}
    return await settings_page(request, conn, who, "settings/playbook.j2", **shown)
