"""Reminders of deals: opened when a step is overdue or a promise is late, and closed by whoever dealt with them."""

from __future__ import annotations

from services.chassis import work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict, Forbidden, NotFound
from services.chassis.events import publish
from services.chassis.sentences import said
from services.chassis.work_items import WorkItem
from services.conversion.actions.deals import SUPERVISOR, now, policy_of
from services.conversion.actions.teams import deal_seen
from services.conversion.actions.work import QUESTION_PRIORITY, open_deal_work
from services.conversion.domain.reminders import KINDS
from services.conversion.domain.stages import WORKED
from services.conversion.repository import deals, hand_overs, reminders, timeline
from workflows.contracts.conversion import RemindDeal, Reminded

_REMINDER_PRIORITY = 5
_REPEATED = ("reminder", "stale")
"""Kinds that go on to the supervisors when their manager does not answer."""


async def finish_reminder(conn: Connection, item_id: str, who: Principal) -> WorkItem:
    """Close a reminder that was dealt with, and what was sent on to the supervisors because nobody answered it.

    Raises NotFound, Forbidden `not_owner`, Conflict `already_closed`, or `wrong_state` for an approval, which is
    closed by approving or rejecting its offer.
    """
    item = await work_items.get(conn, item_id)
    if item.kind not in KINDS:
        raise NotFound("there is no such reminder")
    if deal_id := item.payload.get("deal_id"):
        await deal_seen(conn, deal_id, who)
    if item.kind == "approval":
        raise Conflict("approve or reject the offer instead", code="wrong_state", detail={"state": item.state})
    if not await reminders.may_act(conn, item_id, who.person, is_supervisor=who.role == SUPERVISOR):
        raise Forbidden("this reminder is somebody else's", code="not_owner")
    closed = await work_items.complete(conn, item_id, person=who.person, result="done", any_person=True)
    again = await reminders.unanswered(conn, item.lead_id, item.kind) if item.kind in _REPEATED else []
    for other in again:
        await work_items.complete(conn, other, person=who.person, result="done", any_person=True)
    for one in (item_id, *again):
        await publish(conn, "work.closed", item_id=one, item_kind=item.kind)
    return closed


async def remind_deal(conn: Connection, request: RemindDeal) -> Reminded:
    """Open a reminder: level 1 for the manager, higher ones for the supervisor."""
    deal = await deals.get(conn, request.deal_id, lock=True)
    at = now()
    policy = await policy_of(conn, deal)
    if deal.stage in WORKED:
        to_manager = request.level == 1
        # An overdue step is over with the next step; a deal that stands still is warned of until it moves on.
        kind = "stale" if request.stale else "reminder"
        since = deal.stage_since.astimezone(policy.zone)
        stands = said(f"stands still in {deal.stage} since {since:%Y-%m-%d}")
        what = stands if request.stale else deal.next_action
        await open_deal_work(conn, deal, request.key, kind, deal.owner if to_manager else None,
                         _REMINDER_PRIORITY, {"level": request.level, "text": what})  # fmt: skip
        what = what if request.stale else said(f"overdue: {what}")
        text = said(f"{what}; manager reminded") if to_manager else said(f"{what}; supervisor reminded")
        await timeline.add(conn, deal.id, at=at, by="policy", kind=kind, text=text, data={"level": request.level})
    return Reminded(next_at=policy.calendar.add(at, policy.remind_every))


async def watch_promises(pool: Pool) -> None:
    """A periodic job: a call that a lead was promised and nobody made in time becomes work at once."""
    async with pool.acquire() as conn, conn.transaction():
        for deal in await deals.broken_promises(conn, now()):
            payload: dict[str, object] = {"level": 1, "text": said("they were promised a call by now")}
            offered = await hand_overs.open_of_deal(conn, deal.id)
            person = deal.owner or (offered.manager if offered else None)
            await open_deal_work(conn, deal, f"promise:{deal.id}:{deal.promised_by}", "reminder", person,
                             QUESTION_PRIORITY, payload)  # fmt: skip
            await timeline.add(
                conn, deal.id, at=now(), by="policy", kind="promise_late", text=said("the promised call is late")
            )
            await publish(conn, "promise.late", deal_id=deal.id)
