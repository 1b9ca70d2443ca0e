"""The workflow's request "offer this lead to the next manager": deal, routing, work item, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.chassis import person_names, work_items
from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.chassis.sentences import said
from services.chassis.webhooks import announce
from services.chassis.work_items import NewItem
from services.conversion.actions.deal_closing import end_open_work
from services.conversion.actions.deals import SUPERVISOR_GROUP, now, policy_of
from services.conversion.actions.erasure import end_workflow
from services.conversion.actions.playbook_stop import stop_playbook
from services.conversion.actions.reassignment import take_offers_back
from services.conversion.actions.register import report_place
from services.conversion.actions.routing import choose, note_offer
from services.conversion.domain.deals import Deal, news, wanted_by
from services.conversion.domain.hand_overs import HandOverRow
from services.conversion.domain.routing import Routing
from services.conversion.domain.stages import FINAL
from services.conversion.repository import deals, erasure, hand_overs, managers, meetings, timeline
from services.conversion.repository.policies import policies
from services.conversion.schemas.webhooks import HandOverExpired
from workflows.contracts.conversion import (
    EscalateOffer,
    HandOverReason,
    OfferDeal,
    OfferedDeal,
    OfferEscalated,
    OfferWithdrawn,
    Stage,
    WithdrawOffer,
)

_PRIORITY: Mapping[HandOverReason, int] = {HandOverReason.HARD_QUESTION: 20, HandOverReason.INBOUND: 15}
_USUAL_PRIORITY = 5


async def offer_deal(conn: Connection, request: OfferDeal) -> OfferedDeal:
    """Open the next offer of a lead. The caller makes sure that it happens once per key."""
    at = now()
    # One choice at a time; taken before the deal's lock, in the same order by everybody.
    await managers.lock_routing(conn)
    if await erasure.is_erased(conn, request.hand_over.contact.lead_id):
        return await _not_offered(conn, request)
    latest = await deals.lock_latest(conn, request.hand_over.contact.lead_id)
    if latest and latest.stage is Stage.WON and request.hand_over.reason is HandOverReason.INBOUND:
        policy = await policies.rules(conn, latest.policy_version)
        return OfferedDeal(deal_id=latest.id, policy=policy.for_workflow(latest.policy_version), already_customer=True)
    deal = await _deal(conn, request, latest, at)
    if latest is not None and latest.stage is Stage.ASLEEP:
        # Awake again: the register must not take it for a sleeping deal any more.
        await report_place(conn, deal, Stage.OFFERED, None, event_id=request.key, at=at)
    policy = await policies.rules(conn, deal.policy_version)
    # An offer that a lost workflow left behind must not be accepted beside the new one.
    await end_open_work(conn, deal, at, "offered anew", kinds=["hand_over", "reminder"])
    await stop_playbook(conn, deal, "offered anew")
    held = await meetings.reserved_for(conn, deal.lead_id)
    sticky = (
        (held.manager if held else None) or request.hand_over.sticky_manager or (latest.last_owner if latest else None)
    )
    await meetings.keep_reserved(conn, deal.lead_id)
    priority = _PRIORITY.get(request.hand_over.reason, _USUAL_PRIORITY)
    routing = await _route(conn, request, deal, sticky, priority, at)
    row = await _open_item(conn, request, deal, routing, sticky, priority, at)
    await note_offer(conn, row, policy, at)
    with_supervisor = row.manager is None and not row.waiting
    return OfferedDeal(
        deal_id=deal.id,
        item_id=row.item_id,
        manager=row.manager,
        accept_by=row.accept_by,
        policy=policy.for_workflow(deal.policy_version),
        waiting=row.waiting,
        remind_at=policy.calendar.add(at, policy.supervisor_within) if with_supervisor else None,
    )


async def _not_offered(conn: Connection, request: OfferDeal) -> OfferedDeal:
    """The lead was erased while it was handed over: nothing is written down, and the workflow ends."""
    await end_workflow(conn, request.hand_over.contact.lead_id, "erasure")
    return OfferedDeal(deal_id="", waiting=True)


async def _deal(conn: Connection, request: OfferDeal, latest: Deal | None, at: datetime) -> Deal:
    """The lead's open deal, offered again; a new one if there is none."""
    hand_over = request.hand_over
    await person_names.learn(conn, hand_over.callers)
    if latest is None or latest.stage in FINAL:
        version = (await policies.current(conn))[0]
        return await deals.add(conn, hand_over, workflow_id=request.workflow_id, policy_version=version, at=at)
    return await deals.update(
        conn,
        latest.id,
        stage=Stage.OFFERED,
        stage_since=at,
        owner=None,
        workflow_id=request.workflow_id,
        reason=hand_over.reason,
        offered_at=latest.offered_at if latest.stage is Stage.OFFERED else at,
        next_action=None,
        next_action_at=None,
        lost_reason=None,
        return_at=None,
        **news(latest, hand_over),
    )


