"""Whether a statement comes out even, in whatever format it came."""

from __future__ import annotations

from decimal import Decimal

from services.chassis.sentences import said


def balance_gap(opening: Decimal, moved: Decimal, closing: Decimal, currency: str) -> str | None:
    """What is missing of a statement, in words; none if the opening balance and all entries make the closing one."""
    missing = closing - opening - moved
    if not missing:
        return None
    begins, ends, makes, lacks = f"{opening:.2f}", f"{closing:.2f}", f"{moved:+.2f}", f"{abs(missing):.2f}"
    if missing > 0:
        return said(
            f"the statement does not come out even: it opens with {begins} {currency} and closes with {ends}, its "
            f"entries make {makes}. {lacks} {currency} that came are missing"
        )
    return said(
        f"the statement does not come out even: it opens with {begins} {currency} and closes with {ends}, its "
        f"entries make {makes}. {lacks} {currency} that went are missing"
    )
