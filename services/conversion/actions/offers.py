"""Offers: made, approved above the discount limit, sent, accepted, refused, expired."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from services.chassis.auth import Principal
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.mail import Attachment, NewMail, queue_mail
from services.chassis.sentences import said
from services.chassis.webhooks import announce
from services.conversion.actions.approvals import check_not_own
from services.conversion.actions.catalogue import product_words
from services.conversion.actions.deals import (
    Step,
    check_entry,
    check_owner,
    close_offers,
    close_work,
    now,
    policy_of,
    take_step,
)
from services.conversion.actions.teams import deal_seen
from services.conversion.actions.work import open_deal_work
from services.conversion.documents.offer_pdf import mail_of, offer_pdf
from services.conversion.domain import stages
from services.conversion.domain.authority import judge
from services.conversion.domain.deals import Deal
from services.conversion.domain.money import OfferLine, check_lines, totals
from services.conversion.domain.offers import Offer, OfferState, ends_at, key_of_mail
from services.conversion.domain.policy import Policy, StepKind
from services.conversion.domain.pricing import Asked, in_free_words, priced
from services.conversion.repository import catalogue, deals, managers, offers, timeline
from services.conversion.schemas.offers import NewOffer
from services.conversion.schemas.webhooks import OfferAccepted, OfferSent
from workflows.contracts.conversion import Stage

_APPROVAL_PRIORITY = 10


async def make_offer(
    conn: Connection, deal: Deal, who: Principal, new: NewOffer, *, at: datetime | None = None
) -> Offer:
    """Make the deal's next offer now, or `at` a moment, instead of the one that waits.

    Raises Invalid by field, Conflict `not_qualified`.
    """
    policy, at = await policy_of(conn, deal), at or now()
    await check_entry(conn, deal, Stage.OFFER)
    draft = await draft_offer(conn, deal, who, new, at=at)
    await _replace(conn, deal, "superseded")
    number = draft.number or await offers.next_number(conn, at.astimezone(policy.zone).year)
    offer = await offers.add(conn, draft.model_copy(update={"number": number}))
    await (_sent(conn, deal, who, offer) if offer.sent_at else _ask_approval(conn, deal, who, offer, policy))
    return offer


async def draft_offer(
    conn: Connection, deal: Deal, who: Principal, new: NewOffer, *, at: datetime | None = None
) -> Offer:
    """The offer as `make_offer` would make it, its number empty if it is the first. Nothing is written.

    Raises Invalid by field.
    """
    policy, at = await policy_of(conn, deal), at or now()
    lines = await price_lines(conn, deal, [line.asked() for line in new.lines], at)
    valid_until = _end(new.valid_until, at, policy)
    sums = totals(lines, discount_percent=new.discount_percent, tax_percent=policy.tax_percent)
    earlier = await offers.of_deal(conn, deal.id)
    sent = judge(lines, new.discount_percent, policy.limit_of(who.role)).may_go_out
    return Offer(
        id=new_id(),
        deal_id=deal.id,
        number=earlier[0].number if earlier else "",
        version=len(earlier) + 1,
        state="sent" if sent else "awaiting_approval",
        lines=lines,
        discount_percent=new.discount_percent,
        tax_percent=policy.tax_percent,
        **dict(sums),
        valid_until=valid_until,
        approve_by=None if sent else policy.calendar.add(at, policy.approve_within),
        warn_at=policy.warn_at(valid_until, at),
        created_by=who.person,
        created_at=at,
        sent_at=at if sent else None,
    )


async def price_lines(conn: Connection, deal: Deal, asked: Sequence[Asked], at: datetime) -> list[OfferLine]:
    """Lines as they were asked for, with the catalogue's names, prices and tax. Raises Invalid by field."""
    products = await catalogue.find(conn, [line.product_id for line in asked if line.product_id])
    words = await product_words(conn) if in_free_words(asked, products) else None
    lines = priced(asked, products, words=words, language=deal.contact.language, at=at)
    check_lines(lines)
    return lines


def _end(wished: datetime | None, at: datetime, policy: Policy) -> datetime:
    end = ends_at(wished, at, policy.offer_valid_for, policy.zone)
    if end <= at:
        raise Invalid("must be in the future", field="valid_until")
    return end


