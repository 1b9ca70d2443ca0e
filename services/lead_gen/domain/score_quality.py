"""How good a learned score is on leads that it has not seen: cross-validation, AUC, the best fifth, calibration."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import fmean

from pydantic import BaseModel

from services.lead_gen.domain.score_training import SEED, NotEnoughError, Rows, check, train

FOLDS = 10
BEST_SHARE = 0.2


class Decile(BaseModel):
    """One tenth of the rows by expected probability: what was expected, and what came."""

    expected: float
    came: float
    rows: int


class Quality(BaseModel):
    """How well the learner does on rows that it has not seen (cross-validated)."""

    rows: int
    positives: int
    folds: int
    auc: float
    captured: float
    lift: float
    calibration: list[Decile]


Learner = Callable[[Rows, Sequence[bool]], Callable[[Rows], Sequence[float]]]


def learner(rows: Rows, labels: Sequence[bool]) -> Callable[[Rows], Sequence[float]]:
    """The product's learner in the shape that `out_of_fold` takes: train, then score many."""
    model = train(rows, labels)
    return lambda unseen: [model.score(row) for row in unseen]


def out_of_fold(
    rows: Rows, labels: Sequence[bool], *, folds: int = FOLDS, seed: int = SEED, learn: Learner = learner
) -> list[float]:
    """Each row's score by a model that has not seen it; folds keep the share of positives."""
    from sklearn.model_selection import StratifiedKFold

    scores = [0.0] * len(rows)
    split = StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, list(map(int, labels)))
    for seen, unseen in split:
        score = learn([rows[n] for n in seen], [labels[n] for n in seen])
        for n, value in zip(unseen, score([rows[n] for n in unseen]), strict=True):
            scores[n] = value
    return scores


def captured(scores: Sequence[float], labels: Sequence[bool], share: float = BEST_SHARE) -> float:
    """Which part of the positives is in the best `share` of the list."""
    best = sorted(range(len(scores)), key=lambda n: -scores[n])[: round(share * len(scores))]
    return sum(bool(labels[n]) for n in best) / sum(map(bool, labels))


def area(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """AUC: how often a positive row is ranked before a negative one, ties counted half (Mann and Whitney 1947)."""
    ranks: dict[float, float] = {}
    ordered = sorted(scores)
    first = 0
    while first < len(ordered):
        last = first
        while last + 1 < len(ordered) and ordered[last + 1] == ordered[first]:
            last += 1
        ranks[ordered[first]] = (first + last) / 2 + 1
        first = last + 1
    wanted = sum(map(bool, labels))
    total = math.fsum(ranks[score] for score, label in zip(scores, labels, strict=True) if label)
    return (total - wanted * (wanted + 1) / 2) / (wanted * (len(labels) - wanted))


def quality_of(rows: Rows, labels: Sequence[bool], *, folds: int = FOLDS) -> Quality:
    """How the learner does on rows it has not seen. Raises NotEnoughError."""
    check(rows, labels)
    wanted = sum(map(bool, labels))
    fewest = min(wanted, len(labels) - wanted)
    if fewest < 2:
        raise NotEnoughError(f"at least two rows of each kind are needed, there are {fewest} of one")
    used = min(folds, fewest)
    scores = out_of_fold(rows, labels, folds=used)
    share = captured(scores, labels)
    return Quality(
        rows=len(rows),
        positives=wanted,
        folds=used,
        auc=area(scores, labels),
        captured=share,
        lift=share / BEST_SHARE,
        calibration=_deciles(scores, labels),
    )


def _deciles(scores: Sequence[float], labels: Sequence[bool]) -> list[Decile]:
    order = sorted(range(len(scores)), key=lambda n: scores[n])
    bounds = [round(len(order) * n / 10) for n in range(11)]
    tenths = [order[low:high] for low, high in pairwise(bounds) if low < high]
    return [
        Decile(
            expected=fmean(scores[n] for n in tenth), came=fmean(float(bool(labels[n])) for n in tenth), rows=len(tenth)
        )
        for tenth in tenths
    ]
