"""How calls ended: what is recorded of each, what it changes in the register, and what the workflow is told."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from services.chassis import outbox, work_items
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.events import publish
from services.chassis.outbox import Hold
from services.chassis.work_items import WorkItem
from services.lead_gen.actions.call_holds import OutcomeHold
from services.lead_gen.actions.callbacks import check_callback
from services.lead_gen.actions.calls import next_for_desk
from services.lead_gen.actions.dials import end_dial
from services.lead_gen.actions.do_not_call import forbid_company
from services.lead_gen.actions.late_outcomes import close_call, follow, why_not_followed
from services.lead_gen.actions.promises import promised_time
from services.lead_gen.actions.scripts import followed_script
from services.lead_gen.actions.webhooks import tell_others
from services.lead_gen.domain.calls import CallReport, NewCall, check_report
from services.lead_gen.domain.dials import spoken
from services.lead_gen.domain.late_outcomes import NotFollowed, ReportedOutcome
from services.lead_gen.domain.leads import Lead, Place
from services.lead_gen.domain.phones import number_among
from services.lead_gen.repository import call_drafts, calls, dials, leads, promises
from services.lead_gen.schemas.calls import NewOutcome
from workflows.contracts import ids
from workflows.contracts.erasure import ERASED
from workflows.contracts.lead_gen import CallAnswered, CallOutcome


async def report_outcome(
    conn: Connection, item_id: str, told: NewOutcome, caller: str, hold: timedelta = timedelta(0)
) -> ReportedOutcome:
    """Record how a call ended: the call, the closed work item, the register, and the answer to the workflow.

    The answer leaves after `hold`; until then `undo_call` takes the outcome back. A call whose lease is over is
    recorded too, with everything that can still follow from it; `not_followed` says what cannot.
    Raises Invalid naming what is missing for the outcome, Conflict `wrong_kind`, `outside_window`; `stale_lease` or
    `already_closed` for a call that was never theirs, or that they have reported.
    """
    now, report = datetime.now(UTC), CallReport.of(told)
    check_report(report, now)
    item, lead = await _lock(conn, item_id)
    report = report.model_copy(update={"dialled": _named(told, lead)})
    held = await OutcomeHold.begin(conn, lead.id, hold)
    answered = await close_call(conn, item, told.token, report, caller)
    if answered is None:
        return await _record(conn, item, lead, report, caller)
    if report.outcome is CallOutcome.CALLBACK and report.callback_at is not None:
        await check_callback(conn, lead, report.callback_at, now)
    made = await _as_call(conn, item, lead, report, caller)
    call = made.model_copy(update={"item_id": answered.id, "attempt": answered.payload["attempt"]})
    at, other_number_left = await _write(conn, lead, call)
    stage = await _move(conn, lead, report, caller)
    after = await held.end(conn, lead.id, report) if held else None
    await _answer(conn, answered, call, at, other_number_left=other_number_left, hold=after)
    await tell_others(conn, call, at, key=answered.id, hold=hold)
    return _reported(item, call, stage)


async def _record(conn: Connection, item: WorkItem, lead: Lead, report: CallReport, caller: str) -> ReportedOutcome:
    """Keep a call that answers no work any more, with what can still follow from it."""
    if lead.stage == ERASED:
        report = CallReport(outcome=report.outcome)
    call, own = await _as_call(conn, item, lead, report, caller), new_id()
    why = await why_not_followed(conn, lead, item, report.outcome)
    promised_by = call.promised_by if why is None else None
    late = {"item_id": own, "late_for": item.id, "not_followed": why, "promised_by": promised_by}
    call = call.model_copy(update=late)
    at, _ = await _write(conn, lead, call)
    if why is None:
        await follow(conn, lead, call, at, f"late:{own}")
    await publish(conn, "lead.changed", lead_id=lead.id)
    return _reported(item, call, (await leads.get(conn, lead.id)).stage)


async def _write(conn: Connection, lead: Lead, call: NewCall) -> tuple[datetime, bool]:
    """Write what is true of a call whatever follows from it: (its time, whether another number is left to dial)."""
    at = await calls.add(conn, call)
    if call.report.was_contact:
        await promises.keep(conn, lead.id)
    wrong = call.report.outcome is CallOutcome.WRONG_NUMBER
    return at, wrong and await leads.mark_bad_phone(conn, lead.id, call.dialled)


def _reported(item: WorkItem, call: NewCall, stage: str) -> ReportedOutcome:
    """What the caller is told."""
    why = call.not_followed
    return ReportedOutcome(
        item_id=item.id,
        lead_id=call.lead_id,
        outcome=call.report.outcome,
        stage=stage,
        promised_by=call.promised_by,
        not_followed=[] if why is None else [NotFollowed.because(why)],
    )


async def report_and_go_on(
    conn: Connection, item_id: str, told: NewOutcome, caller: str, hold: timedelta = timedelta(0)
) -> ReportedOutcome:
    """Record how a call ended and lease the next one, if there is one for them. Raises as `report_outcome`."""
    # Refused, it leaves nothing behind: the page goes on in the same transaction.
    async with conn.transaction():
        done = await report_outcome(conn, item_id, told, caller, hold)
    await call_drafts.drop(conn, item_id, caller)
    # Whoever may not call any more has still made this call.
    with contextlib.suppress(Forbidden, Conflict):
        await next_for_desk(conn, caller)
    return done


async def _lock(conn: Connection, item_id: str) -> tuple[WorkItem, Lead]:
    """(the work item of a call, its lead, locked)."""
    item = await work_items.get(conn, item_id)
    if item.kind != "call":
        raise Conflict("This work item is not a call", code="wrong_kind")
    # The lead before its item: whoever withdraws consent takes them in the same order.
    return item, await leads.lock(conn, item.lead_id)


def _named(told: NewOutcome, lead: Lead) -> str | None:
    """The lead's number that the report names; none if it names none. Raises Invalid `phone` or `dialled`."""
    named = told.phone or told.dialled
    if named is None:
        return None
    number = number_among(lead.phones, named)
    if number is None:
        raise Invalid("This is no number of the lead", field="phone" if told.phone else "dialled")
    return number


async def _dialled(conn: Connection, item: WorkItem, named: str | None) -> tuple[str | None, int | None]:
    """(number, seconds talked) of a call: the number that was named, else dialled here, else shown first."""
    made = [dial for dial in await dials.of_item(conn, item.id) if named in (None, dial.phone)]
    number, talk_seconds = spoken(made)
    return number or named or next(iter(await leads.callable_phones(conn, item.lead_id)), None), talk_seconds


async def _as_call(conn: Connection, item: WorkItem, lead: Lead, report: CallReport, caller: str) -> NewCall:
    """The call as it is kept, with the script that led it and the time promised for the next call."""
    script = await followed_script(conn, item, report)
    await end_dial(conn, item.id, caller)
    dialled, talk_seconds = await _dialled(conn, item, report.dialled)
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
        await forbid_company(conn, lead, caller)
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
        callback_at=report.callback_at if report.outcome is CallOutcome.CALLBACK else None,
        personal=report.personal and report.outcome is CallOutcome.CALLBACK,
        other_number_left=other_number_left,
        reason=report.reason,
    )
    await outbox.signal(conn, item.workflow_id, "call_answered", answer, hold=hold)
    await publish(conn, "call_answered", item_id=item.id, outcome=report.outcome.value)
