"""People to talk to at a customer's: added and removed."""

from __future__ import annotations

from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.domain.people import Person
from services.account_mgmt.repository import customers, people
from services.account_mgmt.schemas.people import NewPerson
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.events import publish


async def add_person(conn: Connection, who: Principal, customer_id: str, new: NewPerson) -> Person:
    """Add somebody to talk to. Raises NotFound, Forbidden (`not_owner`)."""
    await check_owner(conn, who, await customers.get(conn, customer_id))
    await publish(conn, "customer.changed", customer_id=customer_id)
    return await people.add(conn, customer_id, new.model_dump())


async def remove_person(conn: Connection, who: Principal, customer_id: str, person_id: str) -> None:
    """Somebody is there no more. Raises NotFound, Forbidden (`not_owner`)."""
    await check_owner(conn, who, await customers.get(conn, customer_id))
    await people.remove(conn, customer_id, person_id)
    await publish(conn, "customer.changed", customer_id=customer_id)
