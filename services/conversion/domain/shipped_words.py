"""Words that come with the product and are read by people: reasons for losing, steps of playbooks. Each reader has them
in their own language; what an organisation writes itself stays as it was written. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from services.chassis.sentences import later as _

Tell = Callable[[str], str]

LOSSES: Final[Mapping[str, str]] = {
    "price": _("too expensive"),
    "competitor": _("bought elsewhere"),
    "no_need": _("no need at present"),
    "no_budget": _("no budget at present"),
    "not_reached": _("could not be reached any more"),
    "not_ours": _("needs what we do not sell"),
    "closed_down": _("the company has closed"),
}
STEPS: Final[Mapping[str, str]] = {
    "ask": _("Ask what they thought of the routes and prices."),
    "again": _("Ask whether anything has come up since."),
    "meet": _("Propose a meeting this week."),
    "doubts": _("Ask what still stands in the way of an order."),
    "close": _("Agree on the first order."),
}
_SHIPPED: Final = frozenset({*LOSSES.values(), *STEPS.values()})


def in_words(text: str, tell: Tell) -> str:
    """A text as its reader is told it."""
    return tell(text) if text in _SHIPPED else text


def as_shipped(typed: str, tongues: Iterable[Tell]) -> str:
    """What is kept for a text that was typed: the shipped one, if it is that in any of our languages."""
    known = {tell(text): text for tell in tongues for text in _SHIPPED}
    return known.get(typed, typed)
