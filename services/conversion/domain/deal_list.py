"""The list of deals: what it is narrowed to, in which order it stands, and where the next page begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from services.conversion.domain.board import LANES, Card
from workflows.contracts.conversion import Stage

State = Literal["open", "asleep", "won", "lost"]
Sort = Literal["next", "new", "stage", "company", "worth"]
STATES: Mapping[State, Sequence[Stage]] = {
    "open": LANES,
    "asleep": (Stage.ASLEEP,),
    "won": (Stage.WON,),
    "lost": (Stage.LOST,),
}
OF_EVERYBODY: tuple[Sort, ...] = ("next", "new")
"""Orders in which the deals of everybody can be read; the others are for those of one manager."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for. `owner` none means everybody's; `people` are those whose deals the
    reader may see, none means all; `stale` are the moments of `stale_since`; `asks` are those with an open question."""

    state: State = "open"
    stage: Stage | None = None
    owner: str | None = None
    overdue_at: datetime | None = None
    stale: Mapping[Stage, datetime] | None = field(default=None, hash=False)
    sort: Sort = "next"
    people: Sequence[str] | None = field(default=None, hash=False)
    asks: bool = False

    @property
    def stages(self) -> Sequence[Stage]:
        """The stages that are shown."""
        return [stage for stage in STATES[self.state] if self.stage in {None, stage}]

    def sound(self) -> Wanted:
        """The same in an order that can be read quickly and means something for these deals."""
        wanted = self
        if wanted.sort == "next" and wanted.state in {"won", "lost"}:
            wanted = replace(wanted, sort="new")
        if wanted.owner is None and wanted.sort not in OF_EVERYBODY:
            wanted = replace(wanted, sort="next" if wanted.state in {"open", "asleep"} else "new")
        return wanted


@dataclass(frozen=True)
class DealList:
    """A page of the list; `after` is where the next one begins, none on the last."""

    wanted: Wanted
    deals: Sequence[Card]
    stale: frozenset[str]
    after: tuple[str, str] | None


def key_of(card: Card, sort: Sort) -> tuple[str, str]:
    """The place of a deal in this order, as text."""
    match sort:
        case "next":
            return (card.next_action_at or card.stage_since).isoformat(), card.id
        case "stage":
            return card.stage_since.isoformat(), card.id
        case "company":
            return card.company, card.id
        case "worth":
            return str(card.worth or 0), card.id
    return "", card.id


def place_of(sort: Sort, text: str) -> datetime | Decimal | str:
    """The first part of such a place, as the database compares it. Raises ValueError."""
    if sort in {"next", "stage"}:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("a time without its zone")
        return moment
    if sort == "worth":
        try:
            worth = Decimal(text)
        except InvalidOperation:
            raise ValueError("not a number") from None
        if not worth.is_finite():
            raise ValueError("not a number")
        return worth
    return text
