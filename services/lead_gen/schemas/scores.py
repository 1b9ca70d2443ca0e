"""Scores: points by rules or a learned model, versioned, activated by a person."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model
from services.lead_gen.domain.score import Weight
from services.lead_gen.domain.score_training import Quality

ScoreKind = Literal["weights", "learned"]
ScoreState = Literal["queued", "training", "ready", "failed"]


class NewScore(Body):
    """A new version of the score: points for each rule that holds."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Freight first",
                "weights": [
                    {"rule": {"field": "industry", "op": "in", "value": ["cargo", "retail"]}, "points": 30},
                    {"rule": {"field": "has_email", "op": "eq", "value": True}, "points": 5},
                ],
            }
        }
    )

    name: str = Field(min_length=1, max_length=100)
    weights: list[Weight] = Field(min_length=1, max_length=100)


class NewTraining(Body):
    """Learn a new version of the score from the house's own calls."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "What we learned until May"}})

    name: str = Field(default="learned", min_length=1, max_length=100)


class Importance(Model):
    """How much a learned score looks at one field; the shares add up to 1."""

    field: str
    share: float


class ScoreQuality(Quality):
    """The quality of a learned score on leads that it has not seen, and what it looks at."""

    reasons: list[Importance] = Field(default_factory=list)


class ScoreSummary(Model):
    """One version of the score."""

    id: str
    version: int
    name: str
    kind: ScoreKind
    state: ScoreState
    reason: str | None = Field(description="Why it failed.")
    active: bool
    scored: int = Field(description="Leads that carry this version's score since its activation.")
    scored_all: bool = Field(description="Has the whole register been scored since the activation?")
    created_by: str
    created_at: datetime
    ready_at: datetime | None
    activated_at: datetime | None
    activated_by: str | None


class ScoreView(ScoreSummary):
    """One version of the score with what it is made of, and how good it is."""

    weights: list[Weight] | None
    quality: ScoreQuality | None
