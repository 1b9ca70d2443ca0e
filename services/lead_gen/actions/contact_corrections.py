"""What the tier that has a lead has learned of who it is: the register, which owns companies, writes it down."""

from __future__ import annotations

from services.chassis.contacts.identity import keys_of
from services.chassis.db import Connection
from services.chassis.events import publish
from services.lead_gen.domain.places import edited_place
from services.lead_gen.repository import audit, lead_places, leads
from workflows.contracts.base import Done
from workflows.contracts.lead_gen import ContactCorrected

_TAKEN = {
    "company", "contact_name", "email", "language", "timezone", "region", "city", "industry", "size", "website",
}  # fmt: skip
"""Columns that another tier may correct; the tax id is not among them, and numbers are only added."""


async def correct_contact(conn: Connection, request: ContactCorrected) -> Done:
    """Write these fields of the card, with a line in the audit; an older correction that comes late changes nothing.

    Calls find their way by numbers, addresses and domains: the new ones lead here unless another company has them.
    """
    lead_id = await leads.survivor(conn, request.lead_id)
    lead = await leads.lock(conn, lead_id)
    if not await lead_places.take_correction(conn, lead_id, request.at):
        return Done()
    audit_id = await audit.add(
        conn, "edit", request.by, lead_id=lead_id, facts=dict.fromkeys(request.fields, "changed")
    )
    given = request.contact.model_dump(include=_TAKEN.intersection(request.fields))
    place = edited_place(lead.model_dump(), given, lead.phones)
    await lead_places.write(conn, lead_id, {**given, **place})
    await leads.add_keys(conn, lead_id, keys_of(tax_id=None, email=given.get("email"), website=given.get("website")))
    if "phones" in request.fields:
        await leads.add_phones(conn, lead_id, request.contact.phones)
    await audit.complete(conn, audit_id, 1)
    await publish(conn, "lead.changed", lead_id=lead_id)
    return Done()
