"""A lead's card as its manager corrects it: what may change, and what outlives a hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.contracts.base import ContactCard

FIELDS = ("company", "contact_name", "phones", "email", "language", "timezone", "region", "city", "industry", "size",
          "website")  # fmt: skip
"""What a manager may correct of a card; the tax id is the register's alone."""


def changed_fields(before: ContactCard, after: ContactCard) -> list[str]:
    """Names of the fields in which the cards differ; a time zone that was assumed differs from one that is known."""
    found = [name for name in FIELDS if getattr(before, name) != getattr(after, name)]
    is_news = before.timezone_known != after.timezone_known and "timezone" not in found
    return [*found, "timezone"] if is_news else found


def corrections(known: Mapping[str, Any], before: ContactCard, after: ContactCard) -> dict[str, Any]:
    """What is corrected from now on, `known` being what was so far; a field that is as it came is not corrected."""
    found = dict(known)
    for name in changed_fields(before, after):
        was, now = known[name]["was"] if name in known else getattr(before, name), getattr(after, name)
        if was == now and before.timezone_known:
            found.pop(name, None)
        else:
            found[name] = {"was": was, "now": now}
    return found


def merged(given: ContactCard, known: Mapping[str, Any]) -> tuple[ContactCard, dict[str, Any]]:
    """A card that is handed over (again), with the corrections it does not know yet; and those that still count.

    A workflow offers a lead with the card it began with, so a value that was corrected stays so. A value that is
    neither the old nor the corrected one is newer than both.
    """
    kept = {name: one for name, one in known.items() if getattr(given, name) in (one["was"], one["now"])}
    card = given.model_copy(update={name: one["now"] for name, one in kept.items()})
    return (card.model_copy(update={"timezone_known": True}) if "timezone" in kept else card), kept
