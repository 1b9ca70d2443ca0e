"""A manager's step in a deal: who may take it, and how it becomes record, timeline and signal in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.events import publish
from services.chassis.sentences import said
from services.conversion.actions.playbook_stop import stop_playbook
from services.conversion.actions.register import report_answer
from services.conversion.actions.teams import deal_seen
from services.conversion.domain import stages
from services.conversion.domain.deals import Deal
from services.conversion.domain.offers import OfferState
from services.conversion.domain.policy import Policy, StepKind
from services.conversion.repository import deals, meetings, offers, timeline
from services.conversion.repository.policies import policies
from workflows.contracts.conversion import AnsweredQuestion, DealMoved, Stage

SUPERVISOR = "supervisor"
# Beyond these stages the lead has answered and needs no more warming up.
_WARMING = frozenset({Stage.ACCEPTED, Stage.INFORMING})
SUPERVISOR_GROUP = "supervisor"
"""Group of work items that lie with whichever supervisor looks next."""


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Step:
    """One step of a deal. `what` goes into the workflow's story, so it holds no contact data; `text` may.

    It moves the deal to `stage`, or is refused; or `towards` one, as far as the stages on the way let it in.
    """

    kind: str
    what: str
    next_action: str
    next_action_at: datetime
    stage: Stage | None = None
    towards: Stage | None = None
    text: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    answered: AnsweredQuestion | None = None


async def deal_for(
    conn: Connection, deal_id: str, who: Principal, *, allowed: Collection[Stage] = stages.WORKED
) -> Deal:
    """The deal, locked, if this person may act on it in its stage.

    Raises NotFound, Forbidden `not_owner`, Conflict `wrong_state`.
    """
    deal = await deal_seen(conn, deal_id, who, lock=True)
    # A deal that waits for a manager has no owner; its stage is the better explanation.
    if deal.owner is not None or deal.stage in allowed:
        check_owner(deal, who)
    stages.require(deal.stage, allowed)
    return deal


def owns(deal: Deal, who: Principal) -> bool:
    """Whether this is the deal's owner or a supervisor: who may act on it, and sees the numbers of its contact."""
    return who.role == SUPERVISOR or (deal.owner == who.person and not who.is_ops)


def check_owner(deal: Deal, who: Principal) -> None:
    """Raise Forbidden `not_owner` unless this is the deal's owner or a supervisor."""
    if not owns(deal, who):
        raise Forbidden("this deal is another manager's", code="not_owner")


async def take_step(conn: Connection, deal: Deal, who: Principal, step: Step) -> Deal:
    """Carry out a step: stage, next action, timeline, and the signal; reminders of the step before are over."""
    at = now()
    event_id = await timeline.add(
        conn, deal.id, at=at, by=who.person, kind=step.kind, text=step.text or step.what, data=step.data
    )
    stage = await _stage_after(conn, deal, step)
    since = deal.stage_since if stage is deal.stage else at
    if step.kind == "meeting_booked":
        await stop_playbook(conn, deal, "a meeting is booked", met="meeting")
    elif stage is not deal.stage and stage not in _WARMING:
        await stop_playbook(conn, deal, "the lead goes further")
    changes = {
        "stage": stage,
        "stage_since": since,
        "promise": stages.kept(deal.promise, deal.promised_by, at),
        "next_action": step.next_action,
        "next_action_at": step.next_action_at,
        "first_contact_at": deal.first_contact_at or at,
        **step.changes,
    }
    moved = await deals.update(conn, deal.id, **changes)
    over = ["reminder", "stale"] if stage is not deal.stage else ["reminder"]
    await close_work(conn, deal, over, step.what)
    answer = DealMoved(
        event_id=f"moved:{event_id}", at=at, by=who.person, what=step.what, answered=step.answered, stage=stage,
        next_action_at=step.next_action_at, stale_at=(await policy_of(conn, deal)).stale_at(stage, since),
    )  # fmt: skip
    await outbox.signal(conn, deal.workflow_id, "moved", answer)
    if step.answered is not None:
        await report_answer(conn, deal, step.answered, who.person, event_id=answer.event_id, at=at)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=stage.value)
    return moved


async def close_work(conn: Connection, deal: Deal, kinds: Sequence[str], result: str) -> None:
    """Cancel the lead's open work items of these kinds: what they asked for is done, or of no use any more."""
    for item in await work_items.cancel_for_lead(conn, deal.lead_id, kinds=kinds, result=result):
        await publish(conn, "work.closed", item_id=item.id, deal_id=deal.id, item_kind=item.kind)


