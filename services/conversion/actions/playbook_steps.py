"""What a manager does with a running playbook's steps: do, skip or move them, or add their own."""

from __future__ import annotations

from datetime import datetime

from services.chassis import work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.sentences import said
from services.conversion.actions.deals import now, policy_of
from services.conversion.actions.playbook_runs import earliest_contact, follow, plan_next
from services.conversion.actions.playbook_stop import tell_workflow
from services.conversion.domain import playbooks as rules
from services.conversion.domain import stages
from services.conversion.domain.deals import Deal
from services.conversion.domain.playbook_runs import Run, RunStep, is_next_action
from services.conversion.domain.playbooks import Response, Step
from services.conversion.repository import deals, playbook_runs, playbooks, timeline


async def finish_step(
    conn: Connection, deal: Deal, who: Principal, number: int, *, skip: bool, response: Response, note: str | None
) -> Run:
    """A manager did a step, or skips it; the lead's response may change the track.

    Raises Conflict `no_playbook`, `wrong_state` for a step that is not ahead.
    """
    run, step = await _ahead(conn, deal, number)
    await work_items.cancel_for_lead(conn, deal.lead_id, kinds=["playbook"], result="skipped" if skip else "done")
    what = "skipped" if skip else f"done, {response}" if response != "none" else "done"
    await playbook_runs.set_step(conn, step, state="skipped" if skip else "done", result=note or what)
    text = f"step {step.step_id} {what}" + (f": {note}" if note else "")
    event = await timeline.add(conn, deal.id, at=now(), by=who.person, kind="playbook", text=text)
    ours = is_next_action(deal, step)
    if not skip and step.kind != "wait":
        ours = ours or deal.next_action == stages.FIRST_CONTACT
        deal = await _note_contact(conn, deal)
    if ours:
        await work_items.cancel_for_lead(conn, deal.lead_id, kinds=["reminder"], result=what)
    run = await _after(conn, run, response)
    planned, next_action_at = await plan_next(conn, deal, run, ours=ours)
    await tell_workflow(conn, deal, run, planned, event, next_action_at=next_action_at)
    return run


async def _note_contact(conn: Connection, deal: Deal) -> Deal:
    """The manager contacted the lead: note the first contact, and what becomes of a promise."""
    return await deals.update(
        conn,
        deal.id,
        first_contact_at=deal.first_contact_at or now(),
        promise=stages.kept(deal.promise, deal.promised_by, now()),
    )


async def _after(conn: Connection, run: Run, response: Response) -> Run:
    saved = await playbooks.get(conn, run.playbook_id)
    entered = {step.track for step in await playbook_runs.steps(conn, run.id)} | {run.track}
    track, left = rules.after_response(saved.body, run.track, run.steps_left, response, entered)
    return await playbook_runs.set_left(conn, run.id, track, left)


async def move_step(conn: Connection, deal: Deal, who: Principal, number: int, at: datetime) -> Run:
    """A manager gives the planned step another time. Raises like `finish_step`, and Invalid on `at`."""
    if at <= now():
        raise Invalid("must be in the future", field="at")
    run, step = await _ahead(conn, deal, number)
    if step.state != "planned":
        raise Conflict("this step has already begun", code="wrong_state", detail={"state": step.state})
    policy = await policy_of(conn, deal)
    earliest = await earliest_contact(conn, deal, policy) if step.kind != "wait" else None
    if earliest is not None and at < earliest:
        text = earliest.isoformat(timespec="minutes").replace("+00:00", "Z")
        raise Invalid(f"is too soon after the last contact; from {text} on", field="at")
    await playbook_runs.set_step(conn, step, due_at=at)
    text = said(f"step {step.step_id} moved to {at:%Y-%m-%d %H:%M} UTC")
    event = await timeline.add(conn, deal.id, at=now(), by=who.person, kind="playbook", text=text)
    moved = step.model_copy(update={"due_at": at})
    next_action_at = await follow(conn, deal, moved, policy) if is_next_action(deal, step) else None
    await tell_workflow(conn, deal, run, moved, event, next_action_at=next_action_at)
    return run


async def add_step(conn: Connection, deal: Deal, who: Principal, step: Step) -> Run:
    """Put a manager's own step before those that are left. Raises Conflict `no_playbook`."""
    run = await _running(conn, deal)
    run = await playbook_runs.set_left(conn, run.id, run.track, [step, *run.steps_left])
    text = said(f"step {step.id} added: {step.text}")
    await timeline.add(conn, deal.id, at=now(), by=who.person, kind="playbook", text=text)
    return run


async def _ahead(conn: Connection, deal: Deal, number: int) -> tuple[Run, RunStep]:
    run = await _running(conn, deal)
    step = await playbook_runs.ahead(conn, run.id)
    if step is None or step.number != number:
        raise Conflict("this is not the next step", code="wrong_state", detail={"ahead": step and step.number})
    return run, step


async def _running(conn: Connection, deal: Deal) -> Run:
    run = await playbook_runs.running(conn, deal.id)
    if run is None:
        raise Conflict("no playbook is running on this deal", code="no_playbook")
    return run
