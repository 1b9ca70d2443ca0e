"""Offers that wait: for an approval that is late, for an answer before they run out."""

from __future__ import annotations

from services.chassis import work_items
from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.chassis.sentences import said
from services.conversion.actions.deals import now, policy_of
from services.conversion.actions.offers import expire_offer
from services.conversion.actions.work import open_deal_work
from services.conversion.domain.deals import Deal
from services.conversion.domain.offers import Offer, is_own_request
from services.conversion.domain.stages import WORKED
from services.conversion.repository import deals, offers, timeline

_WARNING_PRIORITY = 6
_LATE_PRIORITY = 20
_MOST_REMINDERS = 2


async def watch_offers(pool: Pool) -> int:
    """A periodic job: late approvals rise, managers are reminded of offers about to run out; how many."""
    seen = 0
    async with pool.acquire() as conn:
        for offer in await offers.late_approvals(conn, now()):
            async with conn.transaction():
                seen += await _late(conn, offer)
        async with conn.transaction():
            for offer in await offers.to_warn(conn, now()):
                seen += await _warn(conn, offer)
    return seen


async def _late(conn: Connection, offer: Offer) -> bool:
    """First the approval rises in the supervisors' list and the manager is reminded; then it is a named person's."""
    deal = await deals.get(conn, offer.deal_id, lock=True)
    offer = await offers.get(conn, offer.id)
    at = now()
    if offer.state != "awaiting_approval" or offer.approve_by is None or offer.approve_by > at:
        return False
    policy = await policy_of(conn, deal)
    last = offer.approval_level + 1 >= _MOST_REMINDERS
    offer = await offers.raise_level(conn, offer.id, None if last else policy.calendar.add(at, policy.approve_within))
    to = policy.approval_escalate_to if last else None
    if to and is_own_request(to, offer.created_by, deal.owner):
        to = None
    await work_items.raise_priority(conn, f"approval:{offer.id}", _LATE_PRIORITY, assignee=to)
    text = said(f"approval of offer {offer.number}/{offer.version} is late")
    if to:
        text = said(f"approval of offer {offer.number}/{offer.version} is late: {to} decides")
    await _remind(conn, deal, f"approval-late:{offer.id}:{offer.approval_level}", text)
    await timeline.add(conn, deal.id, at=at, by="policy", kind="approval_late", text=text, data={"offer_id": offer.id})
    await publish(conn, "offer.late", offer_id=offer.id, deal_id=deal.id)
    return True


async def _warn(conn: Connection, offer: Offer) -> bool:
    deal = await deals.get(conn, offer.deal_id, lock=True)
    ends = offer.valid_until.astimezone((await policy_of(conn, deal)).zone)
    text = said(f"offer {offer.number}/{offer.version} runs out on {ends:%Y-%m-%d}")
    await _remind(conn, deal, f"offer-ends:{offer.id}", text)
    return True


async def _remind(conn: Connection, deal: Deal, key: str, text: str) -> None:
    if deal.stage not in WORKED or deal.owner is None:
        return
    payload = {"level": 1, "text": text}
    await open_deal_work(conn, deal, key, "reminder", deal.owner, _WARNING_PRIORITY, payload)


async def expire_offers(pool: Pool) -> int:
    """A periodic job: close offers that have expired, each in its own transaction; how many."""
    async with pool.acquire() as conn:
        due = await offers.expiring(conn, now())
        for offer in due:
            async with conn.transaction():
                await expire_offer(conn, offer)
    return len(due)
