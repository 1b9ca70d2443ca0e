"""The callers of this tier, and one more; while the organisation begins, also what else is missing."""

from __future__ import annotations

from typing import Any

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.web.optional_steps import optional_steps_router
from services.chassis.web.people import People, PersonForm, people_router
from services.lead_gen.actions.callers import add_caller
from services.lead_gen.actions.first_steps import OPTIONAL, read_first_steps
from services.lead_gen.desk.places import HERE, READERS, SUPERVISOR
from services.lead_gen.domain.callers import Caller
from services.lead_gen.repository.callers import page
from services.lead_gen.schemas.callers import NewCaller


async def _everybody(conn: Connection, limit: int) -> list[Caller]:
    return await page(conn, limit, None)


async def _add(conn: Connection, person: PersonForm) -> Caller:
    return await add_caller(conn, NewCaller(id=person.id, name=person.name, languages=[person.language]))


async def _bar(_conn: Connection, _who: Principal) -> dict[str, Any]:
    return {}


steps = optional_steps_router(OPTIONAL, SUPERVISOR)
router = people_router(People(HERE, _everybody, _add, read_first_steps, _bar), readers=READERS, writers=SUPERVISOR)
