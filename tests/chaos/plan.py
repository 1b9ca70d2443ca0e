"""What is done to the stack and when: the same seed gives the same plan."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

TIERS = ("lead_gen", "conversion", "account_mgmt")
WORKERS = tuple(f"{tier}_worker" for tier in TIERS)
PROCESSES = (*(f"{tier}_api" for tier in TIERS), "ops_api", *WORKERS, "postgres", "temporal", "mail")
LONGEST_FREEZE = 60.0
LONGEST_PAUSE = 180.0
# On the average; a stack that is hit faster than it starts shows nothing new.
EVERY = 12.0


class What(StrEnum):
    """A blow."""

    KILL = "kill -9"
    FREEZE = "freeze"
    RESTART = "restart"
    PAUSE = "pause"


@dataclass(frozen=True)
class Blow:
    """Something done to the processes `targets`, `at` seconds after the beginning; `lasts` for those that end."""

    at: float
    what: What
    targets: tuple[str, ...]
    lasts: float = 0.0

    def __str__(self) -> str:
        lasts = f" for {self.lasts:.0f} s" if self.lasts else ""
        return f"{self.at:6.1f} s  {self.what} {', '.join(self.targets)}{lasts}"


def make_plan(seed: int, seconds: float) -> list[Blow]:
    """Blows over `seconds`, at least: each process killed, each worker frozen, the servers restarted, a tier paused.

    What is left of the time is filled with more of them. Everything that lasts is over by the end.
    """
    dice = random.Random(seed)
    wanted: list[tuple[What, tuple[str, ...]]] = [
        *((What.KILL, (name,)) for name in PROCESSES),
        *((What.FREEZE, (name,)) for name in WORKERS),
        *((What.RESTART, (name,)) for name in ("postgres", "temporal")),
        (What.PAUSE, _tier(dice)),
    ]
    while len(wanted) < seconds / EVERY:
        wanted.append(_another(dice))
    dice.shuffle(wanted)
    step = seconds / len(wanted)
    return [
        Blow(at, what, targets, _lasts(dice, what, seconds - at))
        for number, (what, targets) in enumerate(wanted)
        for at in [step * (number + dice.random())]
    ]


def _tier(dice: random.Random) -> tuple[str, ...]:
    tier = dice.choice(TIERS)
    return (f"{tier}_api", f"{tier}_worker")


def _another(dice: random.Random) -> tuple[What, tuple[str, ...]]:
    what = dice.choices([What.KILL, What.FREEZE, What.RESTART, What.PAUSE], weights=[6, 3, 1, 1])[0]
    match what:
        case What.KILL:
            return what, (dice.choice(PROCESSES),)
        case What.FREEZE:
            return what, (dice.choice(WORKERS),)
        case What.RESTART:
            return what, (dice.choice(("postgres", "temporal")),)
        case What.PAUSE:
            return what, _tier(dice)


def _lasts(dice: random.Random, what: What, left: float) -> float:
    if what is What.FREEZE:
        return min(left, dice.uniform(1.0, LONGEST_FREEZE))
    if what is What.PAUSE:
        return min(left, dice.uniform(LONGEST_PAUSE / 3, LONGEST_PAUSE))
    return 0.0
