"""Scores: versions made of points by rules or of a learned model, and the score a version gives a lead."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.chassis.errors import Conflict
from services.chassis.records import Record
from services.lead_gen.domain.criteria import Rule
from services.lead_gen.domain.criteria_fields import LASTING
from services.lead_gen.domain.score_model import Model
from services.lead_gen.domain.score_quality import Quality

ScoreKind = Literal["weights", "learned"]
ScoreState = Literal["queued", "training", "ready", "failed"]
CHANCE = 0.5


class Weight(BaseModel):
    """Points for a lead that matches a rule. Rules of scores only use what is known before the first call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Rule
    points: float = Field(ge=-1000, le=1000, allow_inf_nan=False)

    @field_validator("rule")
    @classmethod
    def _lasting(cls, rule: Rule) -> Rule:
        if rule.field not in LASTING:
            raise ValueError(f"{rule.field} changes by itself and cannot be scored; use it in criteria")
        return rule


class Importance(Record):
    """How much one field matters to a learned score; the shares add up to 1."""

    field: str
    share: float


class ScoreQuality(Quality):
    """The quality of a learned score on leads it has not seen, and the fields that matter to it."""

    reasons: list[Importance] = Field(default_factory=list)


class Score(Record):
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


class ScoreDetails(Score):
    """One version of the score with what it is made of, and how good it is."""

    weights: list[Weight] | None
    quality: ScoreQuality | None


class Training(Record):
    """A training taken under a lease; `token` says whose it is."""

    id: str
    token: int


class Trained(Record):
    """The result of a training: a model with its quality, or the reason why there is none."""

    model: Model | None = None
    quality: ScoreQuality | None = None
    reason: str | None = None


class Recipe(Record):
    """What a version computes scores from. It never changes once it is ready."""

    id: str
    version: int
    weights: list[Weight] | None
    model: Model | None


class Walk(Record):
    """How far through the register its leads were scored since the activation."""

    scored_to: str | None
    scored_all: bool


class ScoreCarried(Record):
    """The version whose score a lead carries."""

    id: str
    version: int
    name: str
    kind: ScoreKind


def points(weights: Sequence[Weight], facts: Mapping[str, Any]) -> float:
    """The sum of the points of the rules that hold."""
    return math.fsum(weight.points for weight in weights if weight.rule.holds(facts))


def score_of(recipe: Recipe, facts: Mapping[str, Any]) -> Decimal:
    """A lead's score: the sum of its points, or the learned probability in percent. Four decimals."""
    value = 100 * recipe.model.score(facts) if recipe.model else points(recipe.weights or [], facts)
    return Decimal(f"{value:.4f}")


def check_activation(score: ScoreDetails) -> None:
    """Raises Conflict `wrong_state` unless ready and inactive, `below_chance` if it ranks no better than chance."""
    if score.state != "ready" or score.active:
        now = "already in use" if score.active else score.state
        raise Conflict(f"The score is {now}", code="wrong_state", detail={"state": score.state})
    quality = score.quality
    if quality is not None and (quality.auc <= CHANCE or quality.lift < 1):
        raise Conflict(
            f"On leads it has not seen, the score ranks no better than chance: AUC {quality.auc:.2f}, "
            f"lift of the best fifth {quality.lift:.2f}",
            code="below_chance",
            detail={"auc": quality.auc, "lift": quality.lift},
        )
