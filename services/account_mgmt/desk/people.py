"""The account managers of this tier, and one more; while the organisation begins, also what else is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import Field, ValidationError

from services.account_mgmt.actions.account_managers import add_account_manager
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.first_steps import OPTIONAL, read_first_steps
from services.account_mgmt.desk.places import HERE, SETTERS, SUPERVISION
from services.account_mgmt.domain.account_managers import AccountManager
from services.account_mgmt.repository.account_managers import page
from services.account_mgmt.schemas.account_managers import NewAccountManager
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.sentences import said
from services.chassis.web.optional_steps import optional_steps_router
from services.chassis.web.people import People, PersonForm, numbered, parted, people_router


class AccountManagerForm(PersonForm):
    """As typed: lists with commas between."""

    capacity: str = Field(default="500", max_length=20)
    segments: str = Field(default="", max_length=2000)
    sizes: str = Field(default="", max_length=2000)

    def told(self) -> NewAccountManager:
        """Who this is. Raises Invalid with the field."""
        self.check()
        given: dict[str, Any] = {"capacity": numbered(self.capacity)}
        given |= {"segments": parted(self.segments), "sizes": parted(self.sizes)}
        try:
            return NewAccountManager(id=self.id, name=self.name, **given)
        except ValidationError as error:
            field = str(error.errors()[0]["loc"][0])
            number = said("write a whole number from 0 to 100,000")
            raise Invalid(number if field == "capacity" else said("this is too long"), field=field) from None


async def _everybody(conn: Connection, limit: int) -> list[AccountManager]:
    return await page(conn, limit, None)


async def _add(conn: Connection, person: PersonForm) -> AccountManager:
    return await add_account_manager(conn, AccountManagerForm.model_validate(person.model_dump()).told())


async def _bar(conn: Connection, who: Principal) -> dict[str, Any]:
    return {"bar": await read_bar(conn, who, datetime.now(UTC))}


steps = optional_steps_router(OPTIONAL, SETTERS)
router = people_router(
    People(HERE.rstrip("/"), _everybody, _add, read_first_steps, _bar, AccountManagerForm),
    readers=SUPERVISION,
    writers=SETTERS,
)