async def approve_offer(conn: Connection, offer_id: str, who: Principal) -> Offer:
    """A supervisor lets an offer go out. Raises Forbidden `own_request`, Conflict `wrong_state`, `offer_expired`."""
    offer, deal = await _in_state(conn, offer_id, who, "awaiting_approval")
    await check_not_own(conn, offer, deal, who)
    _check_valid(offer)
    offer = await offers.decide(conn, offer.id, "sent", by=who.person, at=now())
    await close_work(conn, deal, ["approval"], "approved")
    await _sent(conn, deal, who, offer)
    return offer


async def reject_offer(conn: Connection, offer_id: str, who: Principal, reason: str | None) -> Offer:
    """A supervisor refuses an offer that waits for approval. Raises Conflict `wrong_state`."""
    offer, deal = await _in_state(conn, offer_id, who, "awaiting_approval")
    offer = await offers.decide(conn, offer.id, "rejected", by=who.person, at=now())
    await close_work(conn, deal, ["approval"], "rejected")
    policy = await policy_of(conn, deal)
    step = Step(
        kind="offer_rejected",
        what=said("offer not approved"),
        text=said(f"offer not approved: {reason}") if reason else None,
        next_action=said("make another offer"),
        next_action_at=policy.next_step(StepKind.OFFER_REFUSED, now()),
        data=_refs(offer),
    )
    await _moved(conn, deal, who, offer, step)
    return offer


async def accept_offer(conn: Connection, offer_id: str, who: Principal) -> Offer:
    """The customer agrees to an offer. Raises Conflict `wrong_state`, `offer_expired`."""
    offer, deal = await _in_state(conn, offer_id, who, "sent")
    _check_valid(offer)
    offer = await offers.decide(conn, offer.id, "accepted", by=who.person, at=now())
    policy = await policy_of(conn, deal)
    step = Step(
        kind="offer_accepted",
        what=said("offer accepted"),
        stage=Stage.NEGOTIATING,
        next_action=said("close the sale"),
        next_action_at=policy.next_step(StepKind.OFFER_ACCEPTED, now()),
        data=_refs(offer),
    )
    await _moved(conn, deal, who, offer, step)
    await announce(conn, OfferAccepted.of(deal, offer), key=offer.id, at=now())
    return offer


async def offer_document(conn: Connection, offer: Offer, deal: Deal) -> bytes:
    """The offer as PDF, in the customer's language."""
    policy = await policy_of(conn, deal)
    author = await managers.find(conn, offer.created_by)
    # Setting the page is pure computing: other requests go on meanwhile.
    return await asyncio.to_thread(offer_pdf, offer, deal.contact, policy, author.name if author else offer.created_by)


async def document_of(conn: Connection, offer_id: str, who: Principal) -> tuple[str, bytes]:
    """Name and content of an offer's PDF. Raises NotFound."""
    offer = await offers.get(conn, offer_id)
    content = await offer_document(conn, offer, await deal_seen(conn, offer.deal_id, who))
    return f"offer-{offer.number}-{offer.version}.pdf", content


async def offer_seen(conn: Connection, offer_id: str, who: Principal) -> Offer:
    """One offer, if this person may see its deal. Raises NotFound."""
    offer = await offers.get(conn, offer_id)
    await deal_seen(conn, offer.deal_id, who)
    return offer


async def send_offer(conn: Connection, offer_id: str, who: Principal) -> str:
    """Mail a sent offer with its PDF to the lead, once, unless that mail was taken back or came back; the mail's id.

    Raises Conflict `wrong_state`, `offer_expired`, `no_address`, and `changed` when the lead's contact card changed
    while the page was set.
    """
    # Setting the page takes a while: nothing is locked meanwhile, and everything is looked at again afterwards.
    offer, before = await _sendable(conn, offer_id, who, lock=False)
    page = await offer_document(conn, offer, before)
    offer, deal = await _sendable(conn, offer_id, who, lock=True)
    if deal.contact != before.contact:
        raise Conflict("the contact card changed while the offer was prepared; send it again", code="changed")
    earlier = (await offers.mails_of(conn, deal.lead_id)).get(offer.id)
    if earlier is not None and earlier.is_on_its_way:
        return earlier.mail_id
    author = await managers.find(conn, offer.created_by)
    name = author.name if author else offer.created_by
    subject, text = mail_of(offer, deal.contact, await policy_of(conn, deal), name)
    mail = NewMail(
        key=key_of_mail(offer.id, earlier), purpose="offer", to=deal.contact.email or "", subject=subject, text=text,
        lead_id=deal.lead_id, reply_to=author.email if author else None,
        attachments=[Attachment(f"offer-{offer.number}-{offer.version}.pdf", "application/pdf", page)],
    )  # fmt: skip
    mail_id = await queue_mail(conn, mail)
    text = said(f"offer {offer.number}/{offer.version} mailed")
    await timeline.add(conn, deal.id, at=now(), by=who.person, kind="offer_mailed", text=text, data=_refs(offer))
    return mail_id


