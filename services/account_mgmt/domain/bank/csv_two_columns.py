"""The two columns of a CSV for what went and for what came, and what a sum of the other sign in one of them means.

A bank that undoes a booking writes it again with a minus in the same column: less that came is no money that went, and
less that went is nothing that a customer paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from services.account_mgmt.domain.bank.csv_amounts import Sum


@dataclass(frozen=True)
class Moved:
    """What came, or (below zero) what went; `undone` if the bank took a booking back with it."""

    sum: Sum
    undone: bool = False


@dataclass(frozen=True)
class Pair:
    """The headings of both columns, and the signs of their sums in the whole file."""

    debit: str
    credit: str
    credits: frozenset[int]
    usual_debit: int

    @classmethod
    def of(cls, debit: tuple[str, Sequence[Decimal | None]], credit: tuple[str, Sequence[Decimal | None]]) -> Pair:
        """By (heading, sums) of each column. The sign of most debits is the usual one, 0 if there is none."""
        went, came = _signs(debit[1]), _signs(credit[1])
        usual = (sum(went) > 0) - (sum(went) < 0)
        return cls(debit[0], credit[0], frozenset(came), usual)

    def moved(self, went: Sum, came: Sum, *, is_return: bool) -> Moved:
        """What a row says by both cells. `is_return` if its words say that the bank took a booking back.

        Raises ValueError, with the cell and what should stand there.
        """
        debit, credit, out, in_ = self.debit, self.credit, went.value, came.value
        if out and in_:
            raise ValueError(f"{out} stands under '{debit}' and {in_} under '{credit}': one of the two must be empty")
        if not out and not in_ and not (debit or credit):
            raise ValueError("there is no amount")
        if not out and not in_:
            raise ValueError(f"no amount above zero stands under '{debit}' or '{credit}'")
        return self._came(came, is_return=is_return) if in_ else self._went(went, is_return=is_return)

    def _came(self, came: Sum, *, is_return: bool) -> Moved:
        if came.value > 0:
            return Moved(came)
        credit, value = self.credit, came.value
        if 1 not in self.credits and not is_return:
            raise ValueError(
                f"{value} under '{credit}' is below zero: what came stands there without a minus, what went in the "
                "other column; if the bank took money back, the row must say so"
            )
        return Moved(came, undone=True)

    def _went(self, went: Sum, *, is_return: bool) -> Moved:
        """Banks write what went with a minus or without one; less of it is a booking undone."""
        debit, value = self.debit, went.value
        sign = 1 if value > 0 else -1
        if self.usual_debit and sign != self.usual_debit:
            return Moved(replace(went, value=abs(value)), undone=True)
        if not self.usual_debit and sign < 0 and not is_return:
            raise ValueError(
                f"{value} under '{debit}' has another sign than the sum beside it: write all that went without a "
                "minus, and what the bank undid with one"
            )
        return Moved(replace(went, value=-abs(value)), undone=is_return)


def _signs(sums: Sequence[Decimal | None]) -> list[int]:
    return [1 if one > 0 else -1 for one in sums if one]
