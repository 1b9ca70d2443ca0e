"""The do-not-call ledger: a word on it holds at once, everywhere."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Query

from services.chassis.errors import NotFound
from services.chassis.http import Conn, Page, Pager, Who, allow, new_router
from services.lead_gen.actions.do_not_call import withdraw
from services.lead_gen.repository import do_not_call, leads
from services.lead_gen.routes.leads import read_phone
from services.lead_gen.schemas.do_not_call import DoNotCallView, LedgerLine, NewDoNotCall

router: APIRouter = new_router(tags=["do not call"])
READERS = [allow("caller", "supervisor", "ops")]


@router.get("/do-not-call", dependencies=[allow("supervisor")], summary="The ledger")
async def list_entries(
    conn: Conn, pager: Pager, state: Literal["active", "lifted"] | None = None
) -> Page[DoNotCallView]:
    """In order of time."""
    found = await do_not_call.page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda one: (one.at.isoformat(), one.phone))


@router.put("/do-not-call/{phone}", dependencies=[allow("caller", "supervisor")], summary="Never call this number")
async def forbid(conn: Conn, who: Who, phone: str, body: NewDoNotCall | None = None) -> DoNotCallView:
    """At once, everywhere: the queue, the register, and the workflow that runs the lead, whichever tier has it.

    A company with another number that may be called stays in the queue; scope `company` covers all of them.
    """
    entry = body or NewDoNotCall()
    number = read_phone(phone, entry.default_region, "phone")
    lead_id = await leads.find_by_phone(conn, number)
    lead = await leads.lock(conn, lead_id) if lead_id else None
    written = await do_not_call.forbid(conn, number, entry, who.person)
    if lead is not None and await do_not_call.forbidden(conn, lead.id):
        times = await do_not_call.times_forbidden(conn, number)
        await withdraw(conn, lead, f"{number[-4:]}:{times}", who.person)
    return written


@router.get("/do-not-call/{phone}", dependencies=READERS, summary="The ledger's entry")
async def get_entry(conn: Conn, phone: str, default_region: str = Query(default="UA")) -> DoNotCallView:
    """404 if nobody ever forbade it; a lifted entry has `withdrawn_at`."""
    entry = await do_not_call.entry(conn, read_phone(phone, default_region, "phone"))
    if entry is None:
        raise NotFound("This number is not in the ledger")
    return entry


@router.get("/do-not-call/{phone}/history", dependencies=[allow("supervisor")], summary="Every word on a number")
async def get_history(conn: Conn, phone: str, default_region: str = Query(default="UA")) -> Page[LedgerLine]:
    """Who said what and when, with basis and proof; nothing of it is ever changed."""
    lines = await do_not_call.history(conn, read_phone(phone, default_region, "phone"))
    return Page(items=lines, next=None)


@router.delete("/do-not-call/{phone}", dependencies=[allow("supervisor")], summary="Lift an entry")
async def lift(conn: Conn, who: Who, phone: str, default_region: str = Query(default="UA")) -> DoNotCallView:
    """The entry stays in the ledger with the time of lifting. 404 if there is none in force."""
    lifted = await do_not_call.lift(conn, read_phone(phone, default_region, "phone"), who.person)
    if lifted is None:
        raise NotFound("There is no entry in force for this number")
    return lifted
