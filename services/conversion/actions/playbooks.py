"""A playbook at work on a deal: begun, and carried out step by step."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.mail import NewMail, queue_mail
from services.chassis.work_items import NewItem
from services.conversion.actions.deals import now, policy_of
from services.conversion.actions.playbook_stop import PURPOSE, decide_next, is_playbooks, tell
from services.conversion.domain import playbooks as rules
from services.conversion.domain.deals import Deal
from services.conversion.domain.mail_fields import MAIL_FIELDS
from services.conversion.domain.playbooks import MARK, Kind, Run, RunStep, SavedPlaybook
from services.conversion.domain.policy import Policy
from services.conversion.domain.stages import WORKED
from services.conversion.repository import absences, deals, managers, playbooks, templates, timeline
from workflows.contracts.conversion import PlaybookStepDone, RunPlaybookStep

_PRIORITY = 4


async def choose_playbook(conn: Connection, deal: Deal) -> SavedPlaybook | None:
    """The playbook that fits the deal best: the highest priority, then the first name; none if none fits."""
    fitting = [one for one in await playbooks.newest(conn, 500) if rules.fits(one.body, rules.facts_of(deal)) is None]
    return min(fitting, key=lambda one: (-one.body.priority, one.name), default=None)


async def start_playbook(conn: Connection, deal: Deal, playbook: SavedPlaybook, by: str) -> Run:
    """Begin with the first step. Raises Conflict `playbook_runs` when one is at work on this lead.

    The deal's next step is the playbook's, unless somebody has promised the lead another one.
    """
    run = await playbooks.start(conn, deal, playbook, by)
    event = await timeline.add(
        conn, deal.id, at=now(), by=by, kind="playbook", text=f"playbook {playbook.name}/{playbook.version} begins",
        data={"run_id": run.id},
    )  # fmt: skip
    step, next_action_at = await plan_next(conn, deal, run, ours=not await _promised(conn, deal))
    await tell(conn, deal, run, step, event, next_action_at=next_action_at)
    return run


async def start_with_deal(conn: Connection, deal: Deal, policy: Policy) -> Deal:
    """By policy, the best playbook begins at the acceptance: never before a question or a wish of the lead."""
    waits = deal.wished_meeting is not None or _asked(deal)
    fitting = await choose_playbook(conn, deal) if policy.playbook_on_accept and not waits else None
    if fitting is None:
        return deal
    await start_playbook(conn, deal, fitting, "policy")
    return await deals.get(conn, deal.id)


def _asked(deal: Deal) -> bool:
    return deal.question is not None and deal.question_answered_at is None


async def _promised(conn: Connection, deal: Deal) -> bool:
    """Whether the deal's next step is one that the lead waits for, or that its owner has planned."""
    if deal.promise == "open" or _asked(deal):
        return True
    own = await timeline.last_text(conn, deal.id, "next_step")
    ahead = deal.next_action_at is not None and deal.next_action_at > now()
    return own is not None and own == deal.next_action and ahead


async def run_due_step(conn: Connection, request: RunPlaybookStep) -> PlaybookStepDone:
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
        put_off = step.model_copy(update={"due_at": free})
        later = await follow(conn, deal, put_off, policy) if is_playbooks(deal, step) else None
        return PlaybookStepDone(due_at=free, next_action_at=later)
    if step.kind == "mail" and await _mail(conn, deal, run, step, policy):
        return await _done(conn, deal, run, step, f"mail {step.template}")
    if step.kind == "wait":
        return await _done(conn, deal, run, step, "waited")
    return await _open_work(conn, deal, run, step, policy, at)


async def _when_possible(conn: Connection, deal: Deal, step: RunStep, policy: Policy, at: datetime) -> datetime:
    """Not before its time nor outside business hours, not too soon after the last contact, and what a person does
    not while its owner is away."""
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
    """The step is a person's: it is the deal's next action, and its overdue reminders are the usual ones.

    An action of the owner's own stays; the step is in the list of work all the same.
    """
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
    kind: Kind = "call" if step.kind == "mail" else step.kind
    await playbooks.set_step(conn, step, state="open", kind=kind, text=text)
    next_action_at = None
    if is_playbooks(deal, step):
        next_action_at = policy.calendar.add(at, policy.first_step_within)
        await deals.update(conn, deal.id, next_action=text[:200], next_action_at=next_action_at)
    await timeline.add(conn, deal.id, at=at, by="playbook", kind="playbook", text=f"to do: {text}")
    await publish(conn, "work.opened", item_id=opened.id, deal_id=deal.id, item_kind="playbook", assignee=deal.owner)
    return PlaybookStepDone(what=f"{step.kind} for {deal.owner}", next_action_at=next_action_at)


async def _done(conn: Connection, deal: Deal, run: Run, step: RunStep, what: str) -> PlaybookStepDone:
    await playbooks.set_step(conn, step, state="done", result=what)
    await timeline.add(conn, deal.id, at=now(), by="playbook", kind="playbook", text=what)
    following, next_action_at = await plan_next(conn, deal, run, ours=is_playbooks(deal, step))
    return PlaybookStepDone(what=what, due_at=following.due_at if following else None, next_action_at=next_action_at)


async def plan_next(conn: Connection, deal: Deal, run: Run, *, ours: bool) -> tuple[RunStep | None, datetime | None]:
    """Plan what comes next; a run without further steps is finished.

    With `ours`, the deal's next step follows the playbook: the second value is when it is due then.
    """
    policy = await policy_of(conn, deal)
    if not run.steps_left:
        await playbooks.end(conn, run.id, "finished", None)
        await timeline.add(conn, deal.id, at=now(), by="playbook", kind="playbook", text="playbook finished")
        over = "the playbook is over: decide what comes next"
        return None, await decide_next(conn, deal, policy, over) if ours else None
    step, left = run.steps_left[0], run.steps_left[1:]
    due = rules.due_at(
        step, since=now(), last_contact=await last_contact(conn, deal), min_gap=policy.playbook_min_gap,
        calendar=policy.calendar,
    )  # fmt: skip
    run = await playbooks.set_left(conn, run.id, run.track, left)
    planned = await playbooks.plan(conn, run, step, due)
    return planned, await follow(conn, deal, planned, policy) if ours else None


async def follow(conn: Connection, deal: Deal, step: RunStep, policy: Policy) -> datetime:
    """Make a planned step the deal's next one, late only when the manager could have done it; when that is."""
    what = f"{MARK}{step.text or step.template or step.kind}"[:200]
    next_action_at = policy.calendar.add(step.due_at, policy.first_step_within)
    await deals.update(conn, deal.id, next_action=what, next_action_at=next_action_at)
    return next_action_at


async def last_contact(conn: Connection, deal: Deal) -> datetime | None:
    """When anybody of ours was last in touch with the lead: this tier, its playbooks, or the caller before."""
    ours = await playbooks.last_contact(conn, deal.lead_id, deal.id)
    return max([*(call.at for call in deal.story), *([ours] if ours else [])], default=None)


async def earliest_contact(conn: Connection, deal: Deal, policy: Policy) -> datetime | None:
    """From when on a step may touch the lead again; none if nobody ever did."""
    contact = await last_contact(conn, deal)
    return policy.calendar.add(contact, policy.playbook_min_gap) if contact else None
