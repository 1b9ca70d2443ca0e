"""What a camt statement says of itself as a whole, and what of it is missing: opening + entries = closing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal

from services.account_mgmt.domain.bank.camt_entries import NotBookedError, check_booked, direction
from services.account_mgmt.domain.bank.camt_xml import Element, text_at
from services.account_mgmt.domain.bank.totals import balance_gap
from services.chassis.sentences import said

_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{0,20})?", re.ASCII)
# Opening (or the last closing), and closing, as booked; others are of a moment, or of what is only expected.
_OPENING = ("OPBD", "PRCD")
_CLOSING = "CLBD"


class Totals:
    """Of one statement, entry by entry."""

    def __init__(self) -> None:
        # Of each kind and currency the balances with their days.
        self._balances: dict[tuple[str, str], list[tuple[str, Decimal]]] = defaultdict(list)
        self._came: dict[bool, Decimal] = defaultdict(Decimal)
        self._told_to_come: Decimal | None = None
        self._moved: dict[str, Decimal] = defaultdict(Decimal)
        self._booked = self._entries = 0
        self._counted: int | None = None

    def balance(self, element: Element) -> None:
        """A balance that the statement names: of several days, the first opens it and the last closes it."""
        kind = text_at(element, "Tp/CdOrPrtry/Cd")
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

    def gaps(self) -> Iterator[str]:
        """What does not come out even, in words."""
        gaps = list(self._balance_gaps())
        yield from gaps
        if self._counted is not None and self._counted not in (self._entries, self._booked):
            counted, there = self._counted, self._entries
            yield said(f"the statement says that it has {counted} entries, and {there} are in the file")
        # Whether what is only announced is in the sum is every bank's own choice.
        if not gaps and self._told_to_come not in (None, *self._came.values()):
            told, came = self._told_to_come, self._came[False]
            yield said(f"the statement says that {told} came, and {came} is in the file")

    def _balance_gaps(self) -> Iterator[str]:
        for (kind, currency), balances in list(self._balances.items()):
            opening = next((found for one in _OPENING if (found := self._balances.get((one, currency)))), None)
            if kind == _CLOSING and opening:
                last = max(day for day, _ in balances)
                closing = next(amount for day, amount in balances if day == last)
                gap = balance_gap(min(opening, key=lambda one: one[0])[1], self._moved[currency], closing, currency)
                if gap:
                    yield gap


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
