"""Who may sell at which price: the one rule for offers and for sales without an offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.chassis.errors import Conflict
from services.conversion.domain.money import OfferLine, deepest_discount

_ALL_OF_IT = Decimal(100)


@dataclass(frozen=True)
class Judgement:
    """How far lines are below the catalogue, in per cent, and what is beyond a limit; nothing, if they may go out."""

    percent: Decimal
    reasons: Sequence[str]

    @property
    def may_go_out(self) -> bool:
        """Whether it is within the limit."""
        return not self.reasons


def judge(lines: Sequence[OfferLine], discount_percent: Decimal, limit: Decimal) -> Judgement:
    """Whether somebody who may give `limit` per cent may sell these lines alone.

    Each line counts by itself, before and after rounding, so that nothing dear makes up for what is given away; what
    the discount is called does not matter. A line that cannot be compared may be given away whole,
    so only whoever may give 100 per cent may sell it alone.
    """
    percent = max(discount_percent, deepest_discount(lines, discount_percent))
    reasons = []
    if limit < _ALL_OF_IT:
        reasons = [f"line {at}: {line.needs_approval}" for at, line in enumerate(lines, start=1) if line.needs_approval]
    if percent > limit:
        reasons.insert(0, f"{percent:.2f} % below the catalogue, and {limit:f} % may be given alone")
    return Judgement(percent, reasons)


def check_authority(lines: Sequence[OfferLine], discount_percent: Decimal, limit: Decimal) -> None:
    """Raise Conflict `above_limit` unless somebody who may give `limit` per cent may sell these lines alone."""
    judged = judge(lines, discount_percent, limit)
    if not judged.may_go_out:
        raise Conflict(
            f"this is more than you may give away alone ({'; '.join(judged.reasons)}): make an offer, and ask for its "
            "approval",
            code="above_limit",
            detail={"reasons": list(judged.reasons), "limit": f"{limit:f}"},
        )
