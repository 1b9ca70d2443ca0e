"""The learner: as good as its library says, robust to what it has never seen, and data in the end."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.selection import read
from services.lead_gen.domain import score_quality, score_training
from services.lead_gen.domain.score_model import Feature, Model
from services.lead_gen.domain.score_training import NotEnoughError
from services.lead_gen.domain.scores import Weight, points

SAMPLE = Path(__file__).parents[2] / "data" / "bank_calls_sample.csv"
ROWS, LABELS = read(SAMPLE)


@pytest.fixture(scope="module")
def model() -> Model:
    return score_training.train(ROWS, LABELS)


@pytest.mark.parametrize("which", range(3))
def test_a_score_is_scikit_learns_own_probability(which: int) -> None:
    encoder = Model.model_construct(features=score_training.features_of(ROWS), ensembles=[])
    columns = [encoder.columns(row) for row in ROWS]
    machine = score_training.untrained(len(ROWS))[which].fit(columns, list(map(int, LABELS)))
    ensemble = score_training.as_data(machine, sum(LABELS) / len(LABELS))
    for ours, theirs in zip(columns, machine.predict_proba(columns)[:, 1], strict=True):
        assert ensemble.probability(ours) == pytest.approx(float(theirs), abs=1e-9)


def test_a_model_is_plain_data_and_the_same_after_it_was_stored(model: Model) -> None:
    again = Model.model_validate(json.loads(json.dumps(model.model_dump(mode="json"))))
    assert [again.score(row) for row in ROWS] == [model.score(row) for row in ROWS]


def test_the_same_rows_give_the_same_model() -> None:
    first, second = (score_training.train(ROWS[:120], LABELS[:120]) for _ in range(2))
    assert first == second


def test_nothing_known_only_after_the_call_is_learned_from(model: Model) -> None:
    names = {feature.name for feature in model.features}
    assert names.isdisjoint({"duration", "campaign", "day", "month", "y"})
    assert {"age", "job", "poutcome"} <= names


def test_numbers_in_a_file_are_numbers_and_words_are_levels(model: Model) -> None:
    kinds = {feature.name: feature.kind for feature in model.features}
    assert (kinds["age"], kinds["balance"], kinds["job"]) == ("number", "number", "category")


UNKNOWN: list[dict[str, Any]] = [
    {},
    {"job": "astronaut", "age": None, "balance": "n/a", "contact": 7, "housing": True, "nobody": "asked"},
    {"age": float("nan"), "balance": 1e300, "pdays": "", "previous": [], "poutcome": {}},
    {"age": "41", "job": " management "},
]


@pytest.mark.parametrize("row", UNKNOWN)
def test_what_was_never_seen_or_is_missing_still_gets_a_score(model: Model, row: dict[str, Any]) -> None:
    assert 0 < model.score(row) < 1


values = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)


@given(row=st.dictionaries(st.sampled_from(list(ROWS[0])), values))
def test_any_row_gets_a_probability(model: Model, row: dict[str, Any]) -> None:
    assert 0 < model.score(row) < 1


def test_rare_levels_beyond_the_limit_share_no_column() -> None:
    rows = [{"city": f"city {n // 2}" if n < 100 else f"village {n}"} for n in range(200)]
    (city,) = score_training.features_of(rows)
    assert len(city.levels) == score_training.MAX_LEVELS
    assert all(level.startswith("city") for level in city.levels)
    assert sum(city.encode("village 199")) == 0


def test_a_missing_number_is_told_from_a_middling_one() -> None:
    feature = Feature(name="age", kind="number", fill=40)
    assert feature.encode(None) == [40, 1]
    assert feature.encode(40) == [40, 0]


NOTHING = [
    ([{"a": 1}, {"a": 2}], [True, True], "only one"),
    ([{"a": 1}, {"a": 1}], [True, False], "no field"),
    ([{"a": 1}], [True, False], "labels"),
    ([], [], "only one"),
]


@pytest.mark.parametrize(("rows", "labels", "reason"), NOTHING)
def test_what_cannot_be_learned_says_why(rows: Any, labels: Any, reason: str) -> None:
    with pytest.raises(NotEnoughError, match=reason):
        score_training.train(rows, labels)


def test_the_area_counts_ties_half() -> None:
    assert score_quality.area([1, 2, 3, 4], [False, False, True, True]) == 1
    assert score_quality.area([5, 5, 5, 5], [False, True, False, True]) == 0.5
    assert score_quality.area([1, 2, 2, 3], [True, False, True, False]) == pytest.approx(0.125)


def test_the_best_fifth_holds_its_share() -> None:
    labels = [True] * 10 + [False] * 90
    assert score_quality.captured([float(n < 10) for n in range(100)], labels) == 1
    assert score_quality.captured([float(n % 2) for n in range(100)], labels) == pytest.approx(0.5)


def test_quality_is_measured_on_rows_that_were_not_seen() -> None:
    """A field that is different in each row teaches nothing, however well it is remembered."""
    dice = random.Random(3)
    rows = [{"name": dice.random()} for _ in range(400)]
    labels = [n < 80 for n in range(400)]
    found = score_quality.quality_of(rows, labels, folds=4)
    assert 0.35 < found.auc < 0.65
    assert (found.rows, found.positives, found.folds) == (400, 80, 4)
    assert sum(tenth.rows for tenth in found.calibration) == 400


def test_the_parts_of_a_score_name_known_fields_only(model: Model) -> None:
    parts = model.parts({"poutcome": "success", "age": 60, "job": None})
    assert set(parts) == {"poutcome", "age"}
    assert parts["poutcome"] > 0


def test_importance_adds_up(model: Model) -> None:
    assert sum(score_training.importance(model).values()) == pytest.approx(1)


def test_points_are_those_of_the_rules_that_hold() -> None:
    weights = [
        Weight.model_validate({"rule": {"field": "industry", "op": "eq", "value": "Cargo"}, "points": 10}),
        Weight.model_validate({"rule": {"field": "has_email", "op": "eq", "value": True}, "points": -2.5}),
    ]
    assert points(weights, {"industry": "CARGO", "has_email": True}) == 7.5
    assert points(weights, {"industry": None, "has_email": False}) == 0


def test_a_field_that_changes_by_itself_is_not_scored() -> None:
    with pytest.raises(ValueError, match="use it in criteria"):
        Weight.model_validate({"rule": {"field": "last_contact", "op": "gte", "value": 3}, "points": 1})


def test_a_process_that_only_scores_starts_without_the_library() -> None:
    code = "import sys, services.lead_gen.api, services.lead_gen.worker; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
