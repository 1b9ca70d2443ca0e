"""Instructions for unclear situations: listed, written, changed and taken out of use."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.http import Conn, Id, Who, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import is_lively, words_for
from services.lead_gen.actions.instruction_edits import list_instructions, open_instruction, save_instruction
from services.lead_gen.actions.instructions import archive_instruction
from services.lead_gen.actions.ready_words import ready_instruction
from services.lead_gen.domain.instructions import KINDS
from services.lead_gen.schemas.instructions import NewInstruction

READERS: list[Any] = [allow("supervisor", "ops")]
SUPERVISOR: list[Any] = [allow("supervisor")]
BASE = "/lead-gen/desk/settings/instructions"
_SPARE = 2
_MOST = 50

router: APIRouter = page_router("/desk/settings/instructions")


@router.get("", dependencies=READERS)
async def list_page(request: Request, conn: Conn, who: Who, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Those that fit these words; without any, the last that were changed."""
    found = await list_instructions(conn, q)
    acts = who.role == "supervisor"
    return web_of(request).pages.answer(request, "instruction_list.j2", found=found, q=q, acts=acts)


@router.get("/new", dependencies=SUPERVISOR)
async def new_page(request: Request, who: Who, ready: bool = False) -> Response:
    """An empty instruction; `ready`: with a first one filled in."""
    empty: dict[str, Any] = {"title": "", "text": "", "tags": "", "situations": [], "seen": "0"}
    values = ready_instruction(words_for(request)) if ready else empty
    return _form(request, who, None, values | {"is_ready": ready})


@router.get("/{instruction_id}", dependencies=SUPERVISOR)
async def edit_page(request: Request, conn: Conn, who: Who, instruction_id: Id) -> Response:
    """One instruction as a form."""
    one = await open_instruction(conn, instruction_id)
    situations = [_apart(situation) for situation in one.situations]
    values = {"title": one.title, "text": one.text, "tags": ", ".join(one.tags), "seen": str(one.version)}
    return _form(request, who, instruction_id, {**values, "situations": situations, "helped": one.helped})


@router.post("/new", dependencies=SUPERVISOR)
async def write(request: Request, conn: Conn, who: Who) -> Response:
    """Callers find it at once."""
    return await _save(request, conn, who, None)


@router.post("/{instruction_id}", dependencies=SUPERVISOR)
async def change(request: Request, conn: Conn, who: Who, instruction_id: Id) -> Response:
    """The next version."""
    return await _save(request, conn, who, instruction_id)


@router.post("/{instruction_id}/archive", dependencies=SUPERVISOR)
async def archive(request: Request, conn: Conn, instruction_id: Id) -> Response:
    """Out of use: callers are not shown it any more."""
    await archive_instruction(conn, instruction_id)
    return await web_of(request).after(request, BASE, said=words_for(request)("It is out of use."))


async def _save(request: Request, conn: Connection, who: Principal, instruction_id: str | None) -> Response:
    values = _typed(await request.form(max_files=0, max_fields=300))
    try:
        new = NewInstruction.model_validate(_meant(values))
        async with conn.transaction():
            await save_instruction(conn, instruction_id, new, who, seen=values["seen"])
    except ValidationError as error:
        wrong = {str(one["loc"][0]): "This is needed." for one in error.errors()}
        return _form(request, who, instruction_id, values, wrong)
    except Conflict as error:
        if is_lively(request):
            raise
        return _form(request, who, instruction_id, values | error.detail, field_errors(error), error)
    return await web_of(request).after(request, BASE, said=words_for(request)("Callers find it from now on."))


def _typed(form: FormData) -> dict[str, Any]:
    rows = [(str(form.get(f"s.{n}.kind", "")), str(form.get(f"s.{n}.value", "")).strip()) for n in range(_MOST)]
    values = {name: str(form.get(name, "")).strip() for name in ("title", "text", "tags", "seen")}
    return {**values, "situations": [row for row in rows if row[1]]}


def _meant(values: dict[str, Any]) -> dict[str, Any]:
    tags = [one for part in values["tags"].split(",") if (one := part.strip())]
    situations = [f"{kind}:{value}" if kind in KINDS else value for kind, value in values["situations"]]
    return {"title": values["title"], "text": values["text"], "tags": tags, "situations": situations}


def _apart(situation: str) -> tuple[str, str]:
    """(kind, value) of a situation; no kind for one that any kind may match."""
    kind, colon, value = situation.partition(":")
    return (kind, value) if colon and kind in KINDS else ("", situation)


def _form(
    request: Request, who: Principal, instruction_id: str | None, values: dict[str, Any],
    errors: dict[str, str] | None = None, refused: Conflict | None = None,
) -> Response:  # fmt: skip
    shown = [*values["situations"], *[("", "")] * _SPARE]
    context: dict[str, Any] = {
        "id": instruction_id,
        "values": values,
        "situations": shown,
        "acts": who.role == "supervisor",
    }
    context |= {"errors": errors or {}, "refused": refused}
    status = refused.status if refused else 422 if errors else 200
    return web_of(request).pages.answer(request, "instruction_edit.j2", status=status, **context)
