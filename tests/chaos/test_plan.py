"""The plan of a chaos run."""

from __future__ import annotations

import pytest

from tests.chaos.plan import LONGEST_FREEZE, LONGEST_PAUSE, PROCESSES, WORKERS, What, make_plan


def test_the_same_seed_gives_the_same_plan_and_another_one_another() -> None:
    assert make_plan(7, 600) == make_plan(7, 600)
    assert make_plan(7, 600) != make_plan(8, 600)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("seconds", [120.0, 600.0])
def test_everything_is_hit_at_least_once_and_all_is_over_by_the_end(seed: int, seconds: float) -> None:
    plan = make_plan(seed, seconds)
    assert {blow.targets[0] for blow in plan if blow.what is What.KILL} == set(PROCESSES)
    assert {blow.targets[0] for blow in plan if blow.what is What.FREEZE} == set(WORKERS)
    assert {blow.targets[0] for blow in plan if blow.what is What.RESTART} == {"postgres", "temporal"}
    assert any(blow.what is What.PAUSE for blow in plan)
    assert [blow.at for blow in plan] == sorted(blow.at for blow in plan)
    assert all(blow.at >= 0 and blow.at + blow.lasts <= seconds for blow in plan)


@pytest.mark.parametrize("seed", range(20))
def test_a_worker_is_frozen_for_a_minute_at_most_and_a_tier_paused_for_three(seed: int) -> None:
    for blow in make_plan(seed, 600):
        longest = {What.FREEZE: LONGEST_FREEZE, What.PAUSE: LONGEST_PAUSE}.get(blow.what, 0.0)
        assert blow.lasts <= longest
