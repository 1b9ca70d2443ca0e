"""What else the workflow asks for: withdraw an offer, remind, announce a call, add a story, close the deal."""

from __future__ import annotations

from services.chassis import work_items
from services.chassis.db import Connection, Pool
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.chassis.work_items import NewItem
from services.conversion.actions import deal_closing, reassignment
from services.conversion.actions import offers as offer_actions
from services.conversion.actions.assignment import news
from services.conversion.actions.deals import SUPERVISOR_GROUP, now, policy_of
from services.conversion.actions.playbook_stop import stop
from services.conversion.domain.deals import Deal
from services.conversion.domain.stages import FINAL, WORKED
from services.conversion.repository import deals, hand_overs, managers, meetings, offers, timeline
from workflows.contracts.base import Done
from workflows.contracts.conversion import (
    AddHandOver,
    CloseDeal,
    EscalateOffer,
    HandOverReason,
    OfferEscalated,
    OfferWithdrawn,
    OpenInbound,
    RemindDeal,
    Reminded,
    Stage,
    WithdrawOffer,
)

_INBOUND_PRIORITY = 30
_QUESTION_PRIORITY = 20
_REMINDER_PRIORITY = 5


async def withdraw(conn: Connection, request: WithdrawOffer) -> OfferWithdrawn:
    """Expire an offer unless it was answered in the same moment."""
    row = await hand_overs.get(conn, request.item_id)
    # The same order of locks as a manager's answer: deal, then item.
    deal = await deals.get(conn, row.deal_id, lock=True)
    if not await work_items.expire(conn, request.item_id):
        return OfferWithdrawn(withdrawn=False)
    at = now()
    await hand_overs.close(conn, row.item_id, "expired", by=None, at=at)
    text = f"{row.manager or 'the supervisor'} did not answer in time"
    await timeline.add(conn, deal.id, at=at, by="policy", kind="expired", text=text, data={"manager": row.manager})
    await publish(conn, "hand_over.closed", item_id=row.item_id, deal_id=deal.id, state="expired")
    return OfferWithdrawn(withdrawn=True)


async def escalate_offer(conn: Connection, request: EscalateOffer) -> OfferEscalated:
    """Remind the supervisor of a lead that nobody has taken; each time it rises in the list, and others hear of it."""
    row = await hand_overs.get(conn, request.item_id)
    deal = await deals.get(conn, row.deal_id, lock=True)
    raised = await hand_overs.raise_level(conn, request.item_id)
    if raised is None:
        return OfferEscalated()
    at = now()
    policy = await policy_of(conn, deal)
    text = f"nobody has taken this lead: supervisor reminded ({raised.level})"
    await timeline.add(conn, deal.id, at=at, by="policy", kind="reminder", text=text, data={"level": raised.level})
    await publish(conn, "hand_over.late", item_id=row.item_id, deal_id=deal.id)
    if raised.level >= policy.max_reminders:
        return OfferEscalated()
    return OfferEscalated(next_at=policy.calendar.add(at, policy.remind_every))


async def remind(conn: Connection, request: RemindDeal) -> Reminded:
    """Open a reminder: level 1 for the manager, higher ones for the supervisor."""
    deal = await deals.get(conn, request.deal_id, lock=True)
    at = now()
    policy = await policy_of(conn, deal)
    if deal.stage in WORKED:
        to_manager = request.level == 1
        # An overdue step is over with the next step; a deal that stands still is warned of until it moves on.
        kind = "stale" if request.stale else "reminder"
        what = f"stands still in {deal.stage} since {deal.stage_since:%Y-%m-%d}" if request.stale else deal.next_action
        await _open_item(conn, deal, request.key, kind, deal.owner if to_manager else None,
                         _REMINDER_PRIORITY, {"level": request.level, "text": what})  # fmt: skip
        text = f"{what if request.stale else f'overdue: {what}'}; {'manager' if to_manager else 'supervisor'} reminded"
        await timeline.add(conn, deal.id, at=at, by="policy", kind=kind, text=text, data={"level": request.level})
    return Reminded(next_at=policy.calendar.add(at, policy.remind_every))


async def watch_promises(pool: Pool) -> None:
    """A sweep: what the lead was promised and nobody did in time becomes work at once."""
    async with pool.acquire() as conn, conn.transaction():
        for deal in await deals.broken_promises(conn, now()):
            payload: dict[str, object] = {"level": 1, "text": "they were told that somebody would have called by now"}
            offered = await hand_overs.open_of_deal(conn, deal.id)
            person = deal.owner or (offered.manager if offered else None)
            await _open_item(conn, deal, f"promise:{deal.id}:{deal.promised_by}", "reminder", person,
                             _QUESTION_PRIORITY, payload)  # fmt: skip
            await timeline.add(
                conn, deal.id, at=now(), by="policy", kind="promise_late", text="the promised call is late"
            )
            await publish(conn, "promise.late", deal_id=deal.id)


