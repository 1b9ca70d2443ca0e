"""`python -m services.ops.simulation`: one plan in a process of its own, at a lower priority than people's requests.

Reads the plan as JSON from its input; writes a line for each step of progress and, last, one with the answer. It ends
when nobody reads any more.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from services.ops.domain.planner.answer import as_dict
from services.ops.domain.planner.assumptions import House, PlanError
from services.ops.domain.planner.headcount import plan_headcount
from services.ops.domain.planner.runs import simulate

# Behind whatever a person waits for on the same machine.
_NICE = 10


@dataclass(frozen=True)
class Plan:
    """What is to be simulated. `goal`: first sales a month that people are counted for; none: they are not."""

    house: House
    runs: int
    seed: int
    goal: float | None = None


PLANS: TypeAdapter[Plan] = TypeAdapter(Plan)


def say(**line: Any) -> None:
    """One line for whoever reads."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def carry_out(plan: Plan, processes: int) -> None:
    """Simulate, and say how far it is."""
    done = simulate(plan.house, plan.runs, plan.seed, processes, lambda count: say(done=count))
    heads = plan_headcount(plan.house, plan.goal, plan.seed) if plan.goal is not None else None
    say(answer=as_dict(plan.house, done, plan.seed, heads))


def main() -> None:
    """Read, simulate, answer."""
    os.nice(_NICE)
    plan = PLANS.validate_json(sys.stdin.buffer.read())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        carry_out(plan, cores)
    except PlanError as error:
        say(refused={"field": error.field, "reason": error.reason})


if __name__ == "__main__":
    main()
