"""Deals that change hands."""

from __future__ import annotations

from dataclasses import dataclass

from services.conversion.domain.deals import Deal


@dataclass(frozen=True)
class Handed:
    """One deal of a take-over: to whom, or why to nobody."""

    deal: Deal
    manager: str | None
    why: str
