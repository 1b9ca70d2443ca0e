"""The managers of this tier, and one more; while the organisation begins, also what else is missing."""

from __future__ import annotations

from typing import Any

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.web.people import People, PersonForm, people_router
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.first_steps import read_first_steps
from services.conversion.actions.managers import add_manager
from services.conversion.desk.settings import SETTERS, SUPERVISION
from services.conversion.domain.managers import Manager
from services.conversion.repository.managers import page
from services.conversion.schemas.managers import NewManager


async def _everybody(conn: Connection, limit: int) -> list[Manager]:
    return await page(conn, active=None, limit=limit, after=None)


async def _add(conn: Connection, person: PersonForm) -> Manager:
    return await add_manager(conn, NewManager(id=person.id, name=person.name))


async def _bar(conn: Connection, who: Principal) -> dict[str, Any]:
    return {"bar": await desk_bar(conn, who)}


router = people_router(
    People("/conversion/desk", _everybody, _add, read_first_steps, _bar), readers=SUPERVISION, writers=SETTERS
)
