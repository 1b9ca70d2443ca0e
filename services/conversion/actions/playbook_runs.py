"""A playbook at work on a deal: started, carried out step by step, and stopped by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.mail import NewMail, queue_mail
from services.chassis.sentences import said
from services.conversion.actions.deals import now, policy_of
from services.conversion.actions.playbook_stop import PURPOSE, decide_next, stop_playbook, tell_workflow
from services.conversion.actions.work import open_deal_work
from services.conversion.domain import playbooks as rules
from services.conversion.domain.deals import Deal
from services.conversion.domain.mail_fields import MAIL_FIELDS, values_of
from services.conversion.domain.playbook_runs import LONGEST_ACTION, Run, RunStep, action_of, is_next_action
from services.conversion.domain.playbooks import Kind, SavedPlaybook
from services.conversion.domain.policy import Policy
from services.conversion.domain.stages import WORKED
from services.conversion.repository import absences, deals, managers, playbook_runs, playbooks, templates, timeline
from workflows.contracts.conversion import PlaybookStepDone, RunPlaybookStep

_PRIORITY = 4
_MOST_PLAYBOOKS = 500


async def start_playbook(conn: Connection, deal: Deal, name: str | None, who: Principal) -> Run:
    """Start the playbook of this name, or without one whichever fits the deal best.

    Raises Invalid on `name`, Conflict `no_playbook` when none fits, `playbook_runs` when one is at work on this lead.
    """
    if name is not None:
        chosen = await playbooks.find(conn, name)
        if chosen is None:
            raise Invalid(f"there is no playbook {name}", field="name")
    else:
        chosen = rules.best_fit(await playbooks.newest(conn, _MOST_PLAYBOOKS), deal)
        if chosen is None:
            raise Conflict("no playbook fits this deal", code="no_playbook")
    return await _start(conn, deal, chosen, who.person)


async def start_at_acceptance(conn: Connection, deal: Deal, policy: Policy) -> Deal:
    """By policy, the best playbook starts at the acceptance, unless the lead has a question or a wish first."""
    if not policy.playbook_on_accept or deal.wished_meeting is not None or deal.open_question is not None:
        return deal
    fitting = rules.best_fit(await playbooks.newest(conn, _MOST_PLAYBOOKS), deal)
    if fitting is None:
        return deal
    await _start(conn, deal, fitting, "policy")
    return await deals.get(conn, deal.id)


async def stop_by_hand(conn: Connection, deal: Deal, who: Principal) -> Run:
    """Stop the playbook at work on a deal. Raises Conflict `no_playbook`."""
    if not await stop_playbook(conn, deal, f"stopped by {who.person}"):
        raise Conflict("no playbook is running on this deal", code="no_playbook")
    return (await playbook_runs.of_deal(conn, deal.id))[0]


async def _start(conn: Connection, deal: Deal, playbook: SavedPlaybook, by: str) -> Run:
    """Begin with the first step; it becomes the deal's next one unless somebody has promised the lead another."""
    run = await playbook_runs.start(conn, deal, playbook, by)
    text = said(f"playbook {playbook.name}/{playbook.version} begins")
    event = await timeline.add(conn, deal.id, at=now(), by=by, kind="playbook", text=text, data={"run_id": run.id})
    step, next_action_at = await plan_next(conn, deal, run, ours=not await _promised(conn, deal))
    await tell_workflow(conn, deal, run, step, event, next_action_at=next_action_at)
    return run


async def _promised(conn: Connection, deal: Deal) -> bool:
    """Whether the deal's next step is one that the lead waits for, or that its owner has planned."""
    if deal.promise == "open" or deal.open_question is not None:
        return True
    own = await timeline.last_text(conn, deal.id, "next_step")
    ahead = deal.next_action_at is not None and deal.next_action_at > now()
    return own is not None and own == deal.next_action and ahead


async def run_due_step(conn: Connection, request: RunPlaybookStep) -> PlaybookStepDone:
    """The workflow's timer has fired: carry out the step that is due, or say when it really is."""
    deal = await deals.get(conn, request.deal_id, lock=True)
    run = await playbook_runs.running(conn, deal.id)
    step = await playbook_runs.ahead(conn, run.id) if run else None
    if run is None or step is None or step.state != "planned" or deal.stage not in WORKED:
        return PlaybookStepDone()
    policy, at = await policy_of(conn, deal), now()
    free = await _when_possible(conn, deal, step, policy, at)
    if free > at:
        await playbook_runs.set_step(conn, step, due_at=free)
        put_off = step.model_copy(update={"due_at": free})
        later = await follow(conn, deal, put_off, policy) if is_next_action(deal, step) else None
        return PlaybookStepDone(due_at=free, next_action_at=later)
    if step.kind == "mail" and await _mail(conn, deal, run, step, policy):
        return await _done(conn, deal, run, step, f"mail {step.template}")
    if step.kind == "wait":
        return await _done(conn, deal, run, step, "waited")
    return await _open_work(conn, deal, run, step, policy, at)


