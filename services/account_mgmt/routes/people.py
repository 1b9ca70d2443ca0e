"""Whom to talk to at a customer's."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.orders import check_owner
from services.account_mgmt.repository import customers, people
from services.account_mgmt.schemas.card import PersonView
from services.account_mgmt.schemas.people import NewPerson
from services.chassis.http import Conn, Id, Page, Who, allow, new_router

router: APIRouter = new_router(tags=["customers"])
STAFF = [allow("account_manager", "supervisor", "ops")]
WRITERS = [allow("account_manager", "supervisor")]


@router.get("/customers/{customer_id}/people", dependencies=STAFF, summary="Whom to talk to")
async def list_people(conn: Conn, customer_id: Id) -> Page[PersonView]:
    """In order of entry, at most 200."""
    await customers.get(conn, customer_id)
    return Page(items=await people.of_customer(conn, customer_id), next=None)


@router.post("/customers/{customer_id}/people", status_code=201, dependencies=WRITERS, summary="Add a person")
async def add_person(conn: Conn, who: Who, customer_id: Id, new: NewPerson) -> PersonView:
    """Somebody else to talk to, with what is his."""
    await check_owner(conn, who, await customers.get(conn, customer_id))
    return await people.add(conn, customer_id, new)


@router.delete(
    "/customers/{customer_id}/people/{person_id}", status_code=204, dependencies=WRITERS, summary="Remove a person"
)
async def remove_person(conn: Conn, who: Who, customer_id: Id, person_id: Id) -> None:
    """He is not there any more."""
    await check_owner(conn, who, await customers.get(conn, customer_id))
    await people.remove(conn, customer_id, person_id)
