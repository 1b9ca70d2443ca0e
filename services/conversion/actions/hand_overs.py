"""A manager takes an offered lead or declines it; a supervisor may do either for anybody."""

from __future__ import annotations

from datetime import datetime

from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.events import publish
from services.conversion.actions import playbooks
from services.conversion.actions.deals import SUPERVISOR, now, policy_of
from services.conversion.actions.meeting_holds import confirm_hold
from services.conversion.actions.meetings import hand_meetings_over
from services.conversion.domain import stages
from services.conversion.domain.deals import Deal
from services.conversion.domain.hand_overs import HandOverRow
from services.conversion.domain.policy import Policy
from services.conversion.repository import deals, hand_overs, managers, timeline
from workflows.contracts.conversion import Accepted, Declined, Stage


async def accept(conn: Connection, item_id: str, who: Principal, manager: str | None) -> Deal:
    """Take the lead, for oneself or (supervisor only) for `manager`.

    Raises NotFound, Forbidden `not_owner` / `wrong_role`, Conflict `already_closed`, Invalid on `manager`.
    """
    row, deal = await _open(conn, item_id, who)
    owner = await _owner(conn, row, who, manager)
    at = now()
    policy = await policy_of(conn, deal)
    next_action_at = first_step_at(deal, policy, at)
    await work_items.complete(conn, item_id, person=who.person, result="accepted", any_person=True)
    await hand_overs.close(conn, item_id, "accepted", by=who.person, at=at)
    deal = await deals.update(
        conn,
        deal.id,
        stage=Stage.ACCEPTED,
        stage_since=at,
        owner=owner,
        last_owner=owner,
        accepted_at=at,
        first_contact_at=None,
        next_action=first_action(deal),
        next_action_at=next_action_at,
    )
    await hand_meetings_over(conn, deal, owner)
    await confirm_hold(conn, deal, owner, policy)
    text = "accepted" if owner == who.person else f"assigned to {owner}"
    await timeline.add(conn, deal.id, at=at, by=who.person, kind="accepted", text=text, data={"owner": owner})
    # To the workflow the answer is the manager's, whoever pressed the key: it makes `by` the owner.
    answer = Accepted(
        event_id=f"hand-over:{item_id}", at=at, by=owner, item_id=item_id, next_action_at=next_action_at,
        stale_at=policy.stale_at(Stage.ACCEPTED, at),
    )  # fmt: skip
    await outbox.signal(conn, deal.workflow_id, "accepted", answer)
    # After the acceptance: before it, the workflow looks for a manager and would hear nothing of a playbook.
    deal = await playbooks.start_with_deal(conn, deal, policy)
    await publish(conn, "hand_over.closed", item_id=item_id, deal_id=deal.id, state="accepted")
    return deal


async def decline(conn: Connection, item_id: str, who: Principal, reason: str) -> Deal:
    """Refuse the lead with a reason; the workflow offers it to the next one. Raises like `accept`."""
    row, deal = await _open(conn, item_id, who)
    if row.manager is None:
        raise Conflict("nobody is left to ask: accept it for a manager, or close the deal", code="last_offer")
    at = now()
    await work_items.complete(conn, item_id, person=who.person, result="declined", any_person=True)
    await hand_overs.close(conn, item_id, "declined", by=who.person, at=at, decline_reason=reason)
    await timeline.add(conn, deal.id, at=at, by=who.person, kind="declined", text=reason, data={"manager": row.manager})
    answer = Declined(event_id=f"hand-over:{item_id}", at=at, by=who.person, item_id=item_id, reason=reason)
    await outbox.signal(conn, deal.workflow_id, "declined", answer)
    await publish(conn, "hand_over.closed", item_id=item_id, deal_id=deal.id, state="declined")
    return deal


async def _open(conn: Connection, item_id: str, who: Principal) -> tuple[HandOverRow, Deal]:
    """The offer and its locked deal, if it still waits and this person may answer it."""
    deal = await deals.get(conn, (await hand_overs.get(conn, item_id)).deal_id, lock=True)
    # Read again under the lock: it may have been answered or withdrawn while this request waited.
    row = await hand_overs.get(conn, item_id)
    if who.role != SUPERVISOR and row.manager != who.person:
        raise Forbidden("this lead was offered to somebody else", code="not_owner")
    if row.state != "open":
        raise Conflict(f"this hand-over is already {row.state}", code="already_closed", detail={"state": row.state})
    stages.require(deal.stage, {Stage.OFFERED})
    return row, deal


async def _owner(conn: Connection, row: HandOverRow, who: Principal, manager: str | None) -> str:
    if manager is None or manager == who.person:
        return row.manager or who.person
    if who.role != SUPERVISOR:
        raise Forbidden("only a supervisor assigns a lead to somebody else", code="wrong_role", field="manager")
    found = await managers.find(conn, manager)
    if found is None or not found.active:
        raise Invalid("is not an active manager", field="manager")
    return manager


def first_step_at(deal: Deal, policy: Policy, at: datetime) -> datetime:
    """When the owner must have taken the first step: by the policy, or earlier if the lead was promised so."""
    usual = policy.calendar.add(at, policy.first_step_within)
    return min(usual, deal.promised_by) if deal.promise == "open" and deal.promised_by else usual


def first_action(deal: Deal) -> str:
    """What a new owner does first."""
    if deal.question is not None and deal.question_answered_at is None:
        return "answer the question"
    if deal.wished_meeting is not None:
        return "confirm the meeting they wished for"
    return stages.FIRST_CONTACT
