"""The managers of this tier, one more, and what each takes; while the organisation begins, what else is missing."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import Form, Path, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import Conn, Who
from services.chassis.meanwhile import MEANWHILE
from services.chassis.web.door import web_of
from services.chassis.web.drawn import Drawn, is_drawn_anew
from services.chassis.web.optional_steps import optional_steps_router
from services.chassis.web.people import People, PersonForm, people_router
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import words_for
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.first_steps import OPTIONAL, read_first_steps
from services.conversion.actions.kinds import MANAGER
from services.conversion.actions.managers import add_manager, edit_manager
from services.conversion.desk.manager_forms import ManagerForm
from services.conversion.desk.settings import SETTERS, SUPERVISION, settings_page
from services.conversion.domain.managers import Manager
from services.conversion.repository.managers import get, page
from services.conversion.repository.policies import policies

Whose = Annotated[str, Path(max_length=100)]


async def _everybody(conn: Connection, limit: int) -> list[Manager]:
    return await page(conn, active=None, limit=limit, after=None)


async def _add(conn: Connection, person: PersonForm) -> Manager:
    form = ManagerForm.model_validate(person.model_dump())
    return await add_manager(conn, form.told((await policies.rules(conn)).calendar))


async def _bar(conn: Connection, who: Principal) -> dict[str, Any]:
    return {"bar": await desk_bar(conn, who)}


steps = optional_steps_router(OPTIONAL, SETTERS)
router = people_router(
    People("/conversion/desk", _everybody, _add, read_first_steps, _bar, ManagerForm),
    readers=SUPERVISION,
    writers=SETTERS,
)


@router.get("/{manager_id}", dependencies=SETTERS)
async def edit_page(request: Request, conn: Conn, who: Who, manager_id: Whose) -> Response:
    """What this manager takes, as a form."""
    return await _edit(request, conn, who, manager_id)


@router.post("/{manager_id}", dependencies=SETTERS)
async def change(
    request: Request, conn: Conn, who: Who, manager_id: Whose, form: Annotated[ManagerForm, Form()]
) -> Response:
    """It holds for the next lead."""
    form = form.model_copy(update={"id": manager_id, "hours": ""})
    try:
        async with conn.transaction():
            await edit_manager(conn, manager_id, who, partial(_edited, conn, form))
    except DomainError as error:
        if error.status == 404 or not is_drawn_anew(request, error):
            raise
        return await _edit(request, conn, who, manager_id, form, error)
    told = words_for(request)("%(name)s takes leads by these rules from now on.") % {"name": form.name}
    here = partial(_edit, request, conn, who, manager_id)
    return await web_of(request).after(request, f"/conversion/desk/people/{manager_id}", here, said=told)


async def _edited(conn: Connection, form: ManagerForm, manager: Manager) -> dict[str, Any]:
    typed, now = Drawn.of(form.texts(), form.was), ManagerForm.of(manager).texts()
    new = form.told().model_dump(mode="json")
    return {name: new[name] for name in await typed.to_write(conn, MANAGER, manager.id, now)}


async def _edit(
    request: Request, conn: Connection, who: Principal, manager_id: str, form: ManagerForm | None = None,
    error: DomainError | None = None,
) -> Response:  # fmt: skip
    manager = await get(conn, manager_id)
    if form and error and error.code == MEANWHILE:
        form = form.overtaken(manager)
    shown: dict[str, Any] = {"manager": manager, "values": form or ManagerForm.of(manager)}
    shown |= {"errors": field_errors(error) if error else {}, "status": error.status if error else 200}
    return await settings_page(request, conn, who, "manager_edit.j2", **shown)
