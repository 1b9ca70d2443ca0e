"""Leads: the register as people read it."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Query

from services.chassis import outbox, work_items
from services.chassis.contacts import phones
from services.chassis.contacts.identity import keys_of, tax_id_of
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.lead_gen.repository import calls, leads
from services.lead_gen.schemas.leads import GiveUp, LeadView, NewLead
from workflows.contracts.base import Cancel

router: APIRouter = new_router(tags=["leads"])


def view(lead: leads.Lead, *, masked: bool = False) -> LeadView:
    """A lead as REST shows it; masked for people who need not dial."""
    fields = lead.model_dump()
    if masked:
        fields["phones"] = [phones.mask(phone) for phone in lead.phones]
    return LeadView.model_validate(fields)


def read_phone(raw: str, region: str, field: str) -> str:
    """A number in E.164. Raises Invalid naming the field."""
    if not phones.known_region(region):
        raise Invalid(f"'{region}' is no region that numbers can be read in", field="default_region")
    try:
        return phones.to_e164(raw, region)
    except phones.BadPhoneError as error:
        raise Invalid(f"The number {error}", field=field) from None


@router.post("/leads", status_code=201, dependencies=[allow("supervisor")], summary="Enter a lead by hand")
async def create_lead(conn: Conn, new: NewLead) -> LeadView:
    """409 `duplicate` with `lead_id` when a number, the tax id or the e-mail is known already."""
    if new.timezone not in available_timezones():
        raise Invalid(f"'{new.timezone}' is no IANA time zone", field="timezone")
    numbers = [read_phone(raw, new.default_region, f"phones.{n}") for n, raw in enumerate(new.phones)]
    tax_id = _read_tax_id(new)
    keys = keys_of(tax_id=tax_id, email=new.email, website=None)
    await leads.hold_numbers(conn, numbers + keys)
    for number in numbers:
        _refuse_known(await leads.find_by_phone(conn, number), "number", "phones")
    for key in keys:
        name, field = ("tax id", "tax_id") if key.startswith("t:") else ("e-mail", "email")
        _refuse_known(await leads.find_by_key(conn, key), name, field)
    lead_id = await leads.insert(conn, new.model_dump() | {"tax_id": tax_id}, numbers, "manual")
    return view(await leads.get(conn, lead_id))


def _read_tax_id(new: NewLead) -> str | None:
    """The tax id in one form. Raises Invalid for one that cannot be right."""
    if not new.tax_id:
        return None
    tax_id = tax_id_of(new.tax_id, new.default_region)
    if tax_id is None:
        raise Invalid("The tax id cannot be right: its length or check digit is wrong", field="tax_id")
    return tax_id


def _refuse_known(lead_id: str | None, name: str, field: str) -> None:
    if lead_id:
        raise Conflict(f"This {name} is known already", code="duplicate", field=field, detail={"lead_id": lead_id})


@router.get("/leads", dependencies=[allow("supervisor", "ops")], summary="The register")
async def list_leads(
    conn: Conn,
    pager: Pager,
    tier: str | None = None,
    stage: str | None = None,
    state: Annotated[str | None, Query(description="Another name of `stage`.")] = None,
    campaign_id: Id | None = None,
    q: Annotated[str | None, Query(max_length=100, description="Part of the company's name.")] = None,
    phone: Annotated[str | None, Query(max_length=40)] = None,
    default_region: str = "UA",
) -> Page[LeadView]:
    """In order of creation, numbers masked; `phone` finds the lead of a number in any format of `default_region`."""
    if phone is not None:
        known = await leads.find_by_phone(conn, read_phone(phone, default_region, "phone"))
        return Page(items=[view(await leads.get(conn, known), masked=True)] if known else [], next=None)
    found = await leads.page(
        conn,
        tier=tier,
        stage=stage or state,
        campaign_id=campaign_id,
        q=q,
        limit=pager.limit + 1,
        after=pager.time_and_id(),
    )
    items = [view(lead, masked=True) for lead in found]
    return Page.of(items, pager.limit, key=lambda lead: (lead.created_at.isoformat(), lead.id))


@router.get("/leads/{lead_id}", summary="One lead with its calls")
async def get_lead(conn: Conn, who: Who, lead_id: Id) -> LeadView:
    """A caller sees only the lead under his lease."""
    if who.role == "caller" and not await _leases(conn, who.person, lead_id):
        raise Forbidden("A caller sees only the lead that he is calling", code="not_leased")
    # A supervisor dials back; who only watches needs no number.
    lead = view(await leads.get(conn, lead_id), masked=who.is_ops)
    return lead.model_copy(update={"calls": await calls.history(conn, lead_id)})


async def _leases(conn: Connection, person: str, lead_id: str) -> bool:
    held = await work_items.list_items(conn, kind="call", state="leased", limit=200)
    return any(item.lead_id == lead_id and item.leased_by == person for item in held)


@router.post("/leads/{lead_id}/cancel", dependencies=[allow("supervisor")], summary="Give a lead up")
async def cancel_lead(conn: Conn, who: Who, lead_id: Id, body: GiveUp) -> LeadView:
    """Whatever tier has it: its open work falls away and its workflow ends."""
    lead = await leads.lock(conn, lead_id)
    if lead.stage in ("cancelled", "do_not_call"):
        raise Conflict(f"The lead is already {lead.stage}", code="wrong_state", detail={"stage": lead.stage})
    await work_items.cancel_for_lead(conn, lead_id, result="cancelled")
    await leads.move(conn, lead_id, tier=lead.tier, stage="cancelled", key=f"cancel:{lead_id}:{lead.rounds}")
    lead_now = await leads.get(conn, lead_id)
    if lead.workflow_id:
        answer = Cancel(
            event_id=f"cancel:{lead_id}:{lead.rounds}", at=lead_now.updated_at, by=who.person, reason=body.reason
        )
        await outbox.signal(conn, lead.workflow_id, "cancel", answer, when_missing="drop")
    return view(lead_now)
