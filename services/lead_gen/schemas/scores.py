"""Scores: points by rules or a learned model, versioned, activated by a person."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model
from services.lead_gen.domain.scores import Score, ScoreDetails, Weight


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
    """Learn a new version of the score from your own calls."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "What we learned until May"}})

    name: str = Field(default="learned", min_length=1, max_length=100)


class ScoreSummary(Score, Model):
    """One version of the score."""


class ScoreView(ScoreDetails, Model):
    """One version of the score with what it is made of, and how good it is."""
