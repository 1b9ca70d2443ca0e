"""Plans: what is asked, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Id, Model
from services.ops.domain.planner.assumptions import (
    LONGEST_WEEKS,
    MOST_LEADS,
    MOST_PEOPLE,
    Assumption,
    Assumptions,
    House,
    People,
)
from services.ops.domain.planner.headcount import MOST_SALES
from services.ops.domain.planner.runs import MOST_RUNS
from services.ops.plans import Job

_DEFAULT = House()


class Staff(Body):
    """The people of one tier."""

    count: int = Field(ge=0, le=MOST_PEOPLE)
    hours_a_week: float = Field(ge=1, le=60, description="Of each.")
    cost_an_hour: float = Field(default=0, ge=0, le=1_000_000, description="In the plan's currency.")

    def people(self) -> People:
        """As the planner takes them."""
        return People(self.count, self.hours_a_week, self.cost_an_hour)


def _staff(people: People) -> Staff:
    return Staff(count=people.count, hours_a_week=people.hours_a_week, cost_an_hour=people.cost_an_hour)


class NewPlan(Body):
    """A house to simulate. Rates come from the tiers' own reports, unless `guess`; `assumptions` replaces some."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"callers": {"count": 7, "hours_a_week": 16, "cost_an_hour": 120}, "leads": 4800, "goal": 12,
                 "assumptions": {"won": 0.3}}
            ]
        }
    )  # fmt: skip

    callers: Staff = _staff(_DEFAULT.callers)
    managers: Staff = _staff(_DEFAULT.managers)
    account_managers: Staff = _staff(_DEFAULT.account_managers)
    weeks: int = Field(default=_DEFAULT.weeks, ge=1, le=LONGEST_WEEKS)
    leads: int = Field(default=_DEFAULT.leads, ge=0, le=MOST_LEADS, description="That come in these weeks.")
    customers: int = Field(default=_DEFAULT.customers, ge=0, le=MOST_LEADS, description="That the house has already.")
    assumptions: dict[Annotated[str, Field(max_length=40)], float] = Field(
        default_factory=dict, max_length=40, description="By name, such as `answered`; shares are 0 to 1."
    )
    goal: float | None = Field(
        default=None, gt=0, le=MOST_SALES, description="First sales a month to count people for."
    )
    guess: bool = Field(default=False, description="Do not ask the tiers for their own rates.")
    runs: int = Field(default=400, ge=2, le=MOST_RUNS)
    seed: int = Field(default=1, ge=0, le=2**31, description="The same plan with the same seed gives the same figures.")

    def house(self, rates: Assumptions) -> House:
        """As the planner takes it."""
        return House(
            callers=self.callers.people(),
            managers=self.managers.people(),
            account_managers=self.account_managers.people(),
            weeks=self.weeks,
            leads=self.leads,
            customers=self.customers,
            assumptions=rates,
        )


class Rate(Model):
    """One assumption. `seen`: of how many cases it was measured; `by_rule`: by the house's rules; else it is a guess.
    `low` and `high` hold 95 %.
    """

    name: str
    says: str
    unit: str
    value: float
    seen: int | None
    low: float | None
    high: float | None
    by_rule: bool

    @classmethod
    def of(cls, name: str, one: Assumption) -> Rate:
        """The answer."""
        return cls(name=name, **vars(one))


class Plan(Model):
    """A plan and how far it is. `answer` is there when `state` is `done`, `problem` when it is `failed`."""

    id: Id
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    asked_by: str
    asked_at: datetime
    runs: int
    runs_done: int
    rates: list[Rate]
    answer: dict[str, Any] | None = Field(
        description="`verdict` in words, `judgement` as one, `figures` of both departments with intervals, `headcount`."
    )
    problem: str | None

    @classmethod
    def of(cls, job: Job) -> Plan:
        """The answer."""
        rates = vars(job.plan.house.assumptions)
        return cls(
            id=job.id,
            state=job.state,
            asked_by=job.asked_by,
            asked_at=job.asked_at,
            runs=job.plan.runs,
            runs_done=job.done,
            rates=[Rate.of(name, one) for name, one in rates.items()],
            answer=job.answer,
            problem=job.problem,
        )
