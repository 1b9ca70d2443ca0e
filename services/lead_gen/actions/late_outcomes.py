"""Outcomes of calls whose lease is over: a finished call is never thrown away.

The shift ended, a break began, the lease ran out, the lead called us, said no elsewhere, was given up. Whoever held the
call under this token has made it, so it is recorded. If the lead still waits for a call, that call is thereby made;
otherwise what can still follow does, and the caller is told what cannot. Where a colleague has the lead by now, an
attempt that reached nobody leaves it to them.
"""

from __future__ import annotations

from datetime import datetime

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.chassis.work_items import WorkItem
from services.lead_gen.actions.do_not_call import forbid_company, withdraw
from services.lead_gen.actions.hand_overs import pack_of
from services.lead_gen.actions.webhooks import tell_others
from services.lead_gen.actions.workflow_starts import conversion_start
from services.lead_gen.domain.calls import CallReport, NewCall, Why
from services.lead_gen.domain.inbound_calls import OVER
from services.lead_gen.domain.late_outcomes import why_not
from services.lead_gen.domain.leads import Lead, Place
from services.lead_gen.repository import calls, campaigns, leads
from workflows.contracts import ids
from workflows.contracts.base import Cancel
from workflows.contracts.conversion import HandedOver, HandOver, HandOverReason
from workflows.contracts.lead_gen import CallOutcome


async def close_call(conn: Connection, item: WorkItem, token: int, report: CallReport, caller: str) -> WorkItem | None:
    """Close the work that this call answers; none if it answers none any more. The lead is locked.

    Raises Conflict `stale_lease` or `already_closed` for a call that was never theirs, or that they have reported.
    """
    try:
        return await work_items.complete(conn, item.id, person=caller, token=token, result=report.outcome)
    except Conflict:
        if not await calls.report_lost(conn, item.id, token, caller):
            raise
    waits = await calls.waiting_for(conn, item.lead_id)
    if waits is None:
        return None
    free = waits.id == item.id and waits.leased_by in (None, caller)
    # Whoever was spoken with is not rung again, even if a colleague is about to.
    if not free and not report.was_contact:
        return None
    if waits.leased_by not in (None, caller):
        await publish(conn, "lease.changed", item_id=waits.id)
    return await work_items.complete(conn, waits.id, person=caller, result=report.outcome, any_person=True)


async def why_not_followed(conn: Connection, lead: Lead, item: WorkItem, outcome: CallOutcome) -> Why | None:
    """Why nothing follows from a call that closes no work; none if something does."""
    now = await work_items.get(conn, item.id)
    return why_not(lead, outcome, now.result, taken=await calls.is_leased(conn, lead.id))


async def follow(conn: Connection, lead: Lead, call: NewCall, at: datetime, key: str) -> None:
    """What follows from a recorded call by itself: their word on the ledger, their interest in tier 2."""
    if call.report.outcome is CallOutcome.DO_NOT_CALL:
        await forbid_company(conn, lead, call.caller)
        if lead.stage != "do_not_call":
            await withdraw(conn, lead, key, call.caller)
    elif call.report.hands_over:
        await _hand_over(conn, lead, await _told(conn, lead, call, key), at)
        await tell_others(conn, call, at, key=key)


async def _told(conn: Connection, lead: Lead, call: NewCall, key: str) -> HandOver:
    """The hand-over with the story of all calls, this one among them."""
    pack = await pack_of(conn, lead)
    reasons = {
        CallOutcome.INTERESTED: HandOverReason.INTERESTED,
        CallOutcome.HARD_QUESTION: HandOverReason.HARD_QUESTION,
    }
    return HandOver(
        id=key,
        reason=reasons[call.report.outcome],
        campaign_id=call.campaign_id,
        campaign_name=await campaigns.find_name(conn, call.campaign_id) or "",
        segment=lead.industry or "",
        **{name: getattr(pack, name) for name in type(pack).model_fields if name in HandOver.model_fields},
    )


async def _hand_over(conn: Connection, lead: Lead, hand_over: HandOver, at: datetime) -> None:
    """Tell the deal that already runs, or begin it; a cold call that still runs ends."""
    by = hand_over.sourced_by or ""
    workflow_id = ids.conversion(lead.id)
    if lead.tier == "conversion" and lead.stage not in OVER:
        answer = HandedOver(event_id=f"{hand_over.id}:handed-over", at=at, by=by, hand_over=hand_over)
        await outbox.signal(conn, lead.workflow_id or workflow_id, "handed_over", answer)
        return
    place = Place(tier="conversion", stage="handed_over", workflow_id=workflow_id, key=hand_over.id)
    await leads.move(conn, lead.id, place)
    if lead.tier == "lead_gen" and lead.stage == "calling":
        ends = Cancel(event_id=f"{hand_over.id}:ends", at=at, by=by, reason="handed over to tier 2")
        await outbox.signal(conn, ids.cold_call(lead.id), "cancel", ends, when_missing="drop")
    await outbox.start(conn, conversion_start(lead, hand_over), event_id=hand_over.id)