async def open_inbound(conn: Connection, request: OpenInbound) -> Done:
    """Make an inbound call the first thing on its manager's list."""
    deal = await deals.lock_latest(conn, request.lead_id)
    payload: dict[str, object] = {"inbound_call_id": request.inbound_call_id, "text": request.note or "the lead called"}
    if deal is None:
        await _open_unowned(conn, request, payload)
        return Done()
    # They speak for themselves now: nothing is sent to somebody who is on the telephone.
    await stop(conn, deal, "the lead called")
    offered = await hand_overs.open_of_deal(conn, deal.id)
    person = deal.owner or (offered.manager if offered else None)
    await _open_item(conn, deal, request.key, "inbound", person, _INBOUND_PRIORITY, payload)
    await timeline.add(
        conn, deal.id, at=now(), by="inbound", kind="inbound", text=request.note or "the lead called", data=payload
    )
    return Done()


async def add_hand_over(conn: Connection, request: AddHandOver) -> Done:
    """Add another hand-over's story to the running deal; a new hard question becomes work at once."""
    deal = await deals.lock_latest(conn, request.lead_id)
    if deal is None or deal.stage in FINAL:
        return Done()
    hand_over = request.hand_over
    deal = await deals.update(conn, deal.id, **news(deal, hand_over))
    text = f"handed over again: {hand_over.reason.replace('_', ' ')}"
    data = {"hand_over": hand_over.id, "question": hand_over.question, "needs": hand_over.needs,
            "story": hand_over.story}  # fmt: skip
    await timeline.add(
        conn, deal.id, at=now(), by=hand_over.sourced_by or "lead_gen", kind="hand_over", text=text, data=data
    )
    await stop(conn, deal, "handed over again")
    if hand_over.reason is HandOverReason.HARD_QUESTION and hand_over.question and deal.owner:
        payload: dict[str, object] = {"level": 1, "text": hand_over.question}
        await _open_item(conn, deal, request.key, "reminder", deal.owner, _QUESTION_PRIORITY, payload)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)
    return Done()


async def close_deal(conn: Connection, request: CloseDeal) -> Done:
    """End the lead's deal from outside; one that has ended already stays as it is."""
    if request.stage not in (Stage.LOST, Stage.ASLEEP):
        raise Invalid("a deal is closed from outside as lost or asleep only", field="stage")
    deal = await deals.lock_latest(conn, request.lead_id)
    if deal is None:
        await work_items.cancel_for_lead(conn, request.lead_id, result=request.reason)
        return Done()
    at = now()
    if deal.stage in FINAL:
        await deal_closing.end_open_work(conn, deal, at, request.reason)
        return Done()
    await deal_closing.close(conn, deal, request.stage, request.reason, at=at)
    await timeline.add(conn, deal.id, at=at, by="house", kind=request.stage.value, text=request.reason)
    return Done()


async def take_back_from_absent(pool: Pool) -> int:
    """A sweep: offers in the hands of managers who are away or have left go on to the next ones; how many."""
    back = 0
    async with pool.acquire() as conn:
        for manager in await managers.away_with_offers(conn):
            async with conn.transaction():
                back += await reassignment.take_offers_back(conn, manager, "the manager is away")
    return back


async def free_holds(pool: Pool) -> int:
    """A sweep: times that were kept free for leads who never came; how many."""
    async with pool.acquire() as conn:
        return await meetings.free_reserved(conn)


async def expire_offers(pool: Pool) -> int:
    """A sweep: close offers whose time is over, each in its own transaction; how many."""
    async with pool.acquire() as conn:
        due = await offers.expiring(conn, now())
        for offer in due:
            async with conn.transaction():
                await offer_actions.expire(conn, offer)
    return len(due)


async def _open_item(
    conn: Connection, deal: Deal, key: str, kind: str, person: str | None, priority: int, payload: dict[str, object]
) -> None:
    item = await work_items.open_item(
        conn,
        NewItem(
            kind=kind,
            key=key,
            workflow_id=deal.workflow_id,
            lead_id=deal.lead_id,
            priority=priority,
            assignee=person,
            group_key="" if person else SUPERVISOR_GROUP,
            payload={**payload, "deal_id": deal.id},
        ),
    )
    await publish(conn, "work.opened", item_id=item.id, deal_id=deal.id, item_kind=kind, assignee=person)


async def _open_unowned(conn: Connection, request: OpenInbound, payload: dict[str, object]) -> None:
    item = NewItem(
        kind="inbound",
        key=request.key,
        workflow_id=request.workflow_id,
        lead_id=request.lead_id,
        priority=_INBOUND_PRIORITY,
        group_key=SUPERVISOR_GROUP,
        payload=payload,
    )
    await work_items.open_item(conn, item)
