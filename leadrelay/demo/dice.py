"""Seeded chance that gives the same result on every Python version.

Only `random.random()` is used: it is the one method whose sequence the standard library promises to keep.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of decisions that depends on nothing but the parts it is made of.

    Parts are business facts (a seed, a person, an item): whoever asks twice with the same parts gets the same
    answers, so a decision that is repeated after a crash is the same decision.
    """

    def __init__(self, *parts: object) -> None:
        self._random = random.Random("|".join(str(part) for part in parts))  # noqa: S311 - a simulation, no secret

    def roll(self) -> float:
        """Draw a number in [0, 1)."""
        return self._random.random()

    def chance(self, probability: float) -> bool:
        """Say yes with this probability."""
        return self.roll() < probability

    def between(self, low: float, high: float) -> float:
        """Draw a number in [low, high)."""
        return low + (high - low) * self.roll()

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number in [low, high], both ends included."""
        return low + int(self.roll() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """Choose one option, each as likely as the other. The sequence must not be empty."""
        return options[int(self.roll() * len(options))]

    def weigh(self, weights: Mapping[T, float]) -> T:
        """Choose a key by its weight; weights need not add up to one."""
        left = self.roll() * sum(weights.values())
        for option, weight in weights.items():
            left -= weight
            if left < 0:
                return option
        return next(reversed(list(weights)))
