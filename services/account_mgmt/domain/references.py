"""One reference of the bank names one movement of money: the same again with another amount is a contradiction."""

from __future__ import annotations

from decimal import Decimal

from services.chassis.errors import Conflict


def is_same(one: str | None, other: str | None) -> bool:
    """Whether two references are one, however they were typed; none is like no other."""
    return one is not None and other is not None and one.lower() == other.lower()


def check_same(what: str, reference: str, *, booked: Decimal, asked: Decimal, currency: str) -> None:
    """Raises Conflict (`other_amount`), with both amounts, if a reference was booked with another one."""
    if booked == asked:
        return
    raise Conflict(
        f"{what} {reference} is on this invoice with {booked:.2f} {currency}, and is now to be {asked:.2f} {currency}: "
        "use another reference, or reverse what was booked",
        code="other_amount",
        detail={"reference": reference, "booked": f"{booked:.2f}", "asked": f"{asked:.2f}", "currency": currency},
    )
