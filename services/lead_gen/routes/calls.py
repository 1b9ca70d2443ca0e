"""The call desk: the next lead, and how the call ended."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Response

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Who, allow, new_router
from services.chassis.work_items import WorkItem
from services.lead_gen.actions import instructions, scripts
from services.lead_gen.actions.inbound import promise_time
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import is_open
from services.lead_gen.repository import callers, calls, campaigns, do_not_call, inbound, leads
from services.lead_gen.repository.callers import Standing
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.calls import (
    Lease,
    LeasedCall,
    LeasedLead,
    NewOutcome,
    NextCall,
    OutcomeTaken,
    Token,
)
from services.lead_gen.schemas.do_not_call import NewDoNotCall
from workflows.contracts import ids
from workflows.contracts.lead_gen import CallAnswered, CallOutcome

router: APIRouter = new_router(tags=["calls"])

# Somebody was spoken with.
CONTACTS = {
    CallOutcome.CALLBACK,
    CallOutcome.NOT_INTERESTED,
    CallOutcome.DO_NOT_CALL,
    CallOutcome.INTERESTED,
    CallOutcome.HARD_QUESTION,
}
HANDED_OVER = {CallOutcome.INTERESTED, CallOutcome.HARD_QUESTION}
# What a caller must say with an outcome.
REQUIRED = {
    CallOutcome.CALLBACK: ("callback_at", "When did they ask to be called?"),
    CallOutcome.HARD_QUESTION: ("question", "What did they ask? Tier 2 answers it"),
    CallOutcome.NOT_INTERESTED: ("reason", "Why are they not interested?"),
}


@router.post(
    "/calls/next",
    dependencies=[allow("caller")],
    response_model=LeasedCall,
    responses={204: {"description": "Nothing is due; `Retry-After` says when to ask again."}},
    summary="The next lead worth calling",
)
async def next_call(conn: Conn, who: Who, body: NextCall | None = None) -> LeasedCall | Response:
    """Callbacks that are due first, then by priority and score; only inside the lead's own hours."""
    policy = await policies.rules(conn)
    standing = await callers.standing(conn, who.person)
    if not standing.active:
        raise Forbidden("You are not an active caller", code="inactive")
    if standing.on_break:
        raise Conflict("You are on a break: end it first", code="on_break")
    groups = await _open_groups(conn, policy, standing, body.campaign_id if body else None)
    while standing.quota_left:
        item = await work_items.claim(conn, kind="call", person=who.person, lease=policy.lease, groups=groups)
        if item is None:
            break
        if not await do_not_call.forbidden(conn, item.lead_id):
            return await _leased(conn, item, who.person)
        # Consent was withdrawn after the call was opened: nobody may be given it.
        await work_items.cancel(conn, item.id, "do_not_call")
    wait = max(1, round(policy.retry_after.total_seconds()))
    return Response(status_code=204, headers={"Retry-After": str(wait)})


async def _open_groups(conn: Connection, policy: Policy, standing: Standing, campaign_id: str | None) -> list[str]:
    """Of the groups that wait (campaign, time zone, language), those that this caller may call at this moment."""
    running = set(await campaigns.running(conn, campaign_id))
    if standing.campaigns:
        running &= set(standing.campaigns)
    now = datetime.now(UTC)
    found = []
    for group in await work_items.open_groups(conn, "call"):
        campaign, zone, *language = group.split("|")
        speaks = not standing.known or not language or language[0] in standing.languages
        if campaign in running and speaks and is_open(policy, zone, now):
            found.append(group)
    return found


async def _leased(conn: Connection, item: WorkItem, caller: str) -> LeasedCall:
    lead = await leads.get(conn, item.lead_id)
    if item.lease_until is None:
        raise Conflict("The lease was lost", code="stale_lease")
    return LeasedCall(
        item_id=item.id,
        token=item.lease_token,
        lease_until=item.lease_until,
        attempt=item.payload["attempt"],
        callback=item.payload["callback"],
        lead=LeasedLead.model_validate(
            lead.model_dump(include=set(LeasedLead.model_fields))
            | {"phones": await leads.callable_phones(conn, lead.id)}
        ),
        script=await scripts.begin(conn, item, lead, caller),
        history=await calls.history(conn, lead.id),
        instructions=await instructions.for_lead(conn, lead),
    )


