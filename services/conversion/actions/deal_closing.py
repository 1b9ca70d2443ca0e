"""The end of a deal: won with an order and its commission, lost with a reason, or asleep until a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.currencies import minor_unit
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.chassis.mail import withdraw_mails
from services.chassis.sentences import said
from services.chassis.webhooks import announce
from services.conversion.actions.commissions import record_sale
from services.conversion.actions.deals import check_entry, close_offers, now, policy_of
from services.conversion.actions.invitations import invite
from services.conversion.actions.mail_checks import withdraw_unwanted
from services.conversion.actions.offers import price_lines
from services.conversion.actions.playbook_stop import stop_playbook
from services.conversion.actions.register import report_lead, report_place, report_won
from services.conversion.domain.authority import check_authority
from services.conversion.domain.commissions import accruals
from services.conversion.domain.deals import Deal
from services.conversion.domain.money import check_lines, discounted, net_of
from services.conversion.domain.offers import to_win
from services.conversion.domain.stages import FINAL
from services.conversion.repository import commissions, deals, hand_overs, meetings, offers, timeline
from services.conversion.schemas.deals import Win
from services.conversion.schemas.webhooks import DealLost, DealWon, OfferAccepted
from workflows.contracts import ids
from workflows.contracts.base import Done, Money, OrderLine
from workflows.contracts.conversion import CloseDeal, Lost, Stage, Won, WonOrder

_OPTED_OUT = "do_not_call"


async def win_deal(conn: Connection, deal: Deal, who: Principal, sale: Win) -> Deal:
    """Close the sale: order, commission and signal in one transaction.

    Without lines, the order is what the named offer says, else the only one that is open. Raises Invalid on `lines`
    and `offer_id`; Conflict `above_limit` for lines below what this person may give away alone, and as
    `domain.offers.to_win` does for an offer that nobody may order by.
    """
    at, note = now(), sale.note
    ordered = await (_as_typed(conn, deal, who, sale, at) if sale.lines else _from_offer(conn, deal, who, sale, at))
    # An offer that is ordered by counts as accepted.
    await check_entry(conn, deal, Stage.WON)
    owner = deal.owner or who.person
    net, currency = net_of(ordered), ordered[0].unit_price.currency
    deal = await deals.update(
        conn, deal.id, stage=Stage.WON, stage_since=at, owner=owner, value=net, currency=currency, closed_at=at,
        next_action=None, next_action_at=None,
    )  # fmt: skip
    policy = await policy_of(conn, deal)
    shares = accruals(
        net, policy.commission, sourced_by=deal.sourced_by, closed_by=owner,
        splits=await commissions.splits(conn, deal.id), unit=minor_unit(currency),
    )  # fmt: skip
    await record_sale(conn, deal, shares, at)
    await close_offers(conn, deal, "superseded")
    await stop_playbook(conn, deal, "won")
    await end_open_work(conn, deal, at, "won")
    sum_of = said(f"won: {net} {currency} before tax")
    text = said(f"won: {net} {currency} before tax; {note}") if note else sum_of
    await timeline.add(conn, deal.id, at=at, by=who.person, kind="won", text=text, data={"lines": ordered})
    # The workflow hands over the card it began with, unless it is told of a better one.
    card = deal.contact if deal.contact_changes else None
    order = WonOrder(deal_id=deal.id, lines=ordered, won_at=at, won_by=owner, note=note, contact=card)
    answer = Won(event_id=f"{deal.id}:won", at=at, by=owner, order=order)
    await outbox.signal(conn, deal.workflow_id, "won", answer)
    await report_won(conn, deal, event_id=answer.event_id, at=at)
    sold = DealWon(deal_id=deal.id, lead_id=deal.lead_id, owner=owner, net=Money(amount=net, currency=currency))
    await announce(conn, sold, key=deal.id, at=at)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)
    return deal


async def lose_deal(
    conn: Connection, deal: Deal, who: Principal, reason: str, return_at: datetime | None, code: str | None = None
) -> Deal:
    """Give the deal up, or let it sleep until `return_at`, or for as long as the policy says for this `code`.

    Raises Invalid on `return_at` in the past and on a `code` that the policy does not know.
    """
    at = now()
    if return_at is not None and return_at <= at:
        raise Invalid("must be in the future", field="return_at")
    known = (await policy_of(conn, deal)).loss_reasons
    if code is not None and code not in known:
        raise Invalid(f"must be one of {', '.join(sorted(known))}", field="code")
    if return_at is None and code is not None and (rest := known[code].rest):
        return_at = at + rest
    code = code or (reason if reason in known else None)
    stage = Stage.LOST if return_at is None else Stage.ASLEEP
    event_id = await timeline.add(
        conn, deal.id, at=at, by=who.person, kind=stage.value, text=reason,
        data={"return_at": return_at, "code": code},
    )  # fmt: skip
    deal = await close_without_order(conn, deal, stage, reason, at=at, return_at=return_at, code=code)
    answer = Lost(event_id=f"lost:{event_id}", at=at, by=who.person, reason=code or "lost", return_at=return_at)
    await outbox.signal(conn, deal.workflow_id, "lost", answer)
    await report_place(conn, deal, stage, deal.owner, event_id=answer.event_id, at=at)
    return deal


async def close_without_order(
    conn: Connection,
    deal: Deal,
    stage: Stage,
    reason: str,
    *,
    at: datetime,
    return_at: datetime | None = None,
    code: str | None = None,
) -> Deal:
    """Write the end of a deal that brought no order, and cancel all that was open for it."""
    asleep = stage is Stage.ASLEEP
    deal = await deals.update(
        conn,
        deal.id,
        stage=stage,
        stage_since=at,
        lost_reason=reason,
        loss_code=code,
        return_at=return_at,
        closed_at=None if asleep else at,
        next_action=said("offer it again") if asleep else None,
        next_action_at=return_at,
    )
    await stop_playbook(conn, deal, stage.value)
    policy = await policy_of(conn, deal)
    for meeting in await meetings.cancel_coming(conn, deal.id, at):
        await invite(conn, meeting, deal, policy, "cancelled")
        await publish(conn, "meeting.changed", meeting_id=meeting.id, deal_id=deal.id, state=meeting.state)
    await meetings.free_reserved(conn, deal.lead_id)
    await close_offers(conn, deal, "rejected")
    await end_open_work(conn, deal, at, stage.value)
    await withdraw_unwanted(conn, deal)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=stage.value)
    if not asleep:
        data = DealLost(deal_id=deal.id, lead_id=deal.lead_id, owner=deal.owner, code=deal.loss_code)
        await announce(conn, data, key=f"{deal.id}:{at.isoformat()}", at=at)
    return deal


async def end_open_work(
    conn: Connection, deal: Deal, at: datetime, result: str, *, kinds: Sequence[str] | None = None
) -> None:
    """Cancel the lead's open work items in this tier (of these kinds), with the offer that waits for an answer."""
    for item in await work_items.cancel_for_lead(conn, deal.lead_id, kinds=kinds, result=result):
        await hand_overs.close(conn, item.id, "cancelled", by=None, at=at)
        await publish(conn, "work.closed", item_id=item.id, deal_id=deal.id, item_kind=item.kind)


