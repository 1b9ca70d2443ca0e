"""What the comparison says, in a sentence or two for the head of sales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from services.ops.domain.planner.summary import Comparison, Spread

SURE, LIKELY = 0.95, 0.75
Judgement = Literal["nothing", "yes", "likely_yes", "apart", "likely_no", "no"]
_SAID: dict[Judgement, str] = {
    "yes": "Almost certainly yes",
    "likely_yes": "Most likely yes",
    "apart": "The two cannot be told apart",
    "likely_no": "Most likely no",
    "no": "Almost certainly no",
}


def judge(comparisons: Sequence[Comparison], classic_wins: float) -> Judgement:
    """Does three-tier sell more, and how surely? `classic_wins`: in which share of runs it does not."""
    sales = next(one for one in comparisons if one.figure.name == "sales")
    if sales.change is None or sales.classic is None or sales.three_tier is None:
        return "nothing"
    wins = 1 - classic_wins
    if wins >= LIKELY:
        return "yes" if wins >= SURE else "likely_yes"
    if wins > 1 - LIKELY:
        return "apart"
    return "likely_no" if wins > 1 - SURE else "no"


def verdict(comparisons: Sequence[Comparison], classic_wins: float) -> str:
    """What `judge` says in words, with how much more is sold and what it costs."""
    by_name = {one.figure.name: one for one in comparisons}
    judgement, change = judge(comparisons, classic_wins), by_name["sales"].change
    if judgement == "nothing" or change is None:
        return "Nothing is sold in one of the two departments: there is nothing to compare."
    return " ".join([f"{_SAID[judgement]}: {_sales(change)}", *_prices(by_name)])


def _sales(change: Spread) -> str:
    return (
        f"{amount(change.mean, 'fewer')} first sales, between {signed(change.low)} and {signed(change.high)}, "
        "from the same people and hours."
    )


def _prices(by_name: dict[str, Comparison]) -> list[str]:
    wait, cost = by_name["wait"], by_name["cost"]
    prices = []
    if wait.classic and wait.three_tier and wait.three_tier.mean > wait.classic.mean:
        prices.append(f"The price: an interested lead waits {hours(wait.three_tier.mean)} at the hand-over.")
    if cost.told_apart and cost.change is not None:
        prices.append(f"A first sale costs {amount(cost.change.mean)}.")
    return prices


def amount(change: float, fallen: str = "less") -> str:
    """A change as a share in words: 31 % more, 8 % less; of what is counted `fallen` is fewer."""
    return f"{abs(change):.0%} {'more' if change >= 0 else fallen}".replace("%", " %")


def signed(change: float) -> str:
    """A change as a share with its sign: +12 %."""
    return f"{change:+.0%}".replace("%", " %").replace("-", "\u2212")


def hours(time: float) -> str:
    """A time in the unit that reads best."""
    if time < 2:
        return f"{time * 60:.0f} minutes"
    return f"{time:.0f} hours" if time < 48 else f"{time / 24:.1f} days"
