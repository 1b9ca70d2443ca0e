"""Calls, as callers make them: the next lead worth calling, the lease on it, and the outcome they report."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.events import publish
from services.chassis.outbox import Hold
from services.chassis.work_items import WorkItem
from services.lead_gen.actions.call_holds import OutcomeHold
from services.lead_gen.actions.dials import end_dial
from services.lead_gen.actions.instructions import instructions_for
from services.lead_gen.actions.promises import promised_time
from services.lead_gen.actions.scripts import begin_script, followed_script
from services.lead_gen.domain.callers import callable_groups
from services.lead_gen.domain.calls import (
    CallInHand,
    CallLease,
    CallReport,
    NewCall,
    NothingDue,
    ReportedOutcome,
    check_report,
)
from services.lead_gen.domain.dials import spoken
from services.lead_gen.domain.do_not_call import Withdrawal
from services.lead_gen.domain.leads import Lead, Place
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import is_open
from services.lead_gen.repository import call_drafts, callers, calls, campaigns, dials, do_not_call, leads, promises
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.calls import NewOutcome
from workflows.contracts import ids
from workflows.contracts.lead_gen import CallAnswered, CallOutcome


async def lease_next_call(conn: Connection, caller: str, campaign_id: str | None) -> CallInHand | NothingDue:
    """Lease the next lead to this caller: due callbacks first, then by priority and score, in the lead's own hours.

    Raises Forbidden `inactive`, Conflict `on_break`.
    """
    policy = await policies.rules(conn)
    item = await _claim(conn, policy, caller, campaign_id)
    return NothingDue(retry_after=policy.retry_after) if item is None else await _in_hand(conn, item, caller)


async def _claim(conn: Connection, policy: Policy, caller: str, campaign_id: str | None) -> WorkItem | None:
    standing = await callers.standing(conn, caller)
    if not standing.active:
        raise Forbidden("You are not an active caller", code="inactive")
    if standing.on_break:
        raise Conflict("You are on a break; end it first", code="on_break")
    if not standing.quota_left:
        return None
    groups = callable_groups(
        await work_items.open_groups(conn, "call"),
        running=await campaigns.running_ids(conn, campaign_id),
        standing=standing,
        policy=policy,
        now=datetime.now(UTC),
    )
    while item := await work_items.claim(conn, kind="call", person=caller, lease=policy.lease, groups=groups):
        if not await do_not_call.forbidden(conn, item.lead_id):
            return item
        # Consent was withdrawn after the call was opened: nobody may be given it.
        await work_items.cancel(conn, item.id, "do_not_call")
    return None


async def _in_hand(conn: Connection, item: WorkItem, caller: str) -> CallInHand:
    """Everything that the caller of a leased call needs."""
    if item.lease_until is None:
        raise Conflict("The lease was lost", code="stale_lease")
    lead = await leads.get(conn, item.lead_id)
    return CallInHand(
        item_id=item.id,
        token=item.lease_token,
        lease_until=item.lease_until,
        attempt=item.payload["attempt"],
        callback=item.payload["callback"],
        lead=lead.model_copy(update={"phones": await leads.callable_phones(conn, lead.id)}),
        script=await begin_script(conn, item, lead, caller),
        history=await calls.of_lead(conn, lead.id),
        instructions=await instructions_for(conn, lead),
        dial=next(iter((await dials.of_item(conn, item.id))[-1:]), None),
    )


async def held_call(conn: Connection, caller: str) -> CallInHand | None:
    """The call that this caller holds now, or none; nothing is leased by looking."""
    held = await calls.held_by(conn, caller)
    return None if held is None else await _in_hand(conn, held, caller)


async def take_back(conn: Connection, item_id: str, caller: str) -> CallInHand:
    """Lease a lost call to this caller once more, if nobody else has it. Raises Conflict `taken`, `on_break`."""
    standing = await callers.standing(conn, caller)
    if standing.on_break or not standing.active:
        raise Conflict("You are not on duty", code="on_break")
    policy = await policies.rules(conn)
    item = await work_items.get(conn, item_id)
    lead = await leads.lock(conn, item.lead_id)
    free = await is_callable(conn, policy, lead)
    taken = await work_items.claim_one(conn, item_id, person=caller, lease=policy.lease) if free else None
    if taken is None:
        raise Conflict("It cannot be called any more, or somebody else is calling it", code="taken")
    return await _in_hand(conn, taken, caller)


async def is_callable(conn: Connection, policy: Policy, lead: Lead) -> bool:
    """May this lead be called at this moment, by its own hours and by the ledger?"""
    return is_open(policy, lead.calling_zones, datetime.now(UTC)) and not await do_not_call.forbidden(conn, lead.id)


async def extend_lease(conn: Connection, item_id: str, caller: str, token: int) -> CallLease:
    """Hold the lead a little longer. Raises Conflict `stale_lease` if it went back to the queue."""
    policy = await policies.rules(conn)
    return _lease(await work_items.extend(conn, item_id, caller, token, policy.lease))


async def release_lease(conn: Connection, item_id: str, caller: str, token: int) -> CallLease:
    """Return the lead to the queue for the next caller. Raises Conflict `stale_lease`."""
    released = _lease(await work_items.release(conn, item_id, caller, token))
    await publish(conn, "lease.changed", item_id=item_id)
    return released


def _lease(item: WorkItem) -> CallLease:
    return CallLease(item_id=item.id, token=item.lease_token, lease_until=item.lease_until)


async def report_outcome(
    conn: Connection, item_id: str, told: NewOutcome, caller: str, hold: timedelta = timedelta(0)
) -> ReportedOutcome:
    """Record how a call ended: the call, the closed work item, the register, and the answer to the workflow.

    The answer leaves after `hold`; until then `undo_call` takes the outcome back.
    Raises Invalid naming what is missing for the outcome, Conflict `wrong_kind`, `stale_lease`, `already_closed`.
    """
    report = CallReport.of(told)
    check_report(report, datetime.now(UTC))
    item, lead = await _close(conn, item_id, told.token, report, caller)
    if report.dialled is not None and report.dialled not in lead.phones:
        raise Invalid("This is no number of the lead", field="dialled")
    held = await OutcomeHold.begin(conn, lead.id, hold)
    call = await _as_call(conn, item, lead, report, caller)
    at = await calls.add(conn, call)
    if report.was_contact:
        await promises.keep(conn, lead.id)
    stage = await _move(conn, lead, report, caller)
    wrong_number = report.outcome is CallOutcome.WRONG_NUMBER
    other_number_left = wrong_number and await leads.mark_bad_phone(conn, lead.id, report.dialled or call.dialled)
    after = await held.end(conn, lead.id, report) if held else None
    await _answer(conn, item, call, at, other_number_left=other_number_left, hold=after)
    return ReportedOutcome(
        item_id=item_id, lead_id=lead.id, outcome=report.outcome, stage=stage, promised_by=call.promised_by
    )


async def report_and_go_on(
    conn: Connection, item_id: str, told: NewOutcome, caller: str, hold: timedelta = timedelta(0)
) -> ReportedOutcome:
    """Record how a call ended and lease the next one, if there is one for them. Raises as `report_outcome`."""
    done = await report_outcome(conn, item_id, told, caller, hold)
    await call_drafts.drop(conn, item_id, caller)
    # Whoever may not call any more has still made this call.
    with contextlib.suppress(Forbidden, Conflict):
        await next_for_desk(conn, caller)
    return done


async def next_for_desk(conn: Connection, caller: str) -> bool:
    """Lease the next lead and begin its draft; False if nothing is due. Raises as `lease_next_call`."""
    found = await lease_next_call(conn, caller, None)
    if isinstance(found, NothingDue):
        return False
    await call_drafts.begin(conn, found.item_id, caller)
    return True


async def _close(conn: Connection, item_id: str, token: int, report: CallReport, caller: str) -> tuple[WorkItem, Lead]:
    """Close the work item under its token; (the item, its lead, locked)."""
    item = await work_items.get(conn, item_id)
    if item.kind != "call":
        raise Conflict("This work item is not a call", code="wrong_kind")
    # The lead before its item: whoever withdraws consent takes them in the same order.
    lead = await leads.lock(conn, item.lead_id)
    return await work_items.complete(conn, item_id, person=caller, token=token, result=report.outcome), lead


async def _as_call(conn: Connection, item: WorkItem, lead: Lead, report: CallReport, caller: str) -> NewCall:
    """The call as it is kept, with the script that led it and the time promised for the next call."""
    script = await followed_script(conn, item, report)
    await end_dial(conn, item.id, caller)
    dialled, talk_seconds = spoken(await dials.of_item(conn, item.id))
    return NewCall(
        item_id=item.id,
        lead_id=lead.id,
        campaign_id=item.payload["campaign_id"],
        attempt=item.payload["attempt"],
        caller=caller,
        report=report,
        script_id=script.id if script else None,
        script_version=script.version if script else report.script_version,
        promised_by=await promised_time(conn, lead) if report.hands_over else None,
        dialled=dialled,
        talk_seconds=talk_seconds,
    )


async def _move(conn: Connection, lead: Lead, report: CallReport, caller: str) -> str:
    """Write what the outcome changes in the register; the stage after it."""
    key = f"outcome:{lead.id}:{lead.rounds}"
    if report.hands_over:
        place = Place(tier="conversion", stage="handed_over", workflow_id=ids.conversion(lead.id), key=key)
    elif report.outcome is CallOutcome.DO_NOT_CALL:
        withdrawal = Withdrawal(scope="company", basis="said so on the phone")
        for phone in lead.phones:
            await do_not_call.forbid(conn, phone, withdrawal, caller)
        place = Place(tier="lead_gen", stage="do_not_call", key=key)
    else:
        return lead.stage
    await leads.move(conn, lead.id, place)
    return place.stage


async def _answer(
    conn: Connection, item: WorkItem, call: NewCall, at: datetime, *, other_number_left: bool, hold: Hold | None
) -> None:
    """Tell the workflow, and whoever watches."""
    report = call.report
    answer = CallAnswered(
        event_id=f"call:{item.id}",
        at=at,
        by=call.caller,
        item_id=item.id,
        attempt=call.attempt,
        outcome=report.outcome,
        callback_at=report.callback_at,
        personal=report.personal and report.outcome is CallOutcome.CALLBACK,
        other_number_left=other_number_left,
        reason=report.reason,
    )
    await outbox.signal(conn, item.workflow_id, "call_answered", answer, hold=hold)
    await publish(conn, "call_answered", item_id=item.id, outcome=report.outcome.value)
