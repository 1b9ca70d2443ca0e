"""A playbook at work on a deal: started, carried out step by step, answered, stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.http import publish
from services.chassis.mail import NewMail, queue_mail, withdraw_mails
from services.chassis.work_items import NewItem
from services.conversion.actions.steps import now, policy_of
from services.conversion.domain import playbook as rules
from services.conversion.domain.playbook import Response, Step
from services.conversion.domain.policy import Policy
from services.conversion.domain.stages import WORKED
from services.conversion.domain.template import render
from services.conversion.records import Deal
from services.conversion.repository import absences, deals, managers, playbooks, templates, timeline
from services.conversion.repository.playbooks import Run, RunStep, SavedPlaybook
from workflows.contracts.conversion import PlaybookPlanned, PlaybookStepDone, RunPlaybookStep

PURPOSE = "playbook"
_PRIORITY = 4
EXAMPLE: dict[str, str | None] = {
    "company": "Wind Ltd",
    "contact_name": "Olena Koval",
    "city": "Kyiv",
    "industry": "Furniture",
    "manager": "Anna Melnyk",
    "need": "a truck to Lviv every week",
    "seller": "Leadrelay",
}
"""Fields of a lead that does not exist, for previews."""


def facts_of(deal: Deal) -> dict[str, object]:
    """What entry rules look at."""
    contact = deal.contact
    return {
        "stage": deal.stage.value,
        "reason": deal.reason.value,
        "segment": deal.segment,
        "language": contact.language,
        "region": contact.region,
        "industry": contact.industry,
        "campaign_id": deal.campaign_id,
        "needs": deal.needs,
        "email": contact.email,
    }


async def choose(conn: Connection, deal: Deal) -> SavedPlaybook | None:
    """The playbook that fits the deal best: the highest priority, then the first name; none if none fits."""
    fitting = [one for one in await playbooks.newest(conn, 500) if rules.fits(one.body, facts_of(deal)) is None]
    return min(fitting, key=lambda one: (-one.body.priority, one.name), default=None)


async def start(conn: Connection, deal: Deal, playbook: SavedPlaybook, by: str) -> Run:
    """Begin with the first step. Raises Conflict `playbook_runs` when one is at work on this lead."""
    run = await playbooks.start(conn, deal, playbook, by)
    await timeline.add(
        conn, deal.id, at=now(), by=by, kind="playbook", text=f"playbook {playbook.name}/{playbook.version} begins",
        data={"run_id": run.id},
    )  # fmt: skip
    await _tell(conn, deal, run, await _plan_next(conn, deal, run), f"start:{run.id}")
    return run


async def stop(conn: Connection, deal: Deal, reason: str) -> bool:
    """End what is at work on a deal, with its open work and its mails that have not gone; False if nothing was."""
    run = await playbooks.running(conn, deal.id)
    if run is None:
        return False
    await playbooks.end(conn, run.id, "stopped", reason)
    await work_items.cancel_for_lead(conn, deal.lead_id, kinds=["playbook"], result=reason)
    await withdraw_mails(conn, deal.lead_id, purpose=PURPOSE)
    await timeline.add(conn, deal.id, at=now(), by="playbook", kind="playbook", text=f"playbook stopped: {reason}")
    await _tell(conn, deal, run, None, f"stop:{run.id}")
    return True


async def run_due(conn: Connection, request: RunPlaybookStep) -> PlaybookStepDone:
    """The workflow's timer has come: carry out the step that is due, or say when it really is."""
    deal = await deals.get(conn, request.deal_id, lock=True)
    run = await playbooks.running(conn, deal.id)
    step = await playbooks.ahead(conn, run.id) if run else None
    if run is None or step is None or step.state != "planned" or deal.stage not in WORKED:
        return PlaybookStepDone()
    policy, at = await policy_of(conn, deal), now()
    free = await _when_possible(conn, deal, step, policy, at)
    if free > at:
        await playbooks.set_step(conn, step, due_at=free)
        return PlaybookStepDone(due_at=free)
    if step.kind == "mail" and await _mail(conn, deal, run, step, policy):
        return await _done(conn, deal, run, step, f"mail {step.template}")
    if step.kind == "wait":
        return await _done(conn, deal, run, step, "waited")
    return await _open_work(conn, deal, run, step, policy, at)


