"""Offers; the arithmetic of their lines and totals is in `money`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

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


def to_win(offers: Sequence[Offer]) -> Offer | None:
    """The offer a sale rests on: the last accepted one, else the last one sent. `offers` are a deal's, by version."""
    for state in ("accepted", "sent"):
        found = [offer for offer in offers if offer.state == state]
        if found:
            return found[-1]
    return None