async def _sendable(conn: Connection, offer_id: str, who: Principal, *, lock: bool) -> tuple[Offer, Deal]:
    offer, deal = await _in_state(conn, offer_id, who, "sent", lock=lock)
    _check_valid(offer)
    if not deal.contact.email:
        raise Conflict("this customer has no known e-mail address", code="no_address")
    return offer, deal


async def expire_offer(conn: Connection, offer: Offer) -> None:
    """Close an offer that nobody answered in time. The workflow's own timer reminds the manager of it."""
    deal = await deals.get(conn, offer.deal_id, lock=True)
    offer = await offers.get(conn, offer.id)
    if offer.state not in ("sent", "awaiting_approval"):
        return
    await offers.decide(conn, offer.id, "expired", by="policy", at=now())
    await close_work(conn, deal, ["approval"], "offer expired")
    await timeline.add(
        conn, deal.id, at=now(), by="policy", kind="offer_expired", text=said("offer expired"), data=_refs(offer)
    )
    await publish(conn, "offer.changed", offer_id=offer.id, deal_id=deal.id, state="expired")


async def _replace(conn: Connection, deal: Deal, state: OfferState) -> None:
    if await close_offers(conn, deal, state):
        await close_work(conn, deal, ["approval"], state)


async def _sent(conn: Connection, deal: Deal, who: Principal, offer: Offer) -> None:
    step = Step(
        kind="offer_sent",
        what="offer sent",
        text=said(f"offer {offer.number}/{offer.version} sent: {offer.total} {offer.currency}"),
        stage=Stage.OFFER,
        next_action=said("ask for the answer to the offer"),
        next_action_at=offer.valid_until,
        data=_refs(offer),
    )
    await _moved(conn, deal, who, offer, step)
    await announce(conn, OfferSent.of(deal, offer), key=offer.id, at=now())


async def _ask_approval(conn: Connection, deal: Deal, who: Principal, offer: Offer, policy: Policy) -> None:
    judged = judge(offer.lines, offer.discount_percent, policy.limit_of(who.role))
    payload = {"offer_id": offer.id, "discount_percent": str(offer.effective_discount)}
    await open_deal_work(conn, deal, f"approval:{offer.id}", "approval", None, _APPROVAL_PRIORITY, payload)
    step = Step(
        kind="offer_waits",
        what="offer waits for approval",
        text=said(f"offer {offer.number}/{offer.version} waits for approval: {'; '.join(judged.reasons)}"),
        next_action=said("approval of the offer"),
        next_action_at=policy.next_step(StepKind.APPROVAL, now()),
        data=_refs(offer),
    )
    await _moved(conn, deal, who, offer, step)


async def _moved(conn: Connection, deal: Deal, who: Principal, offer: Offer, step: Step) -> None:
    await take_step(conn, deal, who, step)
    await publish(conn, "offer.changed", offer_id=offer.id, deal_id=deal.id, state=offer.state)


async def _in_state(
    conn: Connection, offer_id: str, who: Principal, state: OfferState, *, lock: bool = True
) -> tuple[Offer, Deal]:
    deal = await deal_seen(conn, (await offers.get(conn, offer_id)).deal_id, who, lock=lock)
    check_owner(deal, who)
    offer = await offers.get(conn, offer_id)
    if offer.state != state:
        raise Conflict(f"this offer is {offer.state}", code="wrong_state", detail={"state": offer.state})
    stages.require(deal.stage, stages.WORKED)
    return offer, deal


def _check_valid(offer: Offer) -> None:
    if offer.valid_until <= now():
        raise Conflict("this offer has expired; make another one", code="offer_expired")


def _refs(offer: Offer) -> dict[str, str | int]:
    return {"offer_id": offer.id, "number": offer.number, "version": offer.version}
