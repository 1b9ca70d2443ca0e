"""What the people in the sample department decide. Pure: the dice go in, the decision comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leadrelay.demo import rates
from leadrelay.demo.dice import Dice
from leadrelay.demo.people import CATALOGUE, PATHS, Service
from workflows.contracts.account_mgmt import NudgeOutcome
from workflows.contracts.lead_gen import CallOutcome

QUESTIONS: Final = (
    "Чи страхуєте ви вантаж на повну вартість?",
    "Чи є у вас зерновози з дозволом на Румунію?",
    "Скільки днів займає митниця в Ягодині?",
    "Чи возите небезпечні вантажі класу 3?",
    "Які у вас умови оплати з відтермінуванням?",
)
NEEDS: Final = (
    "Two trucks a week to Odesa port",
    "Groupage to Lviv, six pallets every Monday",
    "Wants a price for Dnipro - Warsaw, 22 t",
    "Container haulage from Chornomorsk",
    "Grain from three elevators until June",
)
NOT_INTERESTED: Final = {"has_carrier": 0.45, "no_freight": 0.25, "own_fleet": 0.2, "price": 0.1}
DECLINES: Final = ("I know them: they bought from a competitor last week", "Outside my routes", "My day is full")
LOSSES: Final = {"price": 0.4, "competitor": 0.3, "no_need": 0.2, "not_reached": 0.1}


@dataclass(frozen=True)
class Call:
    """How a call ended. Times are seconds from the end of the call."""

    outcome: CallOutcome
    path: tuple[str, ...] = ()
    reason: str | None = None
    question: str | None = None
    needs: str | None = None
    callback_in: float | None = None
    personal: bool = True
    meeting_in: float | None = None


def call(dice: Dice, attempt: int) -> Call:
    """Decide the `attempt`-th dial to a lead."""
    outcome = dice.weigh(rates.dial(attempt))
    path = PATHS.get(outcome, ())
    match outcome:
        case CallOutcome.INTERESTED:
            return Call(outcome, path, needs=dice.pick(NEEDS), meeting_in=5.0 if dice.chance(0.3) else None)
        case CallOutcome.HARD_QUESTION:
            return Call(outcome, path, question=dice.pick(QUESTIONS))
        case CallOutcome.CALLBACK:
            return Call(outcome, path, callback_in=dice.between(4.0, 15.0), personal=dice.chance(0.6))
        case CallOutcome.NOT_INTERESTED:
            return Call(outcome, path, reason=dice.weigh(NOT_INTERESTED))
        case _:
            return Call(outcome, path)


def decline(dice: Dice) -> str | None:
    """Decide whether a manager gives a hand-over back, and why."""
    return dice.pick(DECLINES) if dice.chance(rates.HAND_OVER_DECLINED) else None


@dataclass(frozen=True)
class DealPlan:
    """How a deal will go. It is decided when the deal begins and is the same whenever it is asked again."""

    opportunity: bool
    meets: bool
    no_show: bool
    discount: int
    wins: bool
    loss: str
    sleeps_for: float | None
    publishes: bool
    lines: tuple[tuple[Service, int], ...]


def deal(dice: Dice) -> DealPlan:
    """Decide how a deal will go."""
    opportunity = dice.chance(rates.OPPORTUNITY_PER_HAND_OVER)
    return DealPlan(
        opportunity=opportunity,
        meets=dice.chance(rates.MEETING_PER_OPPORTUNITY),
        no_show=dice.chance(rates.NO_SHOW),
        discount=25 if dice.chance(rates.DEEP_DISCOUNT) else dice.pick((0, 0, 0, 3, 5)),
        wins=opportunity and dice.chance(rates.WON_PER_OFFER),
        loss=dice.weigh(LOSSES),
        sleeps_for=dice.between(30.0, 90.0) if dice.chance(rates.SLEEP_PER_LOSS) else None,
        publishes=dice.chance(rates.ANSWER_PUBLISHED),
        lines=basket(dice),
    )


def basket(dice: Dice) -> tuple[tuple[Service, int], ...]:
    """Choose what a customer buys: one service, and often a second one that goes with it."""
    first = dice.pick(CATALOGUE[:5])
    chosen = [first]
    if dice.chance(0.45):
        chosen.append(dice.pick([service for service in CATALOGUE if service is not first]))
    return tuple((service, dice.whole(*service.usual)) for service in chosen)


def nudge(dice: Dice) -> NudgeOutcome:
    """Decide what a customer says to the reminder of the next purchase."""
    return dice.weigh(rates.NUDGE)


def payment(dice: Dice) -> str:
    """Decide how an invoice is paid: `full`, `partial`, `late` or `never`."""
    return dice.weigh(rates.PAYMENT)
