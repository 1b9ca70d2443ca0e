"""What waits or is late across the team, and the one safe act for each. Times are UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from services.chassis.records import Record
from services.conversion.domain.sale_money import ZERO
from workflows.contracts.conversion import Stage

WaitingKind = Literal[
    "offered", "untaken", "unplaced", "question", "unmanned", "inbound", "reply", "mail", "meeting", "step", "stale"
]
Act = Literal["give_lead", "hand_on", "find", "list", "remind"]
_SAID_FIRST: tuple[WaitingKind, ...] = (
    "offered", "untaken", "unplaced", "unmanned", "question", "inbound", "reply", "mail", "meeting", "step", "stale",
)  # fmt: skip
"""What says most of a deal of which several things are late."""
_ACTS: dict[WaitingKind, Act] = {
    "offered": "give_lead",
    "untaken": "give_lead",
    "unplaced": "give_lead",
    "unmanned": "find",
    "inbound": "list",
    "reply": "list",
    "mail": "list",
}


_LONG = timedelta(hours=1)
"""What has no time of its own is late when it has waited for so long."""


class WaitingRow(Record):
    """One thing that waits. `id` is of the record that the act is on: a hand-over, a work item, a meeting, a deal.

    `since` is how long it waits, `due` when it should have been done, `asked_at` when a supervisor last asked for it.
    """

    kind: WaitingKind
    id: str
    deal_id: str | None
    company: str | None
    owner: str | None
    stage: Stage | None
    since: datetime
    due: datetime | None
    text: str | None
    worth: Decimal | None
    currency: str | None
    away: bool
    asked_at: datetime | None = None

    def is_late(self, at: datetime) -> bool:
        """Whether its time has passed, or it has waited long."""
        return (self.due or self.since + _LONG) < at

    @property
    def act(self) -> Act:
        """The one safe act: what its owner can still do, they are asked for; what they cannot, goes to others."""
        return _ACTS.get(self.kind) or ("hand_on" if self.away or self.owner is None else "remind")


@dataclass(frozen=True)
class Waiting:
    """The list; `more` did not find room, and `of` is the manager it is narrowed to."""

    rows: Sequence[WaitingRow]
    late: int
    more: int
    of: str = ""
    whole: bool = False


def in_order(rows: Sequence[WaitingRow], zone: ZoneInfo, at: datetime, most: int, of: str = "") -> Waiting:
    """The oldest day first, and of a day the most valuable first; each deal once, by what says most of it."""
    told: dict[str, WaitingRow] = {}
    for row in sorted(rows, key=lambda row: (_SAID_FIRST.index(row.kind), row.since)):
        told.setdefault(row.deal_id or row.id, row)
    kept = list(told.values())
    kept.sort(key=lambda row: (row.since.astimezone(zone).date(), -(row.worth or ZERO), row.since, row.id))
    late = sum(row.is_late(at) for row in kept)
    return Waiting(rows=kept[:most], late=late, more=max(0, len(kept) - most), of=of, whole=most > len(kept))
