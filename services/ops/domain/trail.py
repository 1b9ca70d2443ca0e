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

    @property
    def is_named(self) -> bool:
        """Whether it is known what they are called."""
        return self.name != self.by


class Trail(Record):
    """A page of the audit, the latest first; `older` is the place of the last line if there are earlier ones."""

    lines: list[TrailLine]
    missing: list[Missing]
    older: Place | None = None

    @property
    def unnamed(self) -> set[str]:
        """Ids of those of whom no tier that keeps a line of theirs knows a name."""
        return {line.by for line in self.lines if not line.is_named}

    def called(self, names: Mapping[str, str]) -> Trail:
        """The same with names, by id, for those who have none here."""
        lines = [
            line if line.is_named else line.model_copy(update={"name": names.get(line.by, line.by)})
            for line in self.lines
        ]
        return self.model_copy(update={"lines": lines})


def merged(found: Mapping[Tier, Sequence[Line]], missing: Sequence[Missing], limit: int) -> Trail:
    """One page out of up to `limit + 1` lines of each tier."""
    lines = sorted(
        (TrailLine(tier=tier.value, **dict(line)) for tier, part in found.items() for line in part),
        key=lambda line: (line.at, line.ref),
        reverse=True,
    )
    shown = lines[:limit]
    older = (shown[-1].at, shown[-1].ref) if len(lines) > limit else None
    # Whoever works in two tiers may be known by name in one of them only.
    known = {line.by: line.name for line in lines if line.is_named}
    return Trail(lines=shown, missing=list(missing), older=older).called(known)