async def close_offers(conn: Connection, deal: Deal, state: OfferState) -> list[str]:
    """Close the deal's offers that wait for an answer; their ids."""
    closed = await offers.close_open(conn, deal.id, state)
    for offer_id in closed:
        await publish(conn, "offer.changed", offer_id=offer_id, deal_id=deal.id, state=state)
    return closed


async def policy_of(conn: Connection, deal: Deal) -> Policy:
    """The rules this deal began with."""
    return await policies.rules(conn, deal.policy_version)


async def _stage_after(conn: Connection, deal: Deal, step: Step) -> Stage:
    known = step.changes.get("qualification")
    if step.towards is not None:
        entry = (await policy_of(conn, deal)).entry
        return stages.furthest(deal.stage, step.towards, await _known_and_done(conn, deal, known), entry)
    stage = stages.advance(deal.stage, step.stage or deal.stage)
    if stage is not deal.stage:
        await check_entry(conn, deal, stage)
    return stage


async def qualify_deal(conn: Connection, deal: Deal, who: Principal, facts: Mapping[str, str | None]) -> Deal:
    """Write down what was learned; facts that are not given stay. The stage follows once enough is known."""
    policy = await policy_of(conn, deal)
    known = {**(deal.qualification or {}), **{name: fact for name, fact in facts.items() if fact is not None}}
    known = {name: known.get(name) for name in stages.FACTS}
    unknown = stages.missing(known, policy.entry.get(Stage.QUALIFIED, []))
    # A meeting may have been agreed on before anything else was known.
    met = any(meeting.state in ("booked", "held") for meeting in await meetings.of_deal(conn, deal.id))
    step = Step(
        kind="qualification",
        what="asked for the need" if unknown else "qualified",
        towards=Stage.MEETING if met else Stage.QUALIFIED,
        next_action=stages.to_find_out(unknown) if unknown else said("arrange a meeting or make an offer"),
        next_action_at=policy.next_step(StepKind.INFORMED if unknown else StepKind.QUALIFIED, now()),
        data=known,
        changes={"qualification": known},
    )
    return await take_step(conn, deal, who, step)


async def plan_next_step(conn: Connection, deal: Deal, who: Principal, what: str, at: datetime) -> Deal:
    """Set the next step by hand. The text stays in the record: it may name the person. Raises Invalid on `at`."""
    if at <= now():
        raise Invalid("must be in the future", field="at")
    step = Step(
        kind="next_step",
        what="next step planned",
        text=what,
        towards=Stage.INFORMING,
        next_action=what,
        next_action_at=at,
        data={"at": at},
    )
    return await take_step(conn, deal, who, step)


async def move_to_stage(conn: Connection, deal: Deal, who: Principal, stage: Stage, text: str | None) -> Deal:
    """Move a deal on by hand, e.g. from the offer to negotiating. Raises Conflict `wrong_state`, `not_qualified`."""
    if stages.PATH.index(stage) <= stages.PATH.index(deal.stage):
        raise Conflict(
            f"the deal is already in {deal.stage}; a deal only moves forward, unless it is lost or put to sleep",
            code="wrong_state",
            field="stage",
            detail={"stage": deal.stage.value},
        )
    step = Step(
        kind="stage",
        what=f"now {stage.value}",
        text=text,
        stage=stage,
        next_action=deal.next_action or said("next step"),
        next_action_at=(await policy_of(conn, deal)).next_step(StepKind.STAGE_SET, now()),
    )
    return await take_step(conn, deal, who, step)


async def check_entry(conn: Connection, deal: Deal, stage: Stage) -> None:
    """Raise Conflict `not_qualified`, naming what this stage and those passed over ask for and the deal lacks."""
    entry = (await policy_of(conn, deal)).entry
    if any(entry.get(one) for one in stages.entered(deal.stage, stage)):
        stages.check_entry(deal.stage, stage, await _known_and_done(conn, deal), entry)


async def _known_and_done(
    conn: Connection, deal: Deal, known: Mapping[str, str | None] | None = None
) -> dict[str, object]:
    """The facts of a deal (`known`, as they are about to be written) and what was done for it."""
    met = {meeting.state for meeting in await meetings.of_deal(conn, deal.id)}
    offered = {offer.state for offer in await offers.of_deal(conn, deal.id)}
    return {**(known or deal.qualification or {}), **stages.deeds(met, offered)}


async def write_note(conn: Connection, deal: Deal, who: Principal, text: str) -> Deal:
    """Add a note. The deal does not move, and the workflow need not know."""
    await timeline.add(conn, deal.id, at=now(), by=who.person, kind="note", text=text)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)
    return deal
