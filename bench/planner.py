"""The planner's speed: `python -m bench.planner [RUNS]`, beside SimPy with nothing to simulate.

The limit in the same run: as many timeouts as the department has pieces of work, by as many processes that do nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from time import perf_counter

from simpy import Environment, Event

from services.ops.domain.planner.assumptions import House
from services.ops.domain.planner.luck import draw_luck
from services.ops.domain.planner.models import MODELS, run_once
from services.ops.domain.planner.runs import simulate

PROCESSES = 2
SAMPLE = 10


def main() -> None:
    """Print seconds for the runs, and one run's time beside the limit."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    house = House()
    began = perf_counter()
    simulate(house, runs, processes=PROCESSES)
    taken = perf_counter() - began
    print(f"{runs} runs of both departments, {PROCESSES} processes: {taken:.1f} s")
    ours, pieces = _ours(house)
    limit = _limit(house.people, pieces)
    print(f"one run on one core: {ours * 1000:.0f} ms for {pieces:,} pieces of work; SimPy alone {limit * 1000:.0f} ms")
    print(f"ratio {ours / limit:.2f}")


def _ours(house: House) -> tuple[float, int]:
    began, pieces = perf_counter(), 0
    for number in range(SAMPLE):
        luck = draw_luck(house, 1, number)
        for model in MODELS:
            tally = run_once(house, model, luck)
            pieces += tally.dials + tally.met + tally.orders
    return (perf_counter() - began) / SAMPLE, pieces // SAMPLE


def _limit(people: int, pieces: int) -> float:
    env = Environment()

    def work() -> Generator[Event, None, None]:
        for _ in range(pieces // people):
            yield env.timeout(1)

    for _ in range(people):
        env.process(work())
    began = perf_counter()
    env.run()
    return perf_counter() - began


if __name__ == "__main__":
    main()