@router.post("/calls/{item_id}/extend", dependencies=[allow("caller")], summary="Keep the lead a little longer")
async def extend(conn: Conn, who: Who, item_id: Id, body: Token) -> Lease:
    """409 `stale_lease` when the lead went back to the queue."""
    policy = await policies.rules(conn)
    item = await work_items.extend(conn, item_id, who.person, body.token, policy.lease)
    return Lease(item_id=item.id, token=item.lease_token, lease_until=item.lease_until)


@router.post("/calls/{item_id}/release", dependencies=[allow("caller")], summary="Give the lead back")
async def release(conn: Conn, who: Who, item_id: Id, body: Token) -> Lease:
    """The next caller gets it."""
    item = await work_items.release(conn, item_id, who.person, body.token)
    return Lease(item_id=item.id, token=body.token, lease_until=item.lease_until)


@router.post("/calls/{item_id}/outcome", dependencies=[allow("caller")], summary="How the call ended")
async def outcome(conn: Conn, who: Who, item_id: Id, body: NewOutcome) -> OutcomeTaken:
    """One transaction: the call, the closed work, the register, and the answer on its way to the workflow."""
    _check(body)
    item = await work_items.get(conn, item_id)
    if item.kind != "call":
        raise Conflict("This work is no call", code="wrong_kind")
    # The lead before its item: whoever withdraws consent takes them in the same order.
    lead = await leads.lock(conn, item.lead_id)
    item = await work_items.complete(conn, item_id, person=who.person, token=body.token, result=body.outcome)
    script = await scripts.followed(conn, item, body)
    promised_by = await promise_time(conn, lead) if body.outcome in HANDED_OVER else None
    at = await calls.record(
        conn,
        item_id=item_id,
        lead_id=lead.id,
        campaign_id=item.payload["campaign_id"],
        attempt=item.payload["attempt"],
        caller=who.person,
        told=body,
        script=script,
        promised_by=promised_by,
    )
    if body.outcome in CONTACTS:
        await inbound.keep_promises(conn, lead.id)
    stage, other_number = await _after(conn, who.person, lead, body)
    answer = CallAnswered(
        event_id=f"call:{item_id}",
        at=at,
        by=who.person,
        item_id=item_id,
        attempt=item.payload["attempt"],
        outcome=body.outcome,
        callback_at=body.callback_at,
        personal=body.personal and body.outcome is CallOutcome.CALLBACK,
        other_number_left=other_number,
        reason=body.reason,
    )
    await outbox.signal(conn, item.workflow_id, "call_answered", answer)
    await publish(conn, "call_answered", item_id=item_id, outcome=body.outcome.value)
    return OutcomeTaken(item_id=item_id, lead_id=lead.id, outcome=body.outcome, stage=stage, promised_by=promised_by)


def _check(body: NewOutcome) -> None:
    """Raises Invalid naming what is missing for this outcome."""
    field, question = REQUIRED.get(body.outcome, (None, ""))
    if field and not getattr(body, field):
        raise Invalid(question, field=field)
    for name in ("callback_at", "wished_meeting"):
        moment = getattr(body, name)
        if moment is not None and moment.tzinfo is None:
            raise Invalid("The time needs an offset, such as +02:00", field=name)
    if body.callback_at is not None and body.callback_at <= datetime.now(UTC):
        raise Invalid("The callback must lie in the future", field="callback_at")


async def _after(conn: Connection, caller: str, lead: leads.Lead, body: NewOutcome) -> tuple[str, bool]:
    """What an outcome changes in the register: (the stage now, another number is left after a wrong one)."""
    key = f"outcome:{lead.id}:{lead.rounds}"
    if body.outcome in HANDED_OVER:
        await leads.move(
            conn, lead.id, tier="conversion", stage="handed_over", workflow_id=ids.conversion(lead.id), key=key
        )
        return "handed_over", False
    if body.outcome is CallOutcome.DO_NOT_CALL:
        entry = NewDoNotCall(scope="company", basis="said so on the phone")
        for phone in lead.phones:
            await do_not_call.forbid(conn, phone, entry, caller)
        await leads.move(conn, lead.id, tier="lead_gen", stage="do_not_call", key=key)
        return "do_not_call", False
    if body.outcome is CallOutcome.WRONG_NUMBER:
        return lead.stage, await leads.mark_bad_phone(conn, lead.id)
    return lead.stage, False
