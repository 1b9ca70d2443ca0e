"""When managers are away, who comes to what falls into it, and what is still to be moved. Times are UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import Field

from services.chassis.records import Record
from services.conversion.domain.absences import Absence
from services.conversion.domain.board import Card
from services.conversion.domain.duty import BREAK


class PlannedAbsence(Absence):
    """An absence with what falls into it. `covered` counts the meetings to which colleagues come, by their ids.

    `unmanned` meetings have nobody as yet; `steps` and `promised` calls are due while the manager is away.
    """

    name: str
    covered: dict[str, int] = Field(default_factory=dict)
    unmanned: int
    steps: int
    promised: int

    @property
    def is_break(self) -> bool:
        """Whether the manager has begun it alone, for some minutes."""
        return self.reason == BREAK and self.created_by == self.manager

    @property
    def to_move(self) -> int:
        """What somebody still has to do something about."""
        return self.unmanned + self.steps + self.promised

    def is_on(self, at: datetime) -> bool:
        """Whether they are away at a moment."""
        return self.starts_at <= at < self.ends_at


class MeetingInAbsence(Record):
    """A meeting of a deal of theirs, or one to which they would have come. `manager` comes, unless `needs_person`."""

    id: str
    deal_id: str
    company: str
    starts_at: datetime
    manager: str
    needs_person: str | None


class PromisedCall(Record):
    """A call that a lead was promised while the manager is away."""

    deal_id: str
    company: str
    promised_by: datetime


@dataclass(frozen=True)
class FallsInto:
    """Everything that falls into one absence. `back` is when they work again: steps are moved to then.

    `cut` says that there are more steps than are shown.
    """

    absence: PlannedAbsence
    meetings: Sequence[MeetingInAbsence]
    promised: Sequence[PromisedCall]
    steps: Sequence[Card]
    back: datetime
    cut: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
