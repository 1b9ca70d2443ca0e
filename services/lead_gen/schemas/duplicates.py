"""Pairs of leads that may be one company."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model
from services.lead_gen.domain.duplicates import DuplicateOffer
from services.lead_gen.schemas.leads import LeadView


class DuplicateView(Model):
    """An offer, with both leads and what a merge would make of them."""

    id: str
    state: str
    similarity: float = Field(description="Share of common trigrams of the names, 0 to 1; 1 for a shared key.")
    reason: str
    a: LeadView
    b: LeadView
    keeps: str | None = Field(description="The lead that a merge would keep; null when the two cannot be merged now.")
    result: LeadView | None = Field(description="The kept lead as it would be after the merge.")
    obstacle: str | None = Field(description="Why the two cannot be merged now.")
    decided_by: str | None
    decided_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, offer: DuplicateOffer) -> Self:
        """The answer, numbers masked."""
        return cls(
            **offer.pair.model_dump(exclude={"lead_a", "lead_b"}),
            a=LeadView.of(offer.a),
            b=LeadView.of(offer.b),
            keeps=offer.keeps,
            result=LeadView.of(offer.result) if offer.result else None,
            obstacle=offer.obstacle,
        )


class NewMerge(Body):
    """Merge the pair; `keep` chooses which of the two stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"keep": "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10"}]})

    keep: str | None = None
