"""Whether a statement comes out even, in whatever format it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

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


@dataclass(frozen=True)
class Span:
    """What a statement of an account, or a page of it, opens and closes with. `day` is that of its closing balance.

    `goes_on`: its closing balance is that of a page, and another follows; `began`: so is its opening one.
    """

    account: str
    currency: str
    day: str
    opening: Decimal
    closing: Decimal
    began: bool = False
    goes_on: bool = False


def chain_gaps(spans: Iterable[Span]) -> list[str]:
    """What is missing between the statements of a file, account by account: each begins where the one before ended."""
    chains: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for one in dict.fromkeys(spans):
        chains[one.account, one.currency].append(one)
    return [gap for chain in chains.values() for gap in _gaps_along(chain)]


def _gaps_along(chain: Sequence[Span]) -> list[str]:
    # The sort keeps the order within a day, and banks write the newest first or last.
    orders = [sorted(chain[::step], key=lambda one: one.day) for step in (1, -1)]
    return min((_breaks(one) for one in orders), key=len)


def _breaks(chain: Sequence[Span]) -> list[str]:
    found: list[str] = []
    if chain[0].began:
        found.append(said("the file begins within a statement: the pages before are missing"))
    for before, after in pairwise(chain):
        if before.closing != after.opening:
            account, ends, begins, day = before.account, f"{before.closing:.2f}", f"{after.opening:.2f}", before.day
            found.append(
                said(
                    f"between the statements of {account} something is missing: one ends with {ends} on {day}, the "
                    f"next begins with {begins}"
                )
            )
    if chain[-1].goes_on:
        found.append(said("the statement goes on on another page, which is not in the file"))
    return found
