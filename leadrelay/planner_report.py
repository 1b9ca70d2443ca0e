"""The planner's answer for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from textwrap import wrap

from services.ops.domain.planner.assumptions import Assumption, House
from services.ops.domain.planner.headcount import Headcount
from services.ops.domain.planner.summary import Comparison, Run, Spread, classic_wins, compare
from services.ops.domain.planner.verdict import signed, verdict

WIDTH = 80
TIERS = {"callers": "1 Callers", "managers": "2 Managers", "account_managers": "3 Account managers"}


def as_text(house: House, runs: Sequence[Run], seed: int, headcount: Headcount | None) -> str:
    """The verdict, both departments, the people for a goal, and what was assumed."""
    comparisons = compare(runs)
    lines = [
        *wrap(verdict(comparisons, classic_wins(runs)), WIDTH, break_on_hyphens=False),
        "",
        f"{house.weeks} weeks, {house.people} people, {house.leads:,} leads, {len(runs)} runs (seed {seed})",
        "",
        f"{'':40}{'classic':>9}{'three-tier':>12}   of 100 runs, 95",
    ]
    lines += [_row(one) for one in comparisons]
    if headcount is not None:
        lines += ["", *_heads(headcount, house)]
    return "\n".join([*lines, "", *_assumed(house)])


def _row(one: Comparison) -> str:
    name = f"{one.figure.says}, {one.figure.unit}" if one.figure.unit not in ("deals", "orders") else one.figure.says
    change = "-"
    if one.change is not None:
        change = f"{signed(one.change.low)} to {signed(one.change.high)}" if one.told_apart else "not told apart"
        if one.figure.name == "wait":
            change = ""  # a share of almost nothing says nothing
    return f"{name:40}{_mean(one.classic):>9}{_mean(one.three_tier):>12}   {change}".rstrip()


def _mean(spread: Spread | None) -> str:
    if spread is None:
        return "-"
    return f"{spread.mean:,.1f}" if abs(spread.mean) < 10 else f"{spread.mean:,.0f}"


def _heads(headcount: Headcount, house: House) -> list[str]:
    lines = [
        f"For {headcount.sales_a_month:g} first sales a month",
        f"{'Hours are those of a week':27}{'today':>7}{'needed':>9}{'9 of 10 safe':>15}   limited by",
    ]
    for tier in headcount.tiers:
        name = f"{TIERS[tier.tier]}, {getattr(house, tier.tier).hours_a_week:g} h"
        lines.append(f"{name[:27]:27}{tier.today:>7}{tier.needed:>9}{tier.safe:>15}   {tier.limited_by}")
    lines.append(f"Leads a week{'':22}{headcount.leads_a_week:>9.0f}{headcount.safe_leads_a_week:>15.0f}")
    return [*lines, f"Tried: the safe numbers sold as much in {headcount.reached * 100:.0f} of 100 simulated quarters."]


def _assumed(house: House) -> list[str]:
    lines = ["Assumed (change with --set NAME=VALUE)"]
    for field in fields(house.assumptions):
        one: Assumption = getattr(house.assumptions, field.name)
        says = f"{field.name} = {_value(one)}: {one.says} ({_source(one)})"
        lines += wrap(says, WIDTH, break_on_hyphens=False, initial_indent="  ", subsequent_indent="    ")
    return lines


def _value(one: Assumption) -> str:
    return f"{one.value:.4g}" if one.unit in ("share", "") else f"{one.value:,.6g} {one.unit}".replace(" money", "")


def _source(one: Assumption) -> str:
    if one.by_rule:
        return "by your rules"
    if one.seen is None:
        return "a guess"
    interval = f", {one.low:.3g} to {one.high:.3g}" if one.low is not None and one.high is not None else ""
    return f"measured, {one.seen:,} cases{interval}"
