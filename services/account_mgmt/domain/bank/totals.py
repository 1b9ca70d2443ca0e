"""Whether a statement comes out even, in whatever format it came."""

from __future__ import annotations

from decimal import Decimal


def balance_gap(opening: Decimal, moved: Decimal, closing: Decimal, currency: str) -> str | None:
    """What is missing of a statement, in words; none if the opening balance and all entries make the closing one."""
    missing = closing - opening - moved
    if not missing:
        return None
    which = "came" if missing > 0 else "went"
    return (
        f"the statement does not come out even: it opens with {opening:.2f} {currency} and closes with {closing:.2f}, "
        f"its entries make {moved:+.2f}. {abs(missing):.2f} {currency} that {which} are missing"
    )
