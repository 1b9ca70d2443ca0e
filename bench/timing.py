"""Who buys next, and when: `python -m bench.timing cdnow_orders.csv`.

The file has customer_id and date (YYYYMMDD or with dashes) of every purchase: the CDNOW sample of Fader and Hardie. The
call list is the five per cent most likely to buy within 30 days, at eight monthly cut-offs; beside our own forecast
stand rules of thumb and plain BG/NBD. Regular buyers are generated (a gap of 30 days, give or take five). Fit and day's
list are timed on customers drawn from the same file.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

import numpy as np

from services.account_mgmt.domain.timing import bgnbd, forecast
from services.account_mgmt.domain.timing.history import Floats, Histories, histories, log_of

CUTS = [date(1997, 9, 30), date(1997, 10, 31), date(1997, 11, 30), date(1997, 12, 31),
        date(1998, 1, 31), date(1998, 2, 28), date(1998, 3, 31), date(1998, 4, 30)]  # fmt: skip
LIST_SHARE = 0.05
USUAL_WEEKS = 90 / 7
Purchases = Mapping[str, Sequence[date]]


def read(path: Path) -> dict[str, list[date]]:
    """Purchases by customer."""
    found: dict[str, list[date]] = defaultdict(list)
    with path.open() as file:
        for row in csv.DictReader(file):
            found[row["customer_id"]].append(date.fromisoformat(row["date"]))
    return found


def own_forecast(purchases: Purchases, cut: date) -> Floats:
    """Our own ranking: fitted at the cut-off."""
    log = log_of(purchases, cut)
    return forecast.foretell(forecast.fit(log, cut), log, cut, usual_weeks=USUAL_WEEKS).p_buys


def plain(purchases: Purchases, cut: date) -> Floats:
    """BG/NBD alone."""
    known = histories(purchases, cut)
    model = bgnbd.fit(known)
    return model.p_buys(known, 30 / 7) if model else known.frequency


def rule(score: Callable[[Histories], Floats]) -> Callable[[Purchases, date], Floats]:
    """A rule of thumb that looks at histories only."""
    return lambda purchases, cut: score(histories(purchases, cut))


def own_gap(known: Histories) -> Floats:
    """Closeness of the customer's mean gap to the time since their last purchase."""
    mean = np.where(known.frequency > 0, known.recency / np.maximum(known.frequency, 1), USUAL_WEEKS)
    return -np.abs(mean - known.since)


RULES = {
    "own forecast": own_forecast,
    "plain BG/NBD": plain,
    "freq / (1 + days since)": rule(lambda known: known.frequency / (1 + known.since * 7)),
    "own mean gap": rule(own_gap),
    "fixed 90 days": rule(lambda known: -np.abs(known.since - USUAL_WEEKS)),
}


def precision(purchases: Purchases, cut: date, scores: Floats) -> float:
    """The share of the call list that buys within 30 days."""
    known = histories(purchases, cut)
    until = cut + timedelta(days=30)
    bought = np.array([any(cut < day <= until for day in purchases[name]) for name in known.ids])
    listed = np.argsort(-scores, kind="stable")[: round(len(known.ids) * LIST_SHARE)]
    return float(bought[listed].mean())


def halves(purchases: Purchases) -> tuple[Purchases, Purchases]:
    """The customers in two halves, always the same ones."""
    names = sorted(purchases)
    random.Random(1).shuffle(names)
    middle = len(names) // 2
    return {n: purchases[n] for n in names[:middle]}, {n: purchases[n] for n in names[middle:]}


def regular_buyers() -> float:
    """The share of generated regular buyers whose next purchase falls within five days of the predicted date."""
    chance = np.random.default_rng(7)
    bought, following, last = {}, [], []
    for number in range(1_000):
        days = np.cumsum(chance.integers(25, 36, size=int(chance.integers(5, 14))))
        dates = [date(2025, 1, 1) + timedelta(days=int(day)) for day in days]
        bought[str(number)], last = dates[:-1], [*last, dates[-2]]
        following.append((dates[-1] - dates[-2]).days)
    models = forecast.fit(log_of(bought, date(2026, 6, 1)), date(2026, 6, 1))
    hits = 0
    for number, name in enumerate(bought):
        log = log_of({name: bought[name]}, last[number])
        told = forecast.foretell(models, log, last[number], usual_weeks=USUAL_WEEKS)
        hits += abs(float(told.middle[0]) * 7 - following[number]) <= 5
    return hits / len(bought)


def many(purchases: Purchases, count: int) -> dict[str, Sequence[date]]:
    """This many customers, taken from the file over and over."""
    kept = list(purchases.values())
    return {str(number): kept[number % len(kept)] for number in range(count)}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    purchases = read(parser.parse_args().file)
    print(f"{len(purchases):,} customers; precision of the call list, mean of {len(CUTS)} cut-offs; each half alone")
    for name, score in RULES.items():
        figures = [
            fmean(precision(part, cut, score(part, cut)) for cut in CUTS) for part in (purchases, *halves(purchases))
        ]
        print(f"{name:<26} {figures[0]:.3f}   {figures[1]:.3f}  {figures[2]:.3f}")
    print(f"regular buyers within five days of the predicted date: {regular_buyers():.1%}")
    begun = time.perf_counter()
    models = forecast.fit(log_of(many(purchases, 25_000), CUTS[-1]), CUTS[-1])
    print(f"fit on 25,000 customers: {time.perf_counter() - begun:.2f} s")
    crowd = many(purchases, 100_000)
    begun = time.perf_counter()
    predicted = forecast.foretell(models, log_of(crowd, CUTS[-1]), CUTS[-1], usual_weeks=USUAL_WEEKS)
    print(f"forecasts for 100,000 customers: {time.perf_counter() - begun:.2f} s")
    begun = time.perf_counter()
    np.argsort(-predicted.p_buys)
    print(
        f"the day's list from these: {time.perf_counter() - begun:.3f} s; {int(predicted.regular.sum()):,} by own gaps"
    )


if __name__ == "__main__":
    main()
