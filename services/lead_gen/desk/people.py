"""The callers of this tier, and one more; while the organisation begins, also what else is missing."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.first_steps import next_step
from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.people import Person, PersonForm
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import is_lively, words_for
from services.lead_gen.actions.callers import add_caller
from services.lead_gen.actions.first_steps import read_first_steps
from services.lead_gen.desk.places import READERS, SUPERVISOR
from services.lead_gen.repository.callers import page as callers
from services.lead_gen.schemas.callers import NewCaller

router: APIRouter = page_router("/desk/people")
TIER = "/lead-gen/desk"
MOST = 200


@router.get("", dependencies=READERS)
async def people(request: Request, conn: Conn, who: Who) -> Response:
    """Everybody, and the form for one more."""
    return await _page(request, conn, who)


@router.post("", dependencies=SUPERVISOR)
async def add(request: Request, conn: Conn, who: Who, form: Person) -> Response:
    """Somebody works here from now on."""
    try:
        async with conn.transaction():
            person = form.checked()
            await add_caller(conn, NewCaller(id=person.id, name=person.name, languages=[person.language]))
    except DomainError as error:
        if is_lively(request):
            raise
        return await _page(request, conn, who, form, errors=field_errors(error), status=error.status)
    said = words_for(request)("%(name)s is on the list.") % {"name": person.name}
    return await web_of(request).after(request, f"{TIER}/people", partial(_page, request, conn, who), said=said)


async def _page(
    request: Request, conn: Connection, who: Principal, form: PersonForm | None = None, **more: Any
) -> Response:
    found = await callers(conn, MOST + 1, None)
    steps = await read_first_steps(conn, TIER)
    shown: dict[str, Any] = {"people": found[:MOST], "more": len(found) > MOST, "values": form}
    shown |= {"steps": steps, "next": next_step(steps)}
    return web_of(request).pages.answer(request, "people.j2", acts=who.role == "supervisor", **shown, **more)
