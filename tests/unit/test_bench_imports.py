"""The bench of imports fails by itself where the same file takes longer again."""

from __future__ import annotations

import pytest

from bench.imports import slower_again


@pytest.mark.parametrize("again", [[3.9], [4.0], [9.0, 3.9], [3.9, 48.0]])
def test_a_repeat_that_is_no_slower_once_passes(again: list[float]) -> None:
    assert slower_again(4.0, again) is None


def test_repeats_that_are_all_slower_are_told_with_their_times() -> None:
    assert slower_again(12.5, [45.1, 48.02]) == (
        "the same file again took 45.10 and 48.02 s, the first time 12.50 s: it must never take longer"
    )
