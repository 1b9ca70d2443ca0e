"""What the comparison says, in a sentence or two for the head of sales."""

from __future__ import annotations

from collections.abc import Sequence

from services.ops.domain.planner.summary import Comparison, Spread

SURE, LIKELY = 0.95, 0.75


def verdict(comparisons: Sequence[Comparison], classic_wins: float) -> str:
    """Does three-tier sell more, how surely, and what it costs. `classic_wins`: in which share of runs it does not."""
    by_name = {one.figure.name: one for one in comparisons}
    sales = by_name["sales"]
    if sales.change is None or sales.classic is None or sales.three_tier is None:
        return "Nothing is sold in one of the two departments: there is nothing to compare."
    return " ".join([_headline(sales.change, 1 - classic_wins), *_prices(by_name)])


def _headline(change: Spread, wins: float) -> str:
    said = (
        f"{amount(change.mean)} first sales, between {signed(change.low)} and {signed(change.high)}, "
        "from the same people and hours."
    )
    if wins >= SURE:
        return f"Almost certainly yes: {said}"
    if wins >= LIKELY:
        return f"Most likely yes: {said}"
    if wins > 1 - LIKELY:
        return f"The two cannot be told apart: {said}"
    return f"Most likely no: {said}" if wins > 1 - SURE else f"Almost certainly no: {said}"


def _prices(by_name: dict[str, Comparison]) -> list[str]:
    wait, cost = by_name["wait"], by_name["cost"]
    prices = []
    if wait.classic and wait.three_tier and wait.three_tier.mean > wait.classic.mean:
        prices.append(f"The price: an interested lead waits {hours(wait.three_tier.mean)} at the hand-over.")
    if cost.told_apart and cost.change is not None:
        prices.append(f"A first sale costs {amount(cost.change.mean)}.")
    return prices


def amount(change: float) -> str:
    """A change as a share in words: 31 % more, 8 % less."""
    return f"{abs(change):.0%} {'more' if change >= 0 else 'less'}".replace("%", " %")


def signed(change: float) -> str:
    """A change as a share with its sign: +12 %."""
    return f"{change:+.0%}".replace("%", " %").replace("-", "\u2212")


def hours(time: float) -> str:
    """A time in the unit that reads best."""
    if time < 2:
        return f"{time * 60:.0f} minutes"
    return f"{time:.0f} hours" if time < 48 else f"{time / 24:.1f} days"
