"""Whom to talk to at a customer's."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.kinds import PERSON
from services.account_mgmt.actions.ownership import may_act_for
from services.account_mgmt.actions.people import add_person, remove_person
from services.account_mgmt.repository import customers, people
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.schemas.people import NewPerson, PersonView
from services.chassis.contacts.masks import mask_card
from services.chassis.http import Conn, Id, Page, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["customers"])


@router.get("/customers/{customer_id}/people", dependencies=READERS, summary="Whom to talk to")
async def list_people(conn: Conn, who: Who, customer_id: Id) -> Page[PersonView]:
    """In order of entry, at most 200; numbers in clear for whoever acts for this customer, masked for others."""
    customer = await customers.get(conn, customer_id)
    theirs = await may_act_for(conn, who, customer.id, customer.account_manager)
    found = PersonView.of_all(await people.of_customer(conn, customer_id))
    return Page(items=found if theirs else [mask_card(person) for person in found], next=None)


@router.post("/customers/{customer_id}/people", status_code=201, dependencies=WRITERS, summary="Add a person")
async def post_person(conn: Conn, who: Who, customer_id: Id, new: NewPerson) -> PersonView:
    """Somebody else to talk to, with their role and language."""
    return PersonView.of(await add_person(conn, who, customer_id, new))


@router.get(
    "/customers/{customer_id}/people/{person_id}", dependencies=[*READERS, tagged()], summary="One person to talk to"
)
async def get_person(conn: Conn, who: Who, customer_id: Id, person_id: Id) -> PersonView:
    """In clear for whoever acts for this customer, masked for others."""
    customer = await customers.get(conn, customer_id)
    person = PersonView.of(await people.get(conn, customer_id, person_id))
    return person if await may_act_for(conn, who, customer.id, customer.account_manager) else mask_card(person)


@router.delete(
    "/customers/{customer_id}/people/{person_id}",
    status_code=204,
    dependencies=[*WRITERS, if_match(get_person, PERSON, "person_id")],
    summary="Remove a person",
)
async def delete_person(conn: Conn, who: Who, customer_id: Id, person_id: Id) -> None:
    """They no longer work there."""
    await remove_person(conn, who, customer_id, person_id)
