"""Call scripts: versions, one of them, and how it reads for a lead."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.kinds import SCRIPT
from services.lead_gen.actions.scripts import add_script, preview_script
from services.lead_gen.repository import scripts
from services.lead_gen.schemas.scripts import NewPreview, NewScript, RenderedScript, ScriptView

router: APIRouter = new_router(tags=["scripts"])
SUPERVISOR = [allow("supervisor")]
STAFF = [allow("supervisor", "caller", "ops")]


async def _newest(conn: Conn, new: NewScript) -> ScriptView:
    return ScriptView.of(await scripts.newest(conn, new.name))


_NEXT = [*SUPERVISOR, if_match(_newest, SCRIPT, lambda given: given["new"].name, makes=True)]


@router.post("/scripts", status_code=201, dependencies=_NEXT, summary="Save a new version of a script")
async def post_script(conn: Conn, who: Who, new: NewScript) -> ScriptView:
    """Saving the same name again makes the next version; calls under way keep theirs.

    `If-Match` takes the tag of the newest version of this name.

    422 lists every node that is never reached, never ends, leads on in a way its kind does not allow, or names an
    unknown field; nothing is saved then.
    """
    return ScriptView.of(await add_script(conn, new, who.person))


@router.get("/scripts", dependencies=STAFF, summary="Scripts, all names and versions")
async def list_scripts(
    conn: Conn, pager: Pager, name: Annotated[str | None, Query(max_length=100, description="This name only.")] = None
) -> Page[ScriptView]:
    """In order of creation."""
    found = await scripts.page(conn, name=name, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(ScriptView.of_all(found), pager.limit, key=lambda s: (s.created_at.isoformat(), s.id))


@router.get("/scripts/{script_id}", dependencies=[*STAFF, tagged()], summary="One version of a script")
async def get_script(conn: Conn, script_id: Id) -> ScriptView:
    """404 when there is none."""
    return ScriptView.of(await scripts.get(conn, script_id))


@router.post("/scripts/{script_id}/preview", dependencies=SUPERVISOR, summary="How a script reads for a lead")
async def preview(conn: Conn, script_id: Id, body: NewPreview) -> RenderedScript:
    """For a lead of the register or for sample fields; with neither, as for a lead about whom nothing is known.

    Changes nothing. 404 `not_found` when there is no such script or lead.
    """
    return RenderedScript.of(await preview_script(conn, script_id, body))
