"""The score that a version gives a lead, and which version may be activated."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.chassis.errors import Conflict
from services.lead_gen.domain.score_model import Ensemble, Feature, Model, Tree
from services.lead_gen.domain.scores import Recipe, ScoreDetails, ScoreQuality, Weight, check_activation, score_of
from tests.unit.lead_gen.leads import NOW

WEIGHTS = [
    Weight.model_validate({"rule": {"field": "industry", "op": "eq", "value": "cargo"}, "points": 10.12345}),
    Weight.model_validate({"rule": {"field": "has_email", "op": "eq", "value": True}, "points": -2}),
]


def test_a_score_by_rules_is_the_sum_of_its_points_to_four_decimals() -> None:
    recipe = Recipe(id="s", version=1, weights=WEIGHTS, model=None)
    assert score_of(recipe, {"industry": "Cargo", "has_email": True}) == Decimal("8.1235")
    assert score_of(recipe, {"industry": None, "has_email": False}) == 0


def test_a_learned_score_is_a_probability_in_percent() -> None:
    leaf = Tree(left=[-1], right=[-1], feature=[-2], threshold=[-2.0], value=[0.25])
    model = Model(
        features=[Feature(name="size", kind="category", levels=["1-10"])],
        ensembles=[Ensemble(kind="forest", trees=[leaf])],
    )
    recipe = Recipe(id="s", version=1, weights=None, model=model)
    assert score_of(recipe, {"size": "1-10"}) == Decimal("25.0000")


def version(auc: float | None = None, lift: float = 2.0, **changes: Any) -> ScoreDetails:
    learned = {"rows": 500, "positives": 90, "folds": 5, "captured": lift / 5, "lift": lift, "calibration": []}
    quality = None if auc is None else ScoreQuality.model_validate({**learned, "auc": auc})
    unknown = dict.fromkeys(ScoreDetails.model_fields)
    known = {"id": "s", "version": 1, "name": "Cargo", "kind": "weights", "state": "ready", "active": False}
    counted = {"scored": 0, "scored_all": False, "created_by": "boss", "created_at": NOW, "quality": quality}
    return ScoreDetails.model_validate({**unknown, **known, **counted, **changes})


def test_a_version_that_is_ready_and_ranks_better_than_chance_may_be_activated() -> None:
    check_activation(version())
    check_activation(version(auc=0.7))


@pytest.mark.parametrize(
    ("score", "code"),
    [
        (version(active=True), "wrong_state"),
        (version(state="training"), "wrong_state"),
        (version(state="failed"), "wrong_state"),
        (version(auc=0.5), "below_chance"),
        (version(auc=0.7, lift=0.9), "below_chance"),
    ],
)
def test_any_other_version_is_refused(score: ScoreDetails, code: str) -> None:
    with pytest.raises(Conflict) as refused:
        check_activation(score)
    assert refused.value.code == code
