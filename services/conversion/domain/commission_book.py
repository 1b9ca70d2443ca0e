"""The book of one sale: what happened to it month by month, what the ledger holds of it, and what the ledger lacks.

A month's entries follow from what happened until its end, whenever that was heard of. What belongs into a closed month
is booked into the first one that is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.chassis.currencies import minor_unit
from services.conversion.domain.commission_ledger import Difference, NewEntry
from services.conversion.domain.commissions import Event, Kind, Role, Standing, of_net, standing_by
from services.conversion.domain.corrected_orders import Beginning
from services.conversion.domain.sale_money import ZERO

_COMPARED: tuple[Kind, ...] = ("accrued", "clawed_back", "vested")


class Place(NamedTuple):
    """Where an amount stands in the ledger of a sale."""

    person: str
    role: Role
    kind: Kind


Written = Mapping[tuple[Place, str], Decimal]
"""What the ledger holds of a sale, by place and month."""


@dataclass(frozen=True)
class Invoiced:
    """A sale, or an order that corrects one, and everything that happened to its invoice."""

    began: Beginning
    events: Sequence[Event]


@dataclass(frozen=True)
class Book:
    """A sale, which has not begun for us while nothing but money was heard of it.

    `chain` is the sale itself and the orders that correct it, in order; a correction has none of its own.
    """

    began: Beginning | None = None
    chain: Sequence[Invoiced] = ()
    written: Written = field(default_factory=dict)

    def lacking(self, zone: ZoneInfo, first_open: str | None) -> list[Difference]:
        """What the ledger lacks, in order of months; no month before `first_open` is written any more."""
        months = {month for _, month in self.written}
        for one in self.chain:
            months |= {month_of(at, zone) for at in (one.began.at, *(event.at for event in one.events))}
        found: list[Difference] = []
        booked: dict[Place, Decimal] = {}
        for month in sorted({max(one, first_open or one) for one in months}):
            wanted = self._wanted(month, zone)
            there = self._there(month, booked)
            for place in sorted(wanted.keys() | there.keys()):
                amount = wanted.get(place, ZERO) - there.get(place, ZERO)
                if amount:
                    booked[place] = booked.get(place, ZERO) + amount
                    found.append(Difference(place.person, place.role, place.kind, month, amount))
        return found

    def entries(self, lacking: Sequence[Difference], key: str) -> list[NewEntry]:
        """The entries that close these differences; `key` names what they follow from."""
        if self.began is None:
            return []
        began, last = self.began, self.chain[-1].began if self.chain else self.began
        rates = {(share.person, share.role): share.percent for share in began.shares}
        return [
            NewEntry(
                key=f"{key}:{began.sale_id}:{one.month}:{one.role}:{one.person}:{one.kind}", sale_id=began.sale_id,
                deal_id=began.deal_id, lead_id=began.lead_id, person=one.person, role=one.role, kind=one.kind,
                base=last.net, percent=rates.get((one.person, one.role), ZERO), amount=one.amount,
                currency=began.currency, month=one.month, policy_version=began.policy_version,
            )
            for one in lacking
        ]  # fmt: skip

    def _there(self, month: str, booked: Mapping[Place, Decimal]) -> dict[Place, Decimal]:
        """What the ledger holds up to the end of a month, with what is about to be booked."""
        there = dict(booked)
        for (place, at), amount in self.written.items():
            if at <= month:
                there[place] = there.get(place, ZERO) + amount
        return there

    def _wanted(self, month: str, zone: ZoneInfo) -> dict[Place, Decimal]:
        """What the ledger has to hold up to the end of a month."""
        stands = self._stands(month, zone).items()
        return {Place(*who, kind): getattr(standing, kind) for who, standing in stands for kind in _COMPARED}

    def _stands(self, month: str, zone: ZoneInfo) -> Mapping[tuple[str, Role], Standing]:
        """Where the shares stand at the end of a month, by the last invoice that was written until then."""
        if not self.chain:
            return {}
        first = self.chain[0].began
        known = [one for one in self.chain if month_of(one.began.at, zone) <= month]
        current = known[-1] if known else self.chain[0]
        unit = minor_unit(first.currency)
        shares = first.shares if current.began.net == first.net else of_net(first.shares, current.began.net, unit)
        events = [event for event in current.events if month_of(event.at, zone) <= month]
        found = standing_by(shares, events, unit)
        if not known:
            # Money that is dated before the win is paid out in its own month, and earned in that of the win.
            return {who: standing.model_copy(update={"accrued": ZERO}) for who, standing in found.items()}
        return found


def month_of(at: datetime, zone: ZoneInfo) -> str:
    """The month `YYYY-MM` of a moment in this time zone."""
    return f"{at.astimezone(zone):%Y-%m}"
