"""What a camt statement says of itself as a whole, and what of it is missing: opening + entries = closing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal

from services.account_mgmt.domain.bank.camt_entries import NotBookedError, check_booked, direction
from services.account_mgmt.domain.bank.camt_xml import Element, text_at
from services.account_mgmt.domain.bank.totals import Span, balance_gap
from services.chassis.sentences import said

_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{0,20})?", re.ASCII)
# Opening (or the last closing), and closing, as booked; others are of a moment, or of what is only expected.
_OPENING = ("OPBD", "PRCD")
_CLOSING = "CLBD"


class Totals:
    """Of one statement, entry by entry."""

    def __init__(self) -> None:
        self.name = ""
        # Of each kind and currency the balances with their days.
        self._balances: dict[tuple[str, str], list[tuple[str, Decimal]]] = defaultdict(list)
        self._came: dict[bool, Decimal] = defaultdict(Decimal)
        self._told_to_come: Decimal | None = None
        self._moved: dict[str, Decimal] = defaultdict(Decimal)
        self._booked = self._entries = 0
        self._counted: int | None = None

    def balance(self, element: Element) -> None:
        """A balance that the statement names: of several days, the first opens it and the last closes it."""
        kind = text_at(element, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
        found = _signed(element)
        if found is not None:
            self._balances[kind, found[1]].append((text_at(element, "Dt/Dt", "Dt/DtTm")[:10], found[0]))

    def summary(self, element: Element) -> None:
        """How many entries the statement says it has, and how much it says came."""
        count = text_at(element, "TtlNtries/NbOfNtries")
        self._counted = int(count) if count.isdecimal() and len(count) < 10 else None
        came = text_at(element, "TtlCdtNtries/Sum")
        self._told_to_come = Decimal(came) if _NUMBER.fullmatch(came) else None

    def entry(self, element: Element) -> None:
        """An entry as it stands there, whether it can be taken or not."""
        self._entries += 1
        found = _signed(element)
        came = max(found[0], Decimal(0)) if found else Decimal(0)
        self._came[False] += came
        with suppress(NotBookedError):
            check_booked(element)
            self._booked += 1
            self._came[True] += came
            if found is not None:
                self._moved[found[1]] += found[0]

    def add(self, page: Totals) -> None:
        """The next page of the statement."""
        for of, balances in page._balances.items():
            self._balances[of] += balances
        for is_booked, came in page._came.items():
            self._came[is_booked] += came
        for currency, moved in page._moved.items():
            self._moved[currency] += moved
        self._booked, self._entries = self._booked + page._booked, self._entries + page._entries
        self._told_to_come, self._counted = page._told_to_come, page._counted

    def spans(self, account: str) -> Iterator[Span]:
        """What the statement opens and closes with, in each currency."""
        for currency, (day, opening, closing) in self._ends():
            yield Span(account, currency, day, opening, closing)

    def gaps(self, *, is_paged: bool = False) -> Iterator[str]:
        """What does not come out even, in words. The counts of a page may be its own, or those of all pages."""
        gaps = list(self._balance_gaps())
        yield from gaps
        if is_paged:
            return
        if self._counted is not None and self._counted not in (self._entries, self._booked):
            counted, there = self._counted, self._entries
            yield said(f"the statement says that it has {counted} entries, and {there} are in the file")
        # Whether what is only announced is in the sum is every bank's own choice.
        if not gaps and self._told_to_come not in (None, *self._came.values()):
            told, came = self._told_to_come, self._came[False]
            yield said(f"the statement says that {told} came, and {came} is in the file")

    def _balance_gaps(self) -> Iterator[str]:
        for currency, (_, opening, closing) in self._ends():
            if gap := balance_gap(opening, self._moved[currency], closing, currency):
                yield gap

    def _ends(self) -> Iterator[tuple[str, tuple[str, Decimal, Decimal]]]:
        """By currency: the day of the last closing balance, the first opening one, and that closing one."""
        for (kind, currency), balances in list(self._balances.items()):
            opening = next((found for one in _OPENING if (found := self._balances.get((one, currency)))), None)
            if kind == _CLOSING and opening:
                last = max(day for day, _ in balances)
                closing = [amount for day, amount in balances if day == last][-1]
                yield currency, (last, min(opening, key=lambda one: one[0])[1], closing)


def _signed(element: Element) -> tuple[Decimal, str] | None:
    """An amount with its currency, below zero for a debit; none if it cannot be read."""
    amount, text = element.find("Amt"), text_at(element, "Amt")
    if amount is None or not _NUMBER.fullmatch(text):
        return None
    try:
        sign = 1 if direction(element) == "CRDT" else -1
    except ValueError:
        return None
    return sign * Decimal(text), amount.get("Ccy", "")
