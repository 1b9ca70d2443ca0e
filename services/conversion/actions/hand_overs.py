"""A manager takes an offered lead or declines it; a supervisor may do either for anybody."""

from __future__ import annotations

from services.chassis import outbox, person_names, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.events import publish
from services.chassis.sentences import said
from services.chassis.webhooks import announce
from services.conversion.actions.deals import SUPERVISOR, now, policy_of
from services.conversion.actions.meeting_hand_over import due_with, hand_meetings_over
from services.conversion.actions.meeting_holds import confirm_hold
from services.conversion.actions.playbook_runs import start_at_acceptance
from services.conversion.actions.playbook_stop import stop_playbook
from services.conversion.actions.register import report_place
from services.conversion.actions.teams import check_seen_by
from services.conversion.actions.work import QUESTION_PRIORITY, open_deal_work
from services.conversion.domain import stages
from services.conversion.domain.deals import Deal, first_action, first_step_at, news
from services.conversion.domain.hand_overs import HandOverRow, decline_reason
from services.conversion.domain.stages import FINAL
from services.conversion.repository import deals, erasure, hand_overs, managers, timeline
from services.conversion.schemas.webhooks import HandOverAccepted, HandOverDeclined
from workflows.contracts.base import Done
from workflows.contracts.conversion import Accepted, AddHandOver, Declined, HandOverReason, Stage


async def accept_hand_over(conn: Connection, item_id: str, who: Principal, manager: str | None) -> Deal:
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
    if left := await hand_meetings_over(conn, deal, owner):
        next_action_at = due_with(left, next_action_at, at)
        deal = await deals.update(conn, deal.id, next_action_at=next_action_at)
    await confirm_hold(conn, deal, owner, policy)
    text = "accepted" if owner == who.person else f"assigned to {owner}"
    await timeline.add(conn, deal.id, at=at, by=who.person, kind="accepted", text=text, data={"owner": owner})
    # To the workflow the answer is the manager's, whoever pressed the key: it makes `by` the owner.
    answer = Accepted(
        event_id=f"hand-over:{item_id}", at=at, by=owner, item_id=item_id, next_action_at=next_action_at,
        stale_at=policy.stale_at(Stage.ACCEPTED, at),
    )  # fmt: skip
    await outbox.signal(conn, deal.workflow_id, "accepted", answer)
    await report_place(conn, deal, Stage.ACCEPTED, owner, event_id=answer.event_id, at=at)
    # After the acceptance: before it, the workflow is looking for a manager and ignores playbooks.
    deal = await start_at_acceptance(conn, deal, policy)
    await announce(conn, HandOverAccepted.of(deal, item_id, owner), key=item_id, at=at)
    await publish(conn, "hand_over.closed", item_id=item_id, deal_id=deal.id, state="accepted")
    return deal


async def decline_hand_over(conn: Connection, item_id: str, who: Principal, reason: str) -> Deal:
    """Refuse the lead with a reason; the workflow offers it to the next one. Raises like `accept_hand_over`."""
    row, deal = await _open(conn, item_id, who)
    if row.manager is None:
        raise Conflict("nobody is left to ask: accept it for a manager, or close the deal", code="last_offer")
    at = now()
    await work_items.complete(conn, item_id, person=who.person, result="declined", any_person=True)
    await hand_overs.close(conn, item_id, "declined", by=who.person, at=at, decline_reason=reason)
    await timeline.add(conn, deal.id, at=at, by=who.person, kind="declined", text=reason, data={"manager": row.manager})
    answer = Declined(event_id=f"hand-over:{item_id}", at=at, by=who.person, item_id=item_id, reason=reason)
    await outbox.signal(conn, deal.workflow_id, "declined", answer)
    await publish(conn, "hand_over.closed", item_id=item_id, deal_id=deal.id, state="declined", manager=row.manager)
    await announce(conn, HandOverDeclined.of(deal, item_id, row.manager), key=item_id, at=at)
    return deal


async def decline_by_choice(conn: Connection, item_id: str, who: Principal, reason: str, words: str) -> Deal:
    """Refuse the lead for one of the usual reasons, with words. Raises like `decline_hand_over` and Invalid."""
    return await decline_hand_over(conn, item_id, who, decline_reason(reason, words))


async def _open(conn: Connection, item_id: str, who: Principal) -> tuple[HandOverRow, Deal]:
    """The offer and its locked deal, if it still waits and this person may answer it."""
    deal = await deals.get(conn, (await hand_overs.get(conn, item_id)).deal_id, lock=True)
    if (await hand_overs.get(conn, item_id)).manager != who.person:
        await check_seen_by(conn, deal, who)
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


async def add_hand_over(conn: Connection, request: AddHandOver) -> Done:
    """Add another hand-over's story to the running deal; a new hard question becomes work at once."""
    deal = await deals.lock_latest(conn, request.lead_id)
    if deal is None or deal.stage in FINAL or await erasure.is_erased(conn, request.lead_id):
        return Done()
    hand_over = request.hand_over
    await person_names.learn(conn, hand_over.callers)
    deal = await deals.update(conn, deal.id, **news(deal, hand_over))
    text = said(f"handed over again: {hand_over.reason.replace('_', ' ')}")
    data = {"hand_over": hand_over.id, "question": hand_over.question, "needs": hand_over.needs,
            "story": hand_over.story}  # fmt: skip
    await timeline.add(
        conn, deal.id, at=now(), by=hand_over.sourced_by or "lead_gen", kind="hand_over", text=text, data=data
    )
    await stop_playbook(conn, deal, "handed over again")
    if hand_over.reason is HandOverReason.HARD_QUESTION and hand_over.question and deal.owner:
        payload: dict[str, object] = {"level": 1, "text": hand_over.question}
        await open_deal_work(conn, deal, request.key, "reminder", deal.owner, QUESTION_PRIORITY, payload)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)
    return Done()
