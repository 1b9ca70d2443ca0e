"""Merges of leads."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from services.chassis.http import Model
from services.lead_gen.domain.merges import Merge


class MergeView(Model):
    """One merge. It can be undone: everything that it moved is known."""

    id: str
    kept: str
    gone: str
    duplicate_id: str
    by: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None

    @classmethod
    def of(cls, merge: Merge) -> Self:
        """The answer: without the records that were moved."""
        return cls(**merge.model_dump(exclude={"moved"}))
