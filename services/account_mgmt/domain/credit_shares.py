"""How much of each tax rate a credit note takes back, so that its sums add up, and all notes of an invoice to it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from decimal import Decimal

from services.account_mgmt.domain.money import in_proportion
from services.chassis.currencies import minor_unit, rounded

Share = tuple[Hashable, Decimal, Decimal]
"""Which tax (its rate, or category and rate), net, and the tax on it."""


def credit_shares(invoiced: Sequence[Share], taken: Sequence[Share], amount: Decimal, currency: str) -> list[Share]:
    """An amount with tax, shared out to what earlier credit notes have `taken` nothing of yet; rates of no share are
    left out, the highest comes first.

    Each rate gets its part of what is left, cents that remain go where most was cut off. Its tax is what all notes so
    far have to take back of the rate's tax, less what the earlier ones did: so notes over the whole amount take back
    exactly what was invoiced, rate by rate, and none drifts away.
    """
    before = [_taken(one[0], taken) for one in invoiced]
    left = [net + tax - sum(gone) for (_, net, tax), gone in zip(invoiced, before, strict=True)]
    grosses = in_proportion(left, amount, minor_unit(currency))
    return [
        _split(one, gone, gross, currency) for one, gone, gross in zip(invoiced, before, grosses, strict=True) if gross
    ]


def _taken(rate: Hashable, taken: Sequence[Share]) -> tuple[Decimal, Decimal]:
    same = [one for one in taken if one[0] == rate]
    return sum((one[1] for one in same), Decimal(0)), sum((one[2] for one in same), Decimal(0))


def _split(invoiced: Share, taken: tuple[Decimal, Decimal], gross: Decimal, currency: str) -> Share:
    rate, net, tax = invoiced
    so_far = rounded((sum(taken) + gross) * tax / (net + tax), currency)
    mine = min(gross, max(Decimal(0), so_far - taken[1]))
    return rate, gross - mine, mine
