"""Leads: entered by hand, given up, moved by other tiers; and their contact data, revealed or exported."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from services.chassis import work_items
from services.chassis.contacts.identity import keys_of, tax_id_of
from services.chassis.db import Connection, Pool, acquire
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.events import publish
from services.lead_gen.actions.lead_workflow import tell_workflow
from services.lead_gen.domain.leads import Lead, LeadFilter, Place
from services.lead_gen.domain.phones import read_phone_of
from services.lead_gen.repository import audit, calls, leads, promises
from services.lead_gen.schemas.leads import GiveUp, NewLead, Reveal
from workflows.contracts.base import Cancel, Done
from workflows.contracts.lead_gen import RegisterUpdate


async def enter_lead(conn: Connection, new: NewLead) -> Lead:
    """Enter a lead by hand. Raises Invalid, and Conflict `duplicate` if a number or key is already known."""
    regions = [region for region in (new.country, new.default_region) if region]
    numbers = [read_phone_of(raw, regions, f"phones[{n}]") for n, raw in enumerate(new.phones)]
    tax_id = _read_tax_id(new)
    keys = keys_of(tax_id=tax_id, email=new.email, website=None)
    await leads.hold_numbers(conn, numbers + keys)
    for number in numbers:
        _refuse_known(await leads.find_by_phone(conn, number), "number", "phones")
    for key in keys:
        name, field = ("tax id", "tax_id") if key.startswith("t:") else ("e-mail", "email")
        _refuse_known(await leads.find_by_key(conn, key), name, field)
    lead_id = await leads.insert(conn, new.model_dump() | {"tax_id": tax_id}, numbers, "manual")
    await publish(conn, "lead.changed", lead_id=lead_id)
    return await leads.get(conn, lead_id)


def _read_tax_id(new: NewLead) -> str | None:
    """The tax id in one form. Raises Invalid for one that cannot be right."""
    if not new.tax_id:
        return None
    tax_id = tax_id_of(new.tax_id, new.country or new.default_region)
    if tax_id is None:
        raise Invalid("The tax id cannot be right: its length or check digit is wrong", field="tax_id")
    return tax_id


def _refuse_known(lead_id: str | None, name: str, field: str) -> None:
    if lead_id:
        raise Conflict(f"This {name} is already known", code="duplicate", field=field, detail={"lead_id": lead_id})


async def check_leased(conn: Connection, lead_id: str, caller: str) -> None:
    """Raises Forbidden `not_leased`: a caller sees only the lead that they are calling."""
    if not await calls.is_leased(conn, lead_id, caller):
        raise Forbidden("A caller sees only the lead that they are calling", code="not_leased")


async def cancel_lead(conn: Connection, lead_id: str, body: GiveUp, by: str) -> Lead:
    """Give up a lead, whichever tier has it: its open work is cancelled and its workflow ends.

    Raises NotFound, Conflict `wrong_state`.
    """
    lead = await leads.lock(conn, lead_id)
    if lead.stage in ("cancelled", "do_not_call"):
        raise Conflict(f"The lead is already {lead.stage}", code="wrong_state", detail={"stage": lead.stage})
    key = f"cancel:{lead_id}:{lead.rounds}"
    await work_items.cancel_for_lead(conn, lead_id, result="cancelled")
    await leads.move(conn, lead_id, Place(tier=lead.tier, stage="cancelled", key=key))
    await publish(conn, "lead.changed", lead_id=lead_id)
    now = await leads.get(conn, lead_id)
    await tell_workflow(conn, lead, "cancel", Cancel(event_id=key, at=now.updated_at, by=by, reason=body.reason))
    return now


async def update_register(conn: Connection, update: RegisterUpdate) -> Done:
    """Write where the lead is now, as the tier that has it says; older news never overwrites newer."""
    place = Place(
        tier=update.tier,
        stage=update.stage,
        workflow_id=update.workflow_id,
        owner=update.owner,
        at=update.at,
        key=update.key,
    )
    await leads.move(conn, await leads.survivor(conn, update.lead_id), place)
    if update.stage == "accepted":
        await promises.keep(conn, update.lead_id)
    return Done()


async def reveal_lead(conn: Connection, lead_id: str, body: Reveal, by: str) -> Lead:
    """Reveal a lead's contact data, with a reason and a line in the audit. Raises NotFound."""
    lead = await leads.get(conn, lead_id)
    audit_id = await audit.add(conn, "reveal", by, lead_id=lead_id, facts={"reason": body.reason})
    await audit.complete(conn, audit_id, 1)
    return lead


async def export_leads(pool: Pool, wanted: LeadFilter, by: str) -> AsyncIterator[Sequence[Any]]:
    """A header and rows. The audit records the export before its first row, and its end once it is complete."""
    async with acquire(pool) as conn:
        audit_id = await audit.add(conn, "export", by, facts={name: value for name, value in wanted if value})
    return _exported(pool, wanted, audit_id)


async def _exported(pool: Pool, wanted: LeadFilter, audit_id: str) -> AsyncIterator[Sequence[Any]]:
    count = 0
    async with acquire(pool) as conn:
        yield leads.EXPORTED
        async for row in leads.exported(conn, wanted):
            yield row
            count += 1
        await audit.complete(conn, audit_id, count)
