"""Existing customers, whom tier 3 knows first: the register learns of them so that their calls find their way."""

from __future__ import annotations

from services.chassis import outbox
from services.chassis.contacts.companies import Party, same_company
from services.chassis.contacts.identity import keys_of
from services.chassis.db import Connection
from services.lead_gen.domain.leads import Place
from services.lead_gen.repository import leads
from workflows.contracts import ids
from workflows.contracts.base import Cancel, ContactCard, Done, Tier
from workflows.contracts.lead_gen import RegisterCustomer


async def register_customer(conn: Connection, request: RegisterCustomer) -> Done:
    """Enter the customer, or update the lead that the register knows by one of its numbers, its e-mail or its tax id.

    A cold call that is under way ends: nobody calls a customer as if they were a stranger.
    """
    contact = request.contact
    if await leads.is_erased(conn, request.customer_id):
        return Done()
    await leads.hold_numbers(conn, contact.phones)
    lead_id = await _known(conn, contact)
    if lead_id is None:
        fields = contact.model_dump(exclude={"lead_id", "phones"})
        lead_id = await leads.insert(conn, fields, contact.phones, "customer", request.customer_id)
        await leads.date_back(conn, lead_id, request.at)
    elif lead_id != request.customer_id:
        await leads.insert_known_as(conn, request.customer_id, contact.company, lead_id)
        await leads.add_phones(conn, lead_id, contact.phones)
    cancel = Cancel(event_id=request.key, at=request.at, by=Tier.ACCOUNT_MGMT, reason="is a customer already")
    await outbox.signal(conn, ids.cold_call(lead_id), "cancel", cancel, when_missing="drop")
    place = Place(
        tier=Tier.ACCOUNT_MGMT,
        stage="active",
        workflow_id=request.workflow_id,
        owner=request.owner,
        at=request.at,
        key=request.key,
    )
    await leads.move(conn, lead_id, place)
    return Done()


async def _known(conn: Connection, contact: ContactCard) -> str | None:
    """The lead with one of these numbers, this tax id or this address, unless that is another company.

    What callers call a company is no proof, so a lead with the number is the customer whatever its name, and unless
    the tax ids differ. A number that another customer has may be a switchboard's, and an address an agency's.
    """
    numbers = [await leads.find_by_phone(conn, phone) for phone in contact.phones]
    keys = keys_of(tax_id=contact.tax_id, email=contact.email, website=None)
    found = [*numbers, *[await leads.find_by_key(conn, key) for key in keys]]
    for lead_id in dict.fromkeys(one for one in found if one is not None):
        other = await leads.get(conn, lead_id)
        if lead_id == contact.lead_id:
            return lead_id
        called = lead_id in numbers and other.tier != Tier.ACCOUNT_MGMT
        if same_company(
            _party(None if called else contact.company, contact.tax_id), _party(other.company, other.tax_id)
        ):
            return lead_id
    return None


def _party(company: str | None, tax_id: str | None) -> Party:
    return Party(company, frozenset([tax_id] if tax_id else []))