async def _route(
    conn: Connection, request: OfferDeal, deal: Deal, sticky: str | None, priority: int, at: datetime
) -> Routing:
    if request.to_supervisor:
        return Routing(manager=None, why="every manager asked has declined or not answered", considered=[])
    wanted = wanted_by(deal, sticky=sticky, excluded=request.excluded)
    # How to choose is today's rule, however long ago the deal began.
    policy = await policies.rules(conn)
    return await choose(conn, wanted, priority=priority, policy=policy, at=at)


async def _open_item(
    conn: Connection, request: OfferDeal, deal: Deal, routing: Routing, sticky: str | None, priority: int, at: datetime
) -> HandOverRow:
    hand_over = request.hand_over
    policy = await policies.rules(conn, deal.policy_version)
    item = await work_items.open_item(
        conn,
        NewItem(
            kind="hand_over",
            key=request.key,
            workflow_id=request.workflow_id,
            lead_id=deal.lead_id,
            priority=priority,
            # No expires_at: the workflow's timer withdraws the offer, so that an answer and the end never cross.
            assignee=routing.manager,
            group_key="" if routing.manager else SUPERVISOR_GROUP,
            payload={"deal_id": deal.id, "number": request.number, "reason": hand_over.reason.value},
        ),
    )
    row = HandOverRow(
        item_id=item.id,
        deal_id=deal.id,
        number=request.number,
        reason=hand_over.reason,
        manager=routing.manager,
        priority=priority,
        accept_by=policy.accept_by(hand_over.reason, at) if routing.manager else None,
        question=deal.open_question,
        needs=deal.needs,
        story=deal.story,
        routing=routing,
        waiting=routing.waits,
        overflow_at=policy.calendar.add(at, policy.overflow_after) if routing.waits else None,
        sticky=sticky,
        excluded=list(request.excluded),
        offered_at=at,
    )
    await hand_overs.add(conn, row)
    return row


async def withdraw_offer(conn: Connection, request: WithdrawOffer) -> OfferWithdrawn:
    """Expire an offer unless it was answered in the same moment."""
    row = await hand_overs.get(conn, request.item_id)
    # The same order of locks as a manager's answer: deal, then item.
    deal = await deals.get(conn, row.deal_id, lock=True)
    if not await work_items.expire(conn, request.item_id):
        return OfferWithdrawn(withdrawn=False)
    at = now()
    await hand_overs.close(conn, row.item_id, "expired", by=None, at=at)
    text = said(f"{row.manager or 'the supervisor'} did not answer in time")
    await timeline.add(conn, deal.id, at=at, by="policy", kind="expired", text=text, data={"manager": row.manager})
    await publish(conn, "hand_over.closed", item_id=row.item_id, deal_id=deal.id, state="expired", manager=row.manager)
    await announce(conn, HandOverExpired.of(deal, row.item_id, row.manager), key=row.item_id, at=at)
    return OfferWithdrawn(withdrawn=True)


async def escalate_offer(conn: Connection, request: EscalateOffer) -> OfferEscalated:
    """Remind the supervisor of a lead that nobody has taken, and announce it as late."""
    row = await hand_overs.get(conn, request.item_id)
    deal = await deals.get(conn, row.deal_id, lock=True)
    raised = await hand_overs.raise_level(conn, request.item_id)
    if raised is None:
        return OfferEscalated()
    at = now()
    policy = await policy_of(conn, deal)
    text = said(f"nobody has taken this lead: supervisor reminded ({raised.level})")
    await timeline.add(conn, deal.id, at=at, by="policy", kind="reminder", text=text, data={"level": raised.level})
    await publish(conn, "hand_over.late", item_id=row.item_id, deal_id=deal.id)
    if raised.level >= policy.max_reminders:
        return OfferEscalated()
    return OfferEscalated(next_at=policy.calendar.add(at, policy.remind_every))


async def take_back_from_absent(pool: Pool) -> int:
    """A periodic job: offers waiting for managers who are away or have left go on to others; how many."""
    back = 0
    async with pool.acquire() as conn:
        for manager in await managers.away_with_offers(conn):
            async with conn.transaction():
                back += await take_offers_back(conn, manager, "the manager is away")
    return back