async def _when_possible(conn: Connection, deal: Deal, step: RunStep, policy: Policy, at: datetime) -> datetime:
    """Not before its time, not outside business hours, and what a person does not while he is away."""
    moment = policy.calendar.add(max(at, step.due_at), timedelta(0))
    if step.kind in ("call", "meeting") and deal.owner:
        for away in await absences.of_manager(conn, deal.owner, at):
            if away.starts_at <= moment < away.ends_at:
                moment = policy.calendar.add(away.ends_at, timedelta(0))
    return moment


async def _mail(conn: Connection, deal: Deal, run: Run, step: RunStep, policy: Policy) -> bool:
    """Queue the step's mail; False when the lead has no address or the template is gone: then somebody calls."""
    if not deal.contact.email or not step.template:
        return False
    template = await templates.for_language(conn, step.template, [deal.contact.language, "en"])
    if template is None:
        return False
    owner = await managers.find(conn, deal.owner or "")
    values = values_of(deal, owner.name if owner else "", policy)
    mail = NewMail(
        key=f"playbook:{run.id}:{step.number}",
        purpose=PURPOSE,
        to=deal.contact.email,
        subject=render(template.subject, values),
        text=render(template.body, values),
        lead_id=deal.lead_id,
        reply_to=owner.email if owner else None,
        attachments=await templates.files(conn, template.name),
    )
    await queue_mail(conn, mail)
    return True


def values_of(deal: Deal, manager: str, policy: Policy) -> dict[str, str | None]:
    """A deal's fields for templates."""
    contact = deal.contact
    need = (deal.qualification or {}).get("need") or deal.needs
    return {
        "company": contact.company,
        "contact_name": contact.contact_name,
        "city": contact.city,
        "industry": contact.industry,
        "manager": manager,
        "need": need,
        "seller": policy.seller[0],
    }


async def _open_work(
    conn: Connection, deal: Deal, run: Run, step: RunStep, policy: Policy, at: datetime
) -> PlaybookStepDone:
    """The step is a person's: it is the deal's next action, and its overdue reminders are the usual ones."""
    text = step.text or f"call instead of the mail {step.template}: no address is known"
    item = NewItem(
        kind="playbook",
        key=f"playbook:{run.id}:{step.number}",
        workflow_id=deal.workflow_id,
        lead_id=deal.lead_id,
        priority=_PRIORITY,
        assignee=deal.owner,
        payload={"deal_id": deal.id, "text": text, "run_id": run.id, "number": step.number},
    )
    opened = await work_items.open_item(conn, item)
    await playbooks.set_step(conn, step, state="open", kind="call" if step.kind == "mail" else step.kind)
    next_action_at = policy.calendar.add(at, policy.first_step_within)
    await deals.update(conn, deal.id, next_action=text[:200], next_action_at=next_action_at)
    await timeline.add(conn, deal.id, at=at, by="playbook", kind="playbook", text=f"to do: {text}")
    await publish(conn, "work.opened", item_id=opened.id, deal_id=deal.id, item_kind="playbook", assignee=deal.owner)
    return PlaybookStepDone(what=f"{step.kind} for {deal.owner}", next_action_at=next_action_at)


async def _done(conn: Connection, deal: Deal, run: Run, step: RunStep, what: str) -> PlaybookStepDone:
    await playbooks.set_step(conn, step, state="done", result=what)
    await timeline.add(conn, deal.id, at=now(), by="playbook", kind="playbook", text=what)
    following = await _plan_next(conn, deal, run)
    return PlaybookStepDone(what=what, due_at=following.due_at if following else None)


async def finish_step(
    conn: Connection, deal: Deal, who: Principal, number: int, *, skip: bool, response: Response, note: str | None
) -> Run:
    """A manager did a step, or leaves it out; what the lead did may change the track.

    Raises Conflict `no_playbook`, `wrong_state` for a step that is not ahead.
    """
    run, step = await _ahead(conn, deal, number)
    await work_items.cancel_for_lead(conn, deal.lead_id, kinds=["playbook"], result="skipped" if skip else "done")
    what = "skipped" if skip else f"done, {response}" if response != "none" else "done"
    await playbooks.set_step(conn, step, state="skipped" if skip else "done", result=note or what)
    text = f"step {step.step_id} {what}" + (f": {note}" if note else "")
    await timeline.add(conn, deal.id, at=now(), by=who.person, kind="playbook", text=text)
    return await _respond(conn, deal, run, response, f"step:{run.id}:{number}")


