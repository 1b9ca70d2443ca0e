"""Plans: what the house's own records say of its rates, and the simulation that is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.chassis.errors import Invalid, Unavailable
from services.ops.domain.planner.assumptions import Assumptions, House, PlanError, checked, with_values
from services.ops.domain.planner.headcount import checked_goal
from services.ops.domain.planner.measured import measured
from services.ops.plans import Job, Plans
from services.ops.simulation import Plan
from services.ops.tiers import TierApis, TierAway, of_each
from workflows.contracts.base import Tier

HEADS_DAYS = 28
# What the plan calls a tier's people, and the report on each of them.
_STAFF = {
    Tier.LEAD_GEN: ("callers", "callers"),
    Tier.CONVERSION: ("managers", "managers"),
    Tier.ACCOUNT_MGMT: ("account_managers", "account-managers"),
}
# Somebody has worked of whom any of these was counted.
_WORK = {
    Tier.LEAD_GEN: ("calls", "hours"),
    Tier.CONVERSION: ("accepted", "declined", "returned", "promises_kept", "promises_late", "won", "lost"),
    Tier.ACCOUNT_MGMT: ("answered_in_time", "orders_after_nudge"),
}
_REPORTS = ((Tier.LEAD_GEN, "callers"), (Tier.CONVERSION, "managers"), (Tier.ACCOUNT_MGMT, "nudges"))


async def read_rates(tiers: TierApis) -> Assumptions:
    """What the reports of the last thirty days measured; guesses for the rest. Raises Unavailable."""
    try:
        callers, managers, nudges = await asyncio.gather(
            *(tiers.ask(tier, "GET", f"/v1/reports/{report}") for tier, report in _REPORTS)
        )
    except TierAway:
        raise Unavailable("a tier cannot be asked for its rates now; plan with guesses, or try again later") from None
    return measured(Assumptions(), callers["items"], managers["team"], nudges)


async def count_heads(tiers: TierApis) -> dict[str, int]:
    """How many people of each tier's role have worked in the last 28 days, by the plan's names; of who can be asked."""
    since = (datetime.now(UTC) - timedelta(days=HEADS_DAYS)).isoformat()

    async def ask(tier: Tier) -> int:
        report = await tiers.ask(tier, "GET", f"/v1/reports/{_STAFF[tier][1]}", params={"from": since})
        return sum(1 for one in report["items"] if any(one[figure] for figure in _WORK[tier]))

    found, _missing = await of_each(ask)
    return {_STAFF[tier][0]: count for tier, count in found.items() if count}


def ask_plan(
    plans: Plans, house: House, changes: Mapping[str, float], *, runs: int, seed: int, goal: float | None,
    person: str, key: str | None = None,
) -> Job:  # fmt: skip
    """Queue a simulation of this house, with some assumptions changed. Raises Invalid for one that makes no sense."""
    try:
        house = checked(replace(house, assumptions=with_values(house.assumptions, dict(changes))))
        if goal is not None:
            checked_goal(house, goal)
    except PlanError as error:
        raise Invalid(error.reason, field="goal" if error.field == "sales_a_month" else error.field) from None
    return plans.ask(Plan(house, runs, seed, goal), person, key, changes)
