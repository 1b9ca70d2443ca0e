"""Whom to talk to at a customer's."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.people import add_person, remove_person
from services.account_mgmt.repository import customers, people
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.schemas.people import NewPerson, PersonView
from services.chassis.http import Conn, Id, Page, Who, new_router

router: APIRouter = new_router(tags=["customers"])


@router.get("/customers/{customer_id}/people", dependencies=READERS, summary="Whom to talk to")
async def list_people(conn: Conn, customer_id: Id) -> Page[PersonView]:
    """In order of entry, at most 200."""
    await customers.get(conn, customer_id)
    return Page(items=PersonView.of_all(await people.of_customer(conn, customer_id)), next=None)


@router.post("/customers/{customer_id}/people", status_code=201, dependencies=WRITERS, summary="Add a person")
async def post_person(conn: Conn, who: Who, customer_id: Id, new: NewPerson) -> PersonView:
    """Somebody else to talk to, with their role and language."""
    return PersonView.of(await add_person(conn, who, customer_id, new))


@router.delete(
    "/customers/{customer_id}/people/{person_id}", status_code=204, dependencies=WRITERS, summary="Remove a person"
)
async def delete_person(conn: Conn, who: Who, customer_id: Id, person_id: Id) -> None:
    """They no longer work there."""
    await remove_person(conn, who, customer_id, person_id)
