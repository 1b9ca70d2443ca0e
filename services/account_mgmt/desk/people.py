"""The account managers of this tier, and one more; while the organisation begins, also what else is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.account_mgmt.actions.account_managers import add_account_manager
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.first_steps import read_first_steps
from services.account_mgmt.desk.places import HERE, SETTERS, SUPERVISION
from services.account_mgmt.domain.account_managers import AccountManager
from services.account_mgmt.repository.account_managers import page
from services.account_mgmt.schemas.account_managers import NewAccountManager
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.web.people import People, PersonForm, people_router


async def _everybody(conn: Connection, limit: int) -> list[AccountManager]:
    return await page(conn, limit, None)


async def _add(conn: Connection, person: PersonForm) -> AccountManager:
    return await add_account_manager(conn, NewAccountManager(id=person.id, name=person.name))


async def _bar(conn: Connection, who: Principal) -> dict[str, Any]:
    return {"bar": await read_bar(conn, who, datetime.now(UTC))}


router = people_router(
    People(HERE.rstrip("/"), _everybody, _add, read_first_steps, _bar), readers=SUPERVISION, writers=SETTERS
)