async def _when_possible(conn: Connection, deal: Deal, step: RunStep, policy: Policy, at: datetime) -> datetime:
    """From when the step may be done: in business hours, and not too soon after the last contact.

    A step for a person waits until they are back.
    """
    moment = policy.calendar.add(max(at, step.due_at), timedelta(0))
    if step.kind != "wait":
        moment = max(moment, await earliest_contact(conn, deal, policy) or moment)
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
        subject=MAIL_FIELDS.fill(template.subject, values),
        text=MAIL_FIELDS.fill(template.body, values),
        lead_id=deal.lead_id,
        reply_to=owner.email if owner else None,
        attachments=await templates.files(conn, template.name),
    )
    await queue_mail(conn, mail)
    return True


async def _open_work(
    conn: Connection, deal: Deal, run: Run, step: RunStep, policy: Policy, at: datetime
) -> PlaybookStepDone:
    """A person does the step: it becomes the deal's next action, with the usual reminders when it is overdue.

    An action that the owner planned stays; the step is in their list of work all the same.
    """
    text = step.text or f"call instead of the mail {step.template}: no address is known"
    payload = {"text": text, "run_id": run.id, "number": step.number}
    await open_deal_work(conn, deal, f"playbook:{run.id}:{step.number}", "playbook", deal.owner, _PRIORITY, payload)
    kind: Kind = "call" if step.kind == "mail" else step.kind
    await playbook_runs.set_step(conn, step, state="open", kind=kind, text=text)
    next_action_at = None
    if is_next_action(deal, step):
        next_action_at = policy.calendar.add(at, policy.first_step_within)
        await deals.update(conn, deal.id, next_action=text[:LONGEST_ACTION], next_action_at=next_action_at)
    await timeline.add(conn, deal.id, at=at, by="playbook", kind="playbook", text=said(f"to do: {text}"))
    return PlaybookStepDone(what=f"{step.kind} for {deal.owner}", next_action_at=next_action_at)


async def _done(conn: Connection, deal: Deal, run: Run, step: RunStep, what: str) -> PlaybookStepDone:
    await playbook_runs.set_step(conn, step, state="done", result=what)
    await timeline.add(conn, deal.id, at=now(), by="playbook", kind="playbook", text=what)
    following, next_action_at = await plan_next(conn, deal, run, ours=is_next_action(deal, step))
    return PlaybookStepDone(what=what, due_at=following.due_at if following else None, next_action_at=next_action_at)


async def plan_next(conn: Connection, deal: Deal, run: Run, *, ours: bool) -> tuple[RunStep | None, datetime | None]:
    """Plan what comes next; a run without further steps is finished.

    With `ours`, the deal's next step follows the playbook: the second value is when it is due then.
    """
    policy = await policy_of(conn, deal)
    if not run.steps_left:
        await playbook_runs.end(conn, run.id, "finished", None)
        await timeline.add(conn, deal.id, at=now(), by="playbook", kind="playbook", text=said("playbook finished"))
        over = "the playbook is over: decide what comes next"
        return None, await decide_next(conn, deal, policy, over) if ours else None
    step, left = run.steps_left[0], run.steps_left[1:]
    due = rules.due_at(
        step, since=now(), last_contact=await last_contact(conn, deal), min_gap=policy.playbook_min_gap,
        calendar=policy.calendar,
    )  # fmt: skip
    run = await playbook_runs.set_left(conn, run.id, run.track, left)
    planned = await playbook_runs.plan_step(conn, run, step, due)
    return planned, await follow(conn, deal, planned, policy) if ours else None


async def follow(conn: Connection, deal: Deal, step: RunStep, policy: Policy) -> datetime:
    """Make a planned step the deal's next one; when it is due, which leaves the manager the time to do it."""
    next_action_at = policy.calendar.add(step.due_at, policy.first_step_within)
    await deals.update(conn, deal.id, next_action=action_of(step), next_action_at=next_action_at)
    return next_action_at


async def last_contact(conn: Connection, deal: Deal) -> datetime | None:
    """When anybody last contacted the lead: this tier, its playbooks, or the caller before."""
    ours = await playbook_runs.last_contact(conn, deal.lead_id, deal.id)
    return max([*(call.at for call in deal.story), *([ours] if ours else [])], default=None)


async def earliest_contact(conn: Connection, deal: Deal, policy: Policy) -> datetime | None:
    """From when on a step may touch the lead again; none if nobody ever did."""
    contact = await last_contact(conn, deal)
    return policy.calendar.add(contact, policy.playbook_min_gap) if contact else None
