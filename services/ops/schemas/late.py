"""What is late, across tiers."""

from __future__ import annotations

from pydantic import Field

from services.chassis.http import Model
from services.chassis.http.paging import encode_cursor
from services.chassis.lateness import Late
from services.ops.domain.late import LateList
from services.ops.tiers import Missing


class LatePage(Model):
    """A page of what is late, the longest first. `held_up` are whole tiers, and only on the first page."""

    held_up: list[Late]
    items: list[Late]
    missing: list[Missing]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last one.")

    @classmethod
    def of(cls, late: LateList) -> LatePage:
        """The answer."""
        place = late.older
        return cls(
            held_up=late.held_up,
            items=late.items,
            missing=late.missing,
            next=encode_cursor((place[0].isoformat(), place[1])) if place else None,
        )
