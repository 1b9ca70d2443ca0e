"""Training a score on the outcomes of earlier calls: dict rows and labels in, a model as data out.

The learner averages the log-odds of a random forest and of two kinds of gradient boosting, one of shallow trees. They
err differently, so their mean ranks better than each. scikit-learn is imported when something is trained, never
before: a process that only scores starts without it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Any

from services.lead_gen.domain.score_model import Ensemble, Feature, Model, Tree, number_of, text_of

Rows = Sequence[Mapping[str, Any]]

MAX_LEVELS = 50
SEED = 20
# Leaves grow with the rows, so that a model of a hundred thousand leads is no larger than one of two thousand.
ROWS_PER_LEAF = 280
# Each boosting is drawn this often, because one draw of its rows is mostly luck; the forest weighs as much as a kind.
BOOSTINGS = 3


class NotEnoughError(ValueError):
    """Nothing can be learned from these rows; the message says what is needed and what there is."""


def train(rows: Rows, labels: Sequence[bool], *, seed: int = SEED) -> Model:
    """Learn from rows of any fields (text, numbers, truths, None) and their labels. Raises NotEnoughError.

    The same rows in the same order give the same model.
    """
    check(rows, labels)
    features = features_of(rows)
    encoder = Model.model_construct(features=features, ensembles=[])
    columns = [encoder.columns(row) for row in rows]
    return Model(features=features, ensembles=_fit(columns, labels, seed))


def features_of(rows: Rows) -> list[Feature]:
    """How each field that differs between these rows becomes columns."""
    return [_feature(name, rows) for name in _names(rows)]


def check(rows: Rows, labels: Sequence[bool]) -> None:
    """Raises NotEnoughError unless there is something to tell the rows apart by, and both kinds of them."""
    if len(rows) != len(labels):
        raise NotEnoughError(f"there are {len(rows)} rows and {len(labels)} labels")
    if len(set(map(bool, labels))) < 2:
        raise NotEnoughError("rows of both kinds are needed, there is only one")
    if not _names(rows):
        raise NotEnoughError("no field tells any row from another")


def _names(rows: Rows) -> list[str]:
    """Fields that differ between rows, in the order in which they first appear."""
    seen = dict.fromkeys(name for row in rows for name in row)
    return [name for name in seen if len({text_of(row.get(name)) for row in rows}) > 1]


def _feature(name: str, rows: Rows) -> Feature:
    values = [row.get(name) for row in rows]
    known = [value for value in values if text_of(value)]
    # A number may have come as text, from a file; a truth is a yes or no, not a 1 or 0.
    numbers = [number_of(value) for value in known if not isinstance(value, bool)]
    if len(numbers) == len(known) and None not in numbers:
        return Feature(name=name, kind="number", fill=median(number for number in numbers if number is not None))
    counted = Counter(map(text_of, values))
    best = sorted(counted, key=lambda level: (-counted[level], level))
    return Feature(name=name, kind="category", levels=sorted(best[:MAX_LEVELS]))


def untrained(rows: int, seed: int = SEED) -> list[Any]:
    """scikit-learn's estimators of which the learner is made, for this number of rows."""
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

    leaf = max(8, rows // ROWS_PER_LEAF)
    machines: list[Any] = [RandomForestClassifier(300, min_samples_leaf=leaf, max_features=0.4, random_state=seed)]
    for repeat in range(BOOSTINGS):
        drawn = {"subsample": 0.6, "min_samples_leaf": max(20, leaf), "random_state": seed * BOOSTINGS + repeat}
        machines += [
            GradientBoostingClassifier(n_estimators=80, max_depth=3, learning_rate=0.05, **drawn),
            GradientBoostingClassifier(n_estimators=200, max_depth=2, learning_rate=0.04, max_features=0.5, **drawn),
        ]
    return machines


def as_data(machine: Any, share: float) -> Ensemble:
    """A trained estimator as data; `share` is the share of positives that it was trained on."""
    if not hasattr(machine, "learning_rate"):
        trees = [_tree(one.tree_, forest=True) for one in machine.estimators_]
        return Ensemble(kind="forest", trees=trees, weight=BOOSTINGS)
    trees = [_tree(one.tree_, forest=False) for one in machine.estimators_[:, 0]]
    return Ensemble(kind="boosted", trees=trees, start=math.log(share / (1 - share)), rate=float(machine.learning_rate))


def _fit(columns: list[list[float]], labels: Sequence[bool], seed: int) -> list[Ensemble]:
    wanted = [int(bool(label)) for label in labels]
    return [as_data(one.fit(columns, wanted), fmean(wanted)) for one in untrained(len(wanted), seed)]


def _tree(tree: Any, *, forest: bool) -> Tree:
    """scikit-learn's arrays as plain lists; a classifier's leaf holds a share of each class, a regressor's a value."""
    return Tree(
        left=tree.children_left.tolist(),
        right=tree.children_right.tolist(),
        feature=tree.feature.tolist(),
        threshold=tree.threshold.tolist(),
        value=(tree.value[:, 0, 1] if forest else tree.value[:, 0, 0]).tolist(),
    )


def importance(model: Model) -> dict[str, float]:
    """How often the trees ask each field, near the root counted more; the shares add up to 1."""
    owners = [feature.name for feature in model.features for _ in range(feature.columns)]
    asked: defaultdict[str, float] = defaultdict(float)
    for ensemble in model.ensembles:
        for tree in ensemble.trees:
            _count(tree, owners, asked, len(ensemble.trees))
    total = math.fsum(asked.values()) or 1.0
    return {name: asked[name] / total for name in sorted(asked, key=lambda name: -asked[name])}


def _count(tree: Tree, owners: Sequence[str], asked: defaultdict[str, float], trees: int) -> None:
    nodes = [(0, 1.0)]
    while nodes:
        node, weight = nodes.pop()
        if tree.left[node] != -1:
            asked[owners[tree.feature[node]]] += weight / trees
            nodes += [(tree.left[node], weight / 2), (tree.right[node], weight / 2)]