async def _as_typed(conn: Connection, deal: Deal, who: Principal, sale: Win, at: datetime) -> list[OrderLine]:
    lines = await price_lines(conn, deal, [line.asked() for line in sale.lines or []], at)
    check_authority(lines, sale.discount_percent, (await policy_of(conn, deal)).limit_of(who.role))
    return discounted(lines, sale.discount_percent)


async def _from_offer(conn: Connection, deal: Deal, who: Principal, sale: Win, at: datetime) -> list[OrderLine]:
    offer = to_win(await offers.of_deal(conn, deal.id), at, sale.offer_id)
    if offer.state == "sent":
        await offers.decide(conn, offer.id, "accepted", by=who.person, at=at)
        await announce(conn, OfferAccepted.of(deal, offer), key=offer.id, at=at)
    check_lines(offer.lines)
    return discounted(offer.lines, offer.discount_percent)


async def close_deal(conn: Connection, request: CloseDeal) -> Done:
    """End the lead's deal from outside, and tell the register; one that has ended already stays as it is."""
    if request.stage not in (Stage.LOST, Stage.ASLEEP):
        raise Invalid("from outside, a deal can only be closed as lost or asleep", field="stage")
    deal = await deals.lock_latest(conn, request.lead_id)
    at = now()
    if request.register_stage:
        await report_lead(
            conn, request.lead_id, ids.conversion(request.lead_id), request.register_stage,
            deal.owner if deal else None, event_id=request.key, at=at,
        )  # fmt: skip
    if deal is None:
        await work_items.cancel_for_lead(conn, request.lead_id, result=request.reason)
        return Done()
    if deal.stage in FINAL:
        await end_open_work(conn, deal, at, request.reason)
        if request.register_stage == _OPTED_OUT:
            # Also what somebody wrote after the end.
            await withdraw_mails(conn, deal.lead_id, why="they do not want to be contacted")
        return Done()
    await close_without_order(conn, deal, request.stage, request.reason, at=at)
    await timeline.add(conn, deal.id, at=at, by="policy", kind=request.stage.value, text=request.reason)
    return Done()
