"""Merges of customers."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.customer_merges import Merge, MergePreview
from services.account_mgmt.schemas.customers import CustomerView
from services.chassis.http import Body, Id, Model


class NewMerge(Body):
    """Which customer goes into this one."""

    model_config = ConfigDict(json_schema_extra={"example": {"gone": "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10"}})

    gone: Id = Field(description="The customer whose records, care and calls become this one's.")


class MergePreviewView(Model):
    """What a merge would do."""

    kept: CustomerView
    gone: CustomerView
    moves: dict[str, int] = Field(description="Records that move, by kind.")
    fills: list[str] = Field(description="Fields of the card that are filled.")
    differ: list[str] = Field(description="Fields where both say something else: those of the one that stays count.")
    warnings: list[str] = Field(description="What somebody has to know before.")

    @classmethod
    def of(cls, preview: MergePreview) -> Self:
        """From the record, for somebody who acts for both."""
        both = {name: CustomerView.of(getattr(preview, name), masked=False) for name in ("kept", "gone")}
        return cls.model_validate({**dict(preview), **both})


class MergeView(Model):
    """A merge, and whether it was undone."""

    id: str
    kept: str
    gone: str
    moved: dict[str, int] = Field(description="Records that moved, by kind.")
    by: str
    at: datetime
    undoable_until: datetime
    undone_by: str | None
    undone_at: datetime | None

    @classmethod
    def of(cls, merge: Merge) -> Self:
        """From the record."""
        return cls.model_validate({**dict(merge), "moved": merge.counts, "undoable_until": merge.undoable_until})
