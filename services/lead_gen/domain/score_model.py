"""A learned score as data: features, and ensembles of binary trees as arrays. Pure arithmetic, no library.

`Model.score` gives what scikit-learn's own `predict_proba` gives for the same trees, to within rounding.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Row = Mapping[str, Any]
# A forest may say exactly 0 or 1; its log-odds must stay finite.
CERTAIN = 1e-4


class Tree(BaseModel):
    """A binary tree as arrays by node. `left` is -1 at a leaf; a value at or below the threshold goes left."""

    model_config = ConfigDict(frozen=True)

    left: list[int]
    right: list[int]
    feature: list[int]
    threshold: list[float]
    value: list[float]

    def at(self, columns: Sequence[float]) -> float:
        """The value of the leaf that these columns end in."""
        node = 0
        while (below := self.left[node]) != -1:
            node = below if columns[self.feature[node]] <= self.threshold[node] else self.right[node]
        return self.value[node]


class Ensemble(BaseModel):
    """Trees of one kind: a forest's leaves are probabilities and averaged, boosted ones are log-odds and added."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["forest", "boosted"]
    trees: list[Tree] = Field(min_length=1)
    start: float = Field(default=0.0, description="Log-odds that boosting starts from.")
    rate: float = Field(default=1.0, description="What each boosted tree's value is multiplied by.")
    weight: float = Field(default=1.0, gt=0, description="Its share in the mean, relative to the others.")

    def probability(self, columns: Sequence[float]) -> float:
        """What scikit-learn's predict_proba says of the second class."""
        if self.kind == "forest":
            return math.fsum(tree.at(columns) for tree in self.trees) / len(self.trees)
        return sigmoid(self.start + self.rate * math.fsum(tree.at(columns) for tree in self.trees))


class Feature(BaseModel):
    """One field of a row as columns: a number and whether it is missing, or a column per level."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: Literal["number", "category"]
    fill: float = Field(default=0.0, description="A missing number is read as this one.")
    levels: list[str] = Field(default_factory=list, description="A value that is none of them fills no column.")

    @property
    def columns(self) -> int:
        """How many columns it makes."""
        return 2 if self.kind == "number" else len(self.levels)

    def encode(self, value: Any) -> list[float]:
        """The columns of one value, as the 32-bit floats that scikit-learn's trees compare."""
        if self.kind == "number":
            known = number_of(value)
            return [_single(self.fill if known is None else known), float(known is None)]
        text = text_of(value)
        return [float(text == level) for level in self.levels]


class Model(BaseModel):
    """A learned model. `score` is the probability that a lead like this is interested."""

    model_config = ConfigDict(frozen=True)

    features: list[Feature] = Field(min_length=1)
    ensembles: list[Ensemble] = Field(min_length=1)

    def columns(self, row: Row) -> list[float]:
        """The row as the trees see it; fields that nobody gave are missing."""
        return [column for feature in self.features for column in feature.encode(row.get(feature.name))]

    def score(self, row: Row) -> float:
        """A probability: the weighted mean of the ensembles' log-odds."""
        return self._of_columns(self.columns(row))

    def parts(self, row: Row) -> dict[str, float]:
        """What each known field adds in log-odds: the row's, less those of the row without the field."""
        whole = log_odds(self.score(row))
        known = [feature.name for feature in self.features if text_of(row.get(feature.name)) != MISSING]
        return {name: whole - log_odds(self.score({**row, name: None})) for name in known}

    def _of_columns(self, columns: Sequence[float]) -> float:
        parts = [ensemble.weight * log_odds(ensemble.probability(columns)) for ensemble in self.ensembles]
        return sigmoid(math.fsum(parts) / math.fsum(ensemble.weight for ensemble in self.ensembles))


MISSING = ""


def text_of(value: Any) -> str:
    """A value as a level: `yes` and `no` for a truth, MISSING for nothing."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip()


def number_of(value: Any) -> float | None:
    """A value as a number, None when it is none."""
    try:
        number = float(value)
        # Also what does not fit into the 32 bits that are compared.
        return _single(number) if math.isfinite(_single(number)) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _single(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])


def sigmoid(log_odds: float) -> float:
    """Log-odds as a probability, without overflow."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    return math.exp(log_odds) / (1 + math.exp(log_odds))


def log_odds(probability: float) -> float:
    """A probability as log-odds, kept finite."""
    held = min(max(probability, CERTAIN), 1 - CERTAIN)
    return math.log(held / (1 - held))
