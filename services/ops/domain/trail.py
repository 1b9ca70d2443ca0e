"""The audit of all tiers on one line of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.chassis.records import Record
from services.chassis.stories import Place
from services.chassis.trail import Line
from services.ops.tiers import Missing
from workflows.contracts.base import Tier


class TrailLine(Line):
    """A line with the tier that keeps it."""

    tier: str


class Trail(Record):
    """A page of the audit, the latest first; `older` is the place of the last line if there are earlier ones."""

    lines: list[TrailLine]
    missing: list[Missing]
    older: Place | None = None


def merged(found: Mapping[Tier, Sequence[Line]], missing: Sequence[Missing], limit: int) -> Trail:
    """One page out of up to `limit + 1` lines of each tier."""
    lines = sorted(
        (TrailLine(tier=tier.value, **dict(line)) for tier, part in found.items() for line in part),
        key=lambda line: (line.at, line.ref),
        reverse=True,
    )
    shown = lines[:limit]
    older = (shown[-1].at, shown[-1].ref) if len(lines) > limit else None
    return Trail(lines=shown, missing=list(missing), older=older)
