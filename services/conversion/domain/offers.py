"""Offers; the arithmetic of their lines and totals is in `money`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from services.chassis.errors import Conflict, Invalid
from services.chassis.records import Record
from services.conversion.domain.money import OfferLine, TaxSum

OfferState = Literal["awaiting_approval", "sent", "accepted", "rejected", "expired", "superseded"]


class Offer(Record):
    """An offer; a deal's offers share a number and count their versions."""

    id: str
    deal_id: str
    number: str
    version: int
    state: OfferState
    lines: list[OfferLine]
    discount_percent: Decimal
    effective_discount: Decimal
    taxes: list[TaxSum]
    tax_percent: Decimal
    subtotal: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    valid_until: datetime
    approve_by: datetime | None
    approval_level: int = 0
    warn_at: datetime | None
    created_by: str
    created_at: datetime
    sent_at: datetime | None
    decided_by: str | None = None
    decided_at: datetime | None = None


def is_own_request(person: str, asked_by: str, owner: str | None) -> bool:
    """Whether a discount is this person's own: asked for by them, or given on a deal that is theirs by now."""
    return person in (asked_by, owner)


def ends_at(wished: datetime | None, at: datetime, valid_for: timedelta, zone: ZoneInfo) -> datetime:
    """Until when an offer made at a moment is good: exactly as wished, or without a wish for so long.

    A day without an hour, as midnight or the usual length name it, holds through to its last second in this zone.
    """
    if wished is None:
        return end_of_day((at + valid_for).astimezone(zone).date(), zone)
    for clock in (wished, wished.astimezone(zone)):
        if clock.time() == time():
            return end_of_day(clock.date(), zone)
    return wished


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a day there, in UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return midnight - timedelta(seconds=1)


def hour_of_end(valid_until: datetime, zone: ZoneInfo) -> time | None:
    """At what hour of its last day an offer ends there; none if it holds that day through."""
    hour = valid_until.astimezone(zone).time()
    return None if hour >= time(23, 59) else hour


class OfferMail(Record):
    """The last mail with an offer, and how many there were."""

    offer_id: str
    mail_id: str
    state: str
    mails: int

    @property
    def is_on_its_way(self) -> bool:
        """Whether it has gone out, or is about to."""
        return self.state in {"queued", "sent"}


def key_of_mail(offer_id: str, earlier: OfferMail | None) -> str:
    """The key of the next mail with an offer: what was taken back or came back may be sent again."""
    return f"offer:{offer_id}:mail" + (f":{earlier.mails + 1}" if earlier else "")


def standing(offer: Offer, mail: OfferMail | None) -> str:
    """How an offer stands, told apart by whether the customer can have it: an offer that is made is not sent yet."""
    if offer.state != "sent":
        return offer.state
    if mail is None or mail.state == "withdrawn":
        return "made"
    return {"queued": "on_its_way", "sent": "sent"}.get(mail.state, "came_back")


_WHY_NOT: dict[OfferState, tuple[str, str]] = {
    "awaiting_approval": ("awaiting_approval", "waits for a supervisor's approval"),
    "rejected": ("offer_rejected", "was not approved"),
    "expired": ("offer_expired", "has expired"),
    "superseded": ("offer_superseded", "was replaced by another one"),
}


def live(offers: Sequence[Offer], at: datetime) -> list[Offer]:
    """The offers that a customer may order by: what was accepted, and what was sent and still holds."""
    return [one for one in offers if one.state == "accepted" or (one.state == "sent" and one.valid_until > at)]


def to_win(offers: Sequence[Offer], at: datetime, offer_id: str | None = None) -> Offer:
    """The offer a sale rests on: the one that is named, else the latest. `offers` are a deal's, by version.

    Raises Invalid on `offer_id` or `lines` if there is none, Conflict `which_offer` if several are open, and by its
    state (`awaiting_approval`, `offer_expired`, `offer_superseded`, `offer_rejected`) if nobody may order by it.
    """
    if offer_id is not None:
        named = next((one for one in offers if one.id == offer_id), None)
        if named is None:
            raise Invalid("there is no such offer of this deal", field="offer_id")
        return _orderable(named, offers, at)
    if not offers:
        raise Invalid("there is no offer to take the order from; give its lines", field="lines")
    open_now = live(offers, at)
    latest = _orderable(offers[-1], offers, at)
    if len(open_now) > 1:
        named_all = " and ".join(_named(one) for one in open_now)
        raise Conflict(
            f"{named_all} are open: say which of them they order by",
            code="which_offer",
            detail=_choice(open_now),
        )
    return latest


def _orderable(offer: Offer, offers: Sequence[Offer], at: datetime) -> Offer:
    open_now = live(offers, at)
    if offer in open_now:
        return offer
    code, why = _WHY_NOT["expired" if offer.state == "sent" else offer.state]
    others = [one for one in open_now if one.id != offer.id]
    hint = f"; {_named(others[-1])} is open: name that one if they order by it" if others else "; make another one"
    if offer.state == "awaiting_approval" and not others:
        hint = "; it can be ordered by once it is approved"
    raise Conflict(f"{_named(offer)} {why}{hint}", code=code, detail={"state": offer.state, **_choice(open_now)})


def _named(offer: Offer) -> str:
    return f"offer {offer.number}/{offer.version} ({offer.state}, {offer.net} {offer.currency} before tax)"


def _choice(offers: Sequence[Offer]) -> dict[str, object]:
    shown = [
        {"id": one.id, "number": one.number, "version": one.version, "state": one.state, "net": f"{one.net:f}",
         "currency": one.currency}
        for one in offers
    ]  # fmt: skip
    return {"offers": shown}
