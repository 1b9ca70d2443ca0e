"""The do-not-call ledger: an entry holds at once, everywhere, whichever tier has the lead."""

from __future__ import annotations

from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.events import publish
from services.chassis.webhooks import announce
from services.lead_gen.actions.lead_workflow import tell_workflow
from services.lead_gen.domain.do_not_call import LedgerEntry, Withdrawal
from services.lead_gen.domain.leads import Lead, Place
from services.lead_gen.domain.phones import read_phone
from services.lead_gen.repository import clock, do_not_call, leads
from services.lead_gen.schemas.do_not_call import NewDoNotCall
from services.lead_gen.schemas.webhooks import LeadDoNotCall
from workflows.contracts.base import Done, DoNotCall
from workflows.contracts.lead_gen import WithdrawConsent


async def forbid_number(conn: Connection, phone: str, entry: NewDoNotCall, by: str) -> LedgerEntry:
    """Never call this number again: cancel its calls, move its lead in the register, and tell the lead's workflow.

    A switchboard's number is that of everybody behind it, with whatever extension.

    A company with another number that may be called stays in the queue; scope `company` covers all of them.
    Raises Invalid `phone`.
    """
    number = read_phone(phone, entry.default_region, "phone")
    reached = [await leads.lock(conn, lead_id) for lead_id in await leads.reached_by(conn, number)]
    written = await do_not_call.forbid(conn, number, Withdrawal.of(entry), by)
    for lead in reached:
        if await do_not_call.forbidden(conn, lead.id):
            times = await do_not_call.times_forbidden(conn, number)
            await withdraw(conn, lead, f"{number[-4:]}:{times}", by)
    return written


async def lift_entry(conn: Connection, phone: str, region: str, by: str) -> LedgerEntry:
    """Lift an entry; it stays in the ledger with the time. Raises Invalid `phone`, NotFound if none is in force."""
    lifted = await do_not_call.lift(conn, read_phone(phone, region, "phone"), by)
    if lifted is None:
        raise NotFound("There is no entry in force for this number")
    return lifted


async def forbid_company(conn: Connection, lead: Lead, by: str) -> None:
    """They said on the phone that nobody of us may call again: every number of theirs goes on the ledger."""
    withdrawal = Withdrawal(scope="company", basis="said so on the phone")
    for phone in lead.phones:
        await do_not_call.forbid(conn, phone, withdrawal, by)


async def withdraw_consent(conn: Connection, request: WithdrawConsent) -> Done:
    """They told another tier: every number of the company goes on the ledger, and whoever has the lead hears of it."""
    lead = await leads.lock(conn, await leads.survivor(conn, request.lead_id))
    withdrawal = Withdrawal(scope="company", basis=request.basis, proof=request.proof)
    for phone in lead.phones:
        await do_not_call.forbid(conn, phone, withdrawal, request.by)
    await withdraw(conn, lead, request.key, request.by)
    return Done()


async def withdraw(conn: Connection, lead: Lead, key: str, by: str) -> None:
    """Cancel the lead's calls, move it in the register, and tell its workflow. `key` tells withdrawals apart."""
    event_id = f"do-not-call:{lead.id}:{key}"
    await work_items.cancel_for_lead(conn, lead.id, kinds=["call"], result="do_not_call")
    if lead.tier == "lead_gen":
        await leads.move(conn, lead.id, Place(tier=lead.tier, stage="do_not_call", key=event_id))
    await publish(conn, "lead.changed", lead_id=lead.id)
    at = await clock.now(conn)
    await announce(conn, LeadDoNotCall(lead_id=lead.id, by=by), key=event_id, at=at)
    answer = DoNotCall(event_id=event_id, at=at, by=by)
    await tell_workflow(conn, lead, "do_not_call", answer)
