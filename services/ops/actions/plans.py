"""Plans: what the house's own records say of its rates, and the simulation that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.chassis.errors import Invalid, Unavailable
from services.ops.domain.planner.assumptions import House, PlanError, checked, with_values
from services.ops.domain.planner.headcount import checked_goal
from services.ops.domain.planner.measured import Known, known
from services.ops.plans import Job, Plans
from services.ops.simulation import Plan
from services.ops.tiers import Missing, TierApis, of_each
from workflows.contracts.base import Tier

DAYS = 28
"""How far back a plan looks."""


async def read_known(tiers: TierApis) -> tuple[Known, list[Missing]]:
    """What records of the last days and rules in force say of the house, and which tiers could not say theirs."""

    async def ask(tier: Tier) -> dict[str, Any]:
        return dict(await tiers.ask(tier, "GET", "/v1/reports/rates", params={"days": str(DAYS)}))

    told, missing = await of_each(ask)
    return known(told, DAYS), missing


async def read_house(tiers: TierApis) -> Known:
    """What is known of the house, of all tiers. Raises Unavailable while one of them cannot be asked."""
    found, missing = await read_known(tiers)
    if missing:
        raise Unavailable("a tier cannot be asked for its rates now; plan with guesses, or try again later")
    return found


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
        field = "goal" if error.field == "sales_a_month" else error.field
        raise Invalid(error.reason, field=field, also=error.also) from None
    return plans.ask(Plan(house, runs, seed, goal), person, key, changes)
