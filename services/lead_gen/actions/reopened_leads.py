"""Leads that return to cold calling after nobody could, or might, call them."""

from __future__ import annotations

from services.chassis import outbox
from services.chassis.contacts.masks import mask_phone
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.lead_gen.actions.workflow_starts import cold_call_start
from services.lead_gen.domain.leads import REOPENED, Lead, Place
from services.lead_gen.repository import audit, campaigns, do_not_call, enrolment, leads
from services.lead_gen.repository.policies import policies


async def reopen_lead(conn: Connection, lead_id: str, by: str) -> Lead:
    """Let a lead return whose ban was lifted, or that has another number by now. In the audit.

    Its campaign calls it at once if it runs; else the lead is new again, for whichever campaign wants it.
    Raises NotFound, Conflict `wrong_state`, `do_not_call` while the ban stands, `no_number`.
    """
    lead = await leads.lock(conn, lead_id)
    if lead.tier == "account_mgmt" or lead.stage not in REOPENED:
        raise Conflict(
            f"Only a lead that was closed for good can be reopened; this one is {lead.stage.replace('_', ' ')}",
            code="wrong_state",
            detail={"stage": lead.stage},
        )
    await _check_callable(conn, lead)
    audit_id = await audit.add(conn, "reopen", by, lead_id=lead_id, facts={"stage": lead.stage})
    await call_again(conn, lead)
    await audit.complete(conn, audit_id, 1)
    return await leads.get(conn, lead_id)


async def _check_callable(conn: Connection, lead: Lead) -> None:
    """Raises Conflict `do_not_call` or `no_number` for a lead that nobody may, or can, call."""
    if not await do_not_call.forbidden(conn, lead.id):
        return
    entries = [one for phone in lead.phones if (one := await do_not_call.entry(conn, phone)) and not one.withdrawn_at]
    if not entries:
        raise Conflict("They have no number left that is not known to be wrong: add one first", code="no_number")
    stands = [{"phone": mask_phone(one.phone), "scope": one.scope, "at": one.at.isoformat()} for one in entries]
    raise Conflict(
        "They asked not to be called, and that stands: lift it from the do-not-call list first",
        code="do_not_call",
        detail={"entries": stands},
    )


async def call_again(conn: Connection, lead: Lead) -> None:
    """Bring a lead back into its campaign's cold calling if that runs, else make it new. The lead is locked."""
    campaign = await campaigns.get(conn, lead.campaign_id) if lead.campaign_id else None
    if campaign is None or campaign.state != "running":
        await leads.move(conn, lead.id, Place(tier="lead_gen", stage="new", key=f"reopen:{lead.id}:{new_id()}"))
    else:
        version, policy = await policies.current(conn)
        enrolled = await enrolment.enrol_again(conn, campaign.id, lead.id)
        start = cold_call_start(enrolled, campaign, version, policy)
        await outbox.start(conn, start, event_id=f"enrol:{lead.id}:{enrolled.rounds}")
    await publish(conn, "lead.changed", lead_id=lead.id)
