"""How much of each tax rate a credit note takes back, so that its sums add up, and all notes of an invoice to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from services.chassis.currencies import minor_unit, rounded

Share = tuple[Decimal, Decimal, Decimal]
"""Rate in per cent, net, and the tax on it."""


def credit_shares(invoiced: Sequence[Share], taken: Sequence[Share], amount: Decimal, currency: str) -> list[Share]:
    """An amount with tax, shared out to what earlier credit notes have `taken` nothing of yet; rates of no share are
    left out, the highest comes first.

    Each rate gets its part of what is left, cents that remain go where most was cut off. A rate of which nothing stays
    gets its very rest: so notes over the whole amount take back exactly what was invoiced, rate by rate.
    """
    left = [_left(one, taken) for one in invoiced]
    grosses = _shared([net + tax for _, net, tax in left], amount, minor_unit(currency))
    return [_split(one, gross, currency) for one, gross in zip(left, grosses, strict=True) if gross]


def _left(invoiced: Share, taken: Sequence[Share]) -> Share:
    rate, net, tax = invoiced
    same = [one for one in taken if one[0] == rate]
    return rate, net - sum(one[1] for one in same), tax - sum(one[2] for one in same)


def _shared(parts: Sequence[Decimal], amount: Decimal, coin: Decimal) -> list[Decimal]:
    """The amount in proportion to these parts, in whole coins; none gets more than it is."""
    whole = sum(parts, Decimal(0))
    exact = [part * amount / whole for part in parts]
    shares = [(one / coin).quantize(Decimal(1), ROUND_DOWN) * coin for one in exact]
    missing = int((amount - sum(shares, Decimal(0))) / coin)
    for at in sorted(range(len(parts)), key=lambda n: shares[n] - exact[n])[:missing]:
        shares[at] += coin
    return shares


def _split(left: Share, gross: Decimal, currency: str) -> Share:
    rate, net, tax = left
    if gross == net + tax:
        return left
    # Never more tax, nor more net, than is left of either.
    mine = min(tax, max(gross - net, rounded(gross * rate / (100 + rate), currency)))
    return rate, gross - mine, mine