async def move_step(conn: Connection, deal: Deal, who: Principal, number: int, at: datetime) -> Run:
    """A manager gives the planned step another time. Raises like `finish_step`."""
    run, step = await _ahead(conn, deal, number)
    if step.state != "planned":
        raise Conflict("this step is being done already", code="wrong_state", detail={"state": step.state})
    await playbooks.set_step(conn, step, due_at=at)
    text = f"step {step.step_id} moved to {at:%Y-%m-%d %H:%M} UTC"
    await timeline.add(conn, deal.id, at=now(), by=who.person, kind="playbook", text=text)
    await _tell(conn, deal, run, step.model_copy(update={"due_at": at}), f"move:{run.id}:{number}:{at.timestamp()}")
    return run


async def add_step(conn: Connection, deal: Deal, who: Principal, step: Step) -> Run:
    """A manager puts a step of his own before those that are left. Raises Conflict `no_playbook`."""
    run = await _running(conn, deal)
    run = await playbooks.set_left(conn, run.id, run.track, [step, *run.steps_left])
    text = f"step {step.id} added: {step.text}"
    await timeline.add(conn, deal.id, at=now(), by=who.person, kind="playbook", text=text)
    if await playbooks.ahead(conn, run.id) is None:
        await _tell(conn, deal, run, await _plan_next(conn, deal, run), f"add:{run.id}:{step.id}")
    return run


async def _respond(conn: Connection, deal: Deal, run: Run, response: Response, event: str) -> Run:
    saved = await playbooks.get(conn, run.playbook_id)
    track, left = rules.after_response(saved.body, run.track, run.steps_left, response)
    run = await playbooks.set_left(conn, run.id, track, left)
    await _tell(conn, deal, run, await _plan_next(conn, deal, run), event)
    return run


async def _plan_next(conn: Connection, deal: Deal, run: Run) -> RunStep | None:
    """Plan what comes next; a run without further steps is finished."""
    if not run.steps_left:
        await playbooks.end(conn, run.id, "finished", None)
        await timeline.add(conn, deal.id, at=now(), by="playbook", kind="playbook", text="playbook finished")
        return None
    policy = await policy_of(conn, deal)
    step, left = run.steps_left[0], run.steps_left[1:]
    due = rules.due_at(
        step, since=now(), last_contact=await playbooks.last_contact(conn, deal.lead_id),
        min_gap=policy.playbook_min_gap, calendar=policy.calendar,
    )  # fmt: skip
    run = await playbooks.set_left(conn, run.id, run.track, left)
    return await playbooks.plan(conn, run, step, due)


async def _ahead(conn: Connection, deal: Deal, number: int) -> tuple[Run, RunStep]:
    run = await _running(conn, deal)
    step = await playbooks.ahead(conn, run.id)
    if step is None or step.number != number:
        raise Conflict("this step is not the one ahead", code="wrong_state", detail={"ahead": step and step.number})
    return run, step


async def _running(conn: Connection, deal: Deal) -> Run:
    run = await playbooks.running(conn, deal.id)
    if run is None:
        raise Conflict("no playbook is at work on this deal", code="no_playbook")
    return run


async def _tell(conn: Connection, deal: Deal, run: Run, step: RunStep | None, event: str) -> None:
    """The workflow holds the timer of the step ahead."""
    due_at = step.due_at if step and step.state == "planned" else None
    answer = PlaybookPlanned(event_id=f"playbook:{event}", at=now(), by=run.started_by, due_at=due_at)
    await outbox.signal(conn, deal.workflow_id, "playbook_planned", answer, when_missing="drop")
    await publish(conn, "playbook.changed", deal_id=deal.id, run_id=run.id)


def preview(
    steps: Sequence[Step], policy: Policy, at: datetime, last_contact: datetime | None
) -> list[tuple[Step, datetime]]:
    """When each of these steps would be due if each were done on time."""
    found = []
    since, touched = at, last_contact
    for step in steps:
        due = rules.due_at(
            step, since=since, last_contact=touched, min_gap=policy.playbook_min_gap, calendar=policy.calendar
        )
        since = policy.calendar.add(due, timedelta(0))
        touched = touched if step.kind == "wait" else since
        found.append((step, since))
    return found
