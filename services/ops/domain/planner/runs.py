"""Many runs, on as many cores as are given. The same house, seed and number of runs give the same figures anywhere."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial

from services.ops.domain.planner.assumptions import House, checked
from services.ops.domain.planner.figures import figures_of
from services.ops.domain.planner.luck import draw_luck
from services.ops.domain.planner.models import MODELS, run_once
from services.ops.domain.planner.summary import Run

MOST_RUNS = 2000
# Small enough to show progress, large enough that passing them costs nothing.
CHUNK = 5


def run(house: House, seed: int, number: int) -> Run:
    """Both departments through the same weeks with the same luck."""
    luck = draw_luck(house, seed, number)
    return {model: figures_of(house, luck, run_once(house, model, luck)) for model in MODELS}


def simulate(
    house: House, runs: int, seed: int = 1, processes: int = 1, progress: Callable[[int], None] | None = None
) -> list[Run]:
    """All runs in order. `progress` is told how many are done. Raises PlanError for a house that makes no sense."""
    done: list[Run] = []
    with _mapper(processes) as mapped:
        for one in mapped(partial(run, checked(house), seed), range(runs)):
            done.append(one)
            if progress is not None:
                progress(len(done))
    return done


@contextmanager
def _mapper(processes: int) -> Iterator[Callable[..., Iterator[Run]]]:
    if processes <= 1:
        yield map
        return
    # A process of its own begins with nothing of ours: no threads, no connections.
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield partial(pool.map, chunksize=CHUNK)
