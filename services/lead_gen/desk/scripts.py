"""The call script edited as an outline, with every mistake at its node and a preview to click through."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, NotFound
from services.chassis.http import Conn, Id, Who, allow
from services.chassis.meanwhile import MEANWHILE
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import is_lively, words_for
from services.lead_gen.actions.ready_words import ready_script
from services.lead_gen.actions.script_edits import list_scripts, publish_script, script_versions
from services.lead_gen.desk.script_edited import BASE, EditedScript, begun, begun_with, edited_by
from services.lead_gen.domain.scripts import ScriptListed, in_order, node_changes

READERS: list[Any] = [allow("supervisor", "ops")]
SUPERVISOR: list[Any] = [allow("supervisor")]
_MOST_FIELDS = 20_000

router: APIRouter = page_router("/desk/settings/scripts")


@router.get("", dependencies=READERS)
async def scripts_page(request: Request, conn: Conn, who: Who) -> Response:
    """All scripts, by name."""
    listed = await list_scripts(conn)
    return web_of(request).pages.answer(request, "script_list.j2", listed=listed, acts=who.role == "supervisor")


@router.get("/new", dependencies=SUPERVISOR)
async def new_page(request: Request, who: Who, ready: bool = False) -> Response:
    """A script of a new name; `ready`: with a first one filled in."""
    edited = begun_with(ready_script(words_for(request)), who.name) if ready else begun([], who.name)
    return _show(request, who, edited)


@router.get("/{script_id}", dependencies=SUPERVISOR)
async def edit_page(request: Request, conn: Conn, who: Who, script_id: Id) -> Response:
    """The newest version of this script, as a form."""
    return _show(request, who, begun(await script_versions(conn, script_id), who.name))


@router.get("/{script_id}/version", dependencies=READERS)
async def version_page(request: Request, conn: Conn, who: Who, script_id: Id) -> Response:
    """This very version, and what the one in force has changed since."""
    versions = await script_versions(conn, script_id)
    one = next((one for one in versions if one.id == script_id), None)
    if one is None:
        raise NotFound("That version is too old to be shown here")
    context: dict[str, Any] = {"one": one, "now": versions[0], "versions": versions, "acts": who.role == "supervisor"}
    context |= {"order": in_order(one.start, one.nodes), "changes": node_changes(one.nodes, versions[0].nodes)}
    return web_of(request).pages.answer(request, "script_version.j2", **context)


@router.put("/new", dependencies=SUPERVISOR)
async def try_new(request: Request, who: Who) -> Response:
    """What is wrong with a new script so far, and how it reads."""
    return await _tried(request, who, [], "script_live.j2")


@router.put("/{script_id}", dependencies=SUPERVISOR)
async def try_changed(request: Request, conn: Conn, who: Who, script_id: Id) -> Response:
    """What is wrong with what is typed so far, how it reads, and what it would change. Writes nothing."""
    return await _tried(request, who, await script_versions(conn, script_id), "script_live.j2")


@router.post("/new/look", dependencies=SUPERVISOR)
async def look_at_new(request: Request, who: Who) -> Response:
    """The whole page anew with what is typed: room for further nodes. Writes nothing."""
    return await _tried(request, who, [], "script_edit.j2")


@router.post("/{script_id}/look", dependencies=SUPERVISOR)
async def look(request: Request, conn: Conn, who: Who, script_id: Id) -> Response:
    """The whole page anew with what is typed: room for further nodes. Writes nothing."""
    return await _tried(request, who, await script_versions(conn, script_id), "script_edit.j2")


@router.post("/new", dependencies=SUPERVISOR)
async def publish_new(request: Request, conn: Conn, who: Who) -> Response:
    """Version 1 of a new script."""
    return await _publish(request, conn, who, [])


@router.post("/{script_id}", dependencies=SUPERVISOR)
async def publish_next(request: Request, conn: Conn, who: Who, script_id: Id) -> Response:
    """The next version."""
    return await _publish(request, conn, who, await script_versions(conn, script_id))


async def _typed(request: Request, who: Principal, versions: list[ScriptListed]) -> EditedScript:
    return edited_by(versions, await request.form(max_files=0, max_fields=_MOST_FIELDS), who.name)


async def _tried(request: Request, who: Principal, versions: list[ScriptListed], template: str) -> Response:
    return _show(request, who, await _typed(request, who, versions), template)


async def _publish(request: Request, conn: Connection, who: Principal, versions: list[ScriptListed]) -> Response:
    edited = await _typed(request, who, versions)
    if edited.meant is None:
        return _refused(request, who, edited)
    try:
        async with conn.transaction():
            made = await publish_script(conn, edited.meant, who, seen=edited.seen.told)
    except Conflict as error:
        if error.code == MEANWHILE and edited.now is not None:
            return _refused(request, who, await _typed(request, who, await script_versions(conn, edited.now.id)))
        edited.name_fault = error.message
        return _refused(request, who, edited)
    said = words_for(request)("Version %(num)s is read from the next call on.") % {"num": made.version}
    return await web_of(request).after(request, BASE, said=said)


def _refused(request: Request, who: Principal, edited: EditedScript) -> Response:
    if is_lively(request):
        headers = {"HX-Reswap": "none", "HX-Push-Url": "false"}
        return _show(request, who, edited, "script_live.j2", 422, headers)
    return _show(request, who, edited, status=422)


def _show(
    request: Request, who: Principal, edited: EditedScript, template: str = "script_edit.j2", status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    acts = who.role == "supervisor"
    return web_of(request).pages.answer(request, template, status=status, headers=headers, edited=edited, acts=acts)
