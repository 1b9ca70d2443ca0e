"""What lead conversion tells other programs: ids, states, money and times. Fields are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from services.chassis.webhooks import EventData
from services.conversion.domain.deals import Deal
from services.conversion.domain.meetings import Meeting
from services.conversion.domain.offers import Offer
from workflows.contracts.base import Money

_ID = "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b1"
_DEAL = {"deal_id": f"{_ID}2", "lead_id": f"{_ID}0"}
_MONEY = {"amount": "1250.00", "currency": "EUR"}
_HAND_OVER = {"hand_over_id": f"{_ID}3", **_DEAL, "manager": "iryna"}
_OFFER = {
    "offer_id": f"{_ID}4", **_DEAL, "number": "2026-17", "version": 1, "total": _MONEY,
    "valid_until": "2026-03-16T22:00:00Z",
}  # fmt: skip


class _OfDeal(EventData):
    deal_id: str
    lead_id: str


class _OfHandOver(_OfDeal):
    hand_over_id: str
    manager: str | None

    @classmethod
    def of(cls, deal: Deal, hand_over_id: str, manager: str | None) -> Self:
        """Of a lead that was offered to somebody."""
        return cls(deal_id=deal.id, lead_id=deal.lead_id, hand_over_id=hand_over_id, manager=manager)


class HandOverAccepted(_OfHandOver, type="handover.accepted", example=_HAND_OVER):
    """A manager has taken a lead, or a supervisor for them. `manager` owns the deal from now on."""


class HandOverDeclined(_OfHandOver, type="handover.declined", example=_HAND_OVER):
    """A manager has refused a lead; it is offered to the next one, and after the last to the supervisor."""


class HandOverExpired(_OfHandOver, type="handover.expired", example=_HAND_OVER):
    """A manager did not answer in time; as with `handover.declined`, the lead goes on. Null: the supervisor did not."""


class DealWon(_OfDeal, type="deal.won", example={**_DEAL, "owner": "iryna", "net": _MONEY}):
    """A deal is won. `net` is what was sold, before tax."""

    owner: str
    net: Money


class DealLost(_OfDeal, type="deal.lost", example={**_DEAL, "owner": "iryna", "code": "price"}):
    """A deal is lost for good; one that sleeps and returns is not. `code` is a loss reason of the policy, or null."""

    owner: str | None
    code: str | None


class _OfOffer(_OfDeal):
    offer_id: str
    number: str
    version: int
    total: Money
    valid_until: datetime

    @classmethod
    def of(cls, deal: Deal, offer: Offer) -> Self:
        """Of an offer as it is now."""
        return cls(
            deal_id=deal.id, lead_id=deal.lead_id, offer_id=offer.id, number=offer.number, version=offer.version,
            total=Money(amount=offer.total, currency=offer.currency), valid_until=offer.valid_until,
        )  # fmt: skip


class OfferSent(_OfOffer, type="offer.sent", example=_OFFER):
    """An offer counts from now on: it was within the manager's limit, or a supervisor approved it."""


class OfferAccepted(_OfOffer, type="offer.accepted", example=_OFFER):
    """The customer agrees to an offer, or orders by it."""


class MeetingBooked(
    _OfDeal,
    type="meeting.booked",
    example={"meeting_id": f"{_ID}5", **_DEAL, "manager": "iryna", "starts_at": "2026-03-04T08:00:00Z",
             "ends_at": "2026-03-04T08:30:00Z", "kind": "online"},
):  # fmt: skip
    """A meeting stands in a manager's calendar. If it is moved or cancelled later, REST says so."""

    meeting_id: str
    manager: str
    starts_at: datetime
    ends_at: datetime
    kind: str

    @classmethod
    def of(cls, deal: Deal, meeting: Meeting) -> Self:
        """Of a meeting as it is now."""
        return cls(
            deal_id=deal.id, lead_id=deal.lead_id, meeting_id=meeting.id, manager=meeting.manager,
            starts_at=meeting.starts_at, ends_at=meeting.ends_at, kind=meeting.kind,
        )  # fmt: skip


EVENTS: tuple[type[EventData], ...] = (
    HandOverAccepted, HandOverDeclined, HandOverExpired, DealWon, DealLost, OfferSent, OfferAccepted, MeetingBooked,
)  # fmt: skip
