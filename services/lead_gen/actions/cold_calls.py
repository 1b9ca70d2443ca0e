"""What a lead's cold call needs of tier 1: its next call, a late callback given to everybody, and its end."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.work_items import NewItem
from services.lead_gen.domain.cadence import due_at
from services.lead_gen.domain.callers import group_of
from services.lead_gen.domain.leads import Lead, Place
from services.lead_gen.repository import callers, calls, campaigns, do_not_call, leads
from services.lead_gen.repository.policies import policies
from workflows.contracts.base import Done
from workflows.contracts.lead_gen import CallbackLate, CallOutcome, CloseLead, OpenCall, OpenedCall

CALLBACK_PRIORITY = 10


async def open_call(conn: Connection, request: OpenCall) -> OpenedCall:
    """Open the work item of one call, due inside the lead's calling window; the same key again is the same item."""
    lead = await leads.lock(conn, request.lead_id)
    if await do_not_call.forbidden(conn, lead.id):
        return OpenedCall(refused="do_not_call")
    request = await _as_promised(conn, request)
    policy = await policies.rules(conn, request.policy_version)
    # What a caller promised was allowed by the hours of that moment, and is given out by those of today.
    hours = await policies.rules(conn) if request.callback_at is not None else policy
    due = due_at(hours, lead.calling_zones, request, datetime.now(UTC))
    late_at = due + policy.callback_grace if request.callback_at is not None else None
    item = await work_items.open_item(conn, await _item(conn, request, lead, due, late_at))
    await leads.plan_call(conn, lead.id, request.attempt - 1, item.not_before)
    if item.not_before <= datetime.now(UTC):
        await publish(conn, "work.opened", item_id=item.id)
    return OpenedCall(item_id=item.id, not_before=item.not_before, late_at=late_at)


async def _as_promised(conn: Connection, request: OpenCall) -> OpenCall:
    """The request; the first call of a round that begins while a callback is promised is that callback."""
    promise = await calls.promise_to(conn, request.lead_id) if request.after is None else None
    if promise is None:
        return request
    told = {"after": CallOutcome.CALLBACK, "after_at": promise.at, "callback_at": promise.due_at}
    return request.model_copy(update={**told, "assignee": promise.caller})


async def _item(conn: Connection, request: OpenCall, lead: Lead, due: datetime, late_at: datetime | None) -> NewItem:
    """The work item of a call. A promised callback is its caller's until it is late, if they are on shift then."""
    promised = request.callback_at is not None
    campaign = await campaigns.get(conn, request.campaign_id)
    assignee = request.assignee
    if assignee is not None and not await callers.will_be_there(conn, assignee, due):
        assignee = None
    return NewItem(
        kind="call",
        key=request.key,
        workflow_id=request.workflow_id,
        lead_id=lead.id,
        priority=CALLBACK_PRIORITY if promised else campaign.priority,
        rank=lead.score,
        not_before=due,
        assignee=assignee,
        assignee_until=late_at if assignee else None,
        group_key=group_of(request.campaign_id, lead.calling_zones, lead.calling_languages),
        payload={"attempt": request.attempt, "campaign_id": request.campaign_id, "callback": promised},
    )


async def callback_late(conn: Connection, request: CallbackLate) -> Done:
    """Give a late personal callback to the whole shift and put it first."""
    await calls.give_to_everybody(conn, request.item_id, CALLBACK_PRIORITY + 1)
    return Done()


async def close_lead(conn: Connection, request: CloseLead) -> Done:
    """Cancel what is open for the lead in tier 1, write its last stage into the register, and let it rest."""
    lead = await leads.lock(conn, request.lead_id)
    await work_items.cancel_for_lead(conn, lead.id, kinds=["call"], result=request.stage)
    # Another tier may have the lead by now (an inbound call): its news must stay.
    if lead.workflow_id == request.workflow_id and lead.stage != request.stage:
        await leads.move(conn, lead.id, Place(tier="lead_gen", stage=request.stage, key=request.key))
    if request.rest and lead.rest_until is None:
        policy = await policies.rules(conn, request.policy_version)
        await leads.rest(conn, lead.id, datetime.now(UTC) + policy.rest)
    return Done()
