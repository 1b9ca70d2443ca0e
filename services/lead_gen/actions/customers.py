"""Existing customers, whom tier 3 knows first: the register learns of them so that their calls find their way."""

from __future__ import annotations

from services.chassis import outbox
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
    """The lead with one of these numbers, this tax id or this address, unless its tax id says that it is another."""
    found = [await leads.find_by_phone(conn, phone) for phone in contact.phones]
    keys = keys_of(tax_id=contact.tax_id, email=contact.email, website=None)
    found += [await leads.find_by_key(conn, key) for key in keys]
    for lead_id in dict.fromkeys(one for one in found if one is not None):
        other = (await leads.get(conn, lead_id)).tax_id
        if contact.tax_id is None or other in (None, contact.tax_id):
            return lead_id
    return None
