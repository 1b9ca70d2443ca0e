"""The planner's form: fields are named as the plan's, a share is typed in per cent, an empty one leaves the default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError

from services.chassis.typed_numbers import typed_number
from services.ops.domain.planner.assumptions import LONGEST_WEEKS, SHARE, Assumptions, House
from services.ops.domain.planner.measured import Known, house_of
from services.ops.plans import Job
from services.ops.schemas.plans import NewPlan

_RATES = vars(Assumptions())
TIERS = ("callers", "managers", "account_managers")
_PLAIN = ("weeks", "leads", "customers", "runs", "goal")


class PlanForm(BaseModel):
    """What was typed, by the fields' names."""

    model_config = ConfigDict(extra="allow")

    def typed(self) -> dict[str, str]:
        """The fields that are not empty, as they were typed: they are shown again if the plan makes no sense."""
        extra = self.model_extra or {}
        return {name: value.strip() for name, value in extra.items() if isinstance(value, str) and value.strip()}


def plan_of(typed: Mapping[str, str]) -> NewPlan:
    """The plan that was typed. Raises RequestValidationError with every field that is no number or makes no sense."""
    body: dict[str, Any] = {tier: NewPlan.model_fields[tier].default.model_dump() for tier in TIERS}
    body |= {"guess": typed.get("guess") == "1", "assumptions": {}}
    wrong: list[dict[str, Any]] = []
    for name, text in typed.items():
        group, _, field = name.partition(".")
        if name not in _PLAIN and not (field and group in (*TIERS, "assumptions")):
            continue
        value = _number(name, text)
        if value is None:
            wrong.append({"type": "float_parsing", "loc": ("body", name), "msg": "is not a number"})
        elif name in _PLAIN:
            body[name] = value
        else:
            body[group][field] = value
    try:
        plan = NewPlan.model_validate(body)
    except ValidationError as error:
        wrong += [{**one, "loc": ("body", ".".join(str(part) for part in one["loc"]))} for one in error.errors()]
    if wrong:
        raise RequestValidationError(wrong)
    return plan


def _number(name: str, text: str) -> float | int | None:
    """What was typed as a figure, of which a share is typed in per cent; none for what is no number."""
    if (number := typed_number(text.rstrip("% "))) is None:
        return None
    if is_share(name):
        return float(number) / 100
    return int(number) if number == int(number) else float(number)


def with_house(typed: Mapping[str, str], known: Known) -> dict[str, str]:
    """The fields that were typed, and of the house as it is known those that were left empty."""
    weeks = typed_number(typed.get("weeks", ""))
    house = house_of(known, min(max(int(weeks), 1), LONGEST_WEEKS) if weeks else House.weeks)
    return _of_house(house) | dict(typed)


def is_share(name: str) -> bool:
    """Whether a field is typed in per cent."""
    group, _, rate = name.partition(".")
    return group == "assumptions" and rate in _RATES and _RATES[rate].unit == SHARE


def values_of(job: Job | None, known: Known | None = None) -> dict[str, str]:
    """The fields of a plan that was asked for, as they are typed; of assumptions, those that were changed by hand.

    Those of a first plan are of the house as it is known.
    """
    house, goal, runs = (
        (job.plan.house, job.plan.goal, job.plan.runs) if job else (house_of(known or Known()), 12.0, 400)
    )
    values = _of_house(house)
    values |= {"goal": _plain(goal) if goal else "", "runs": f"{runs}"}
    changed = job.changed if job else {}
    return values | {
        f"assumptions.{name}": _plain(value * 100 if is_share(f"assumptions.{name}") else value)
        for name, value in changed.items()
    }


def _of_house(house: House) -> dict[str, str]:
    """People and work as they are typed."""
    values = {f"{tier}.{name}": _plain(value) for tier in TIERS for name, value in (
        ("count", getattr(house, tier).count), ("hours_a_week", getattr(house, tier).hours_a_week),
        ("cost_an_hour", getattr(house, tier).cost_an_hour),
    )}  # fmt: skip
    return values | {"weeks": f"{house.weeks}", "leads": f"{house.leads}", "customers": f"{house.customers}"}


def _plain(value: float) -> str:
    """A figure without an exponent, which is nothing that people type."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
