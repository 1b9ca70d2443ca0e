"""How much of a list's sales its best fifth holds: `python -m bench.selection bank_calls.csv [--rounds 5]`.

The file is UCI's Bank Marketing (Moro, Cortez and Rita 2014, CC BY 4.0), without what is not known before the call
(`duration`, `campaign`, `day`, `month`). Each round is a stratified 10-fold cross-validation over all rows, with a seed
of its own. Beside Leadrelay's own learner stand chance and a logistic regression on the same columns.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, pstdev

from services.lead_gen.domain.score_model import Model
from services.lead_gen.domain.score_quality import BEST_SHARE, Learner, area, captured, learner, out_of_fold
from services.lead_gen.domain.score_training import Rows, features_of

UNKNOWN_BEFORE_THE_CALL = ("duration", "campaign", "day", "month")
RESULT = "y"


def read(path: Path) -> tuple[list[dict[str, str]], list[bool]]:
    """The rows, without the result and without what is not known before the call; and the results."""
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    left_out = {*UNKNOWN_BEFORE_THE_CALL, RESULT}
    rows = [{name: value for name, value in row.items() if name not in left_out} for row in table]
    return rows, [row[RESULT] == "yes" for row in table]


def logistic(rows: Rows, labels: Sequence[bool]) -> Callable[[Rows], Sequence[float]]:
    """The usual first attempt: standardised columns, L2."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    encoder = Model.model_construct(features=features_of(rows), ensembles=[])
    machine = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    machine.fit([encoder.columns(row) for row in rows], list(map(int, labels)))
    return lambda unseen: [float(p) for p in machine.predict_proba([encoder.columns(row) for row in unseen])[:, 1]]


def show(name: str, learn: Learner, rows: Rows, labels: Sequence[bool], rounds: int) -> None:
    began = time.perf_counter()
    scores = [out_of_fold(rows, labels, folds=10, seed=seed, learn=learn) for seed in range(rounds)]
    shares = [captured(one, labels) for one in scores]
    areas = [area(one, labels) for one in scores]
    print(
        f"{name:<20} captured {fmean(shares):6.1%} (lowest {min(shares):.1%}, sd {pstdev(shares):.1%})"
        f"  AUC {fmean(areas):.4f}  {(time.perf_counter() - began) / rounds:.0f} s a round"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", type=Path)
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    rows, labels = read(asked.file)
    print(
        f"{len(rows)} calls, {sum(labels)} sales, {asked.rounds} rounds of 10 folds; best {BEST_SHARE:.0%} of the list"
    )
    print(f"{'chance':<20} captured {BEST_SHARE:6.1%}")
    show("logistic regression", logistic, rows, labels, asked.rounds)
    show("Leadrelay", learner, rows, labels, asked.rounds)


if __name__ == "__main__":
    main()
