"""Whose money is it, and which invoices does it pay? Decided from the records alone; nothing is guessed.

1. Invoices that are named in the purpose are paid in order of their due dates.
2. Otherwise the payer is recognised (an order that is named, account seen before, tax id, name), and the one open
   invoice of exactly this amount is paid.
3. Everything else is left to a person, with the invoices that it may be for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import product
from math import prod

from services.account_mgmt.domain.bank.numbers import invoices_in, orders_in, short_in
from services.account_mgmt.domain.bank.transfers import Transfer
from services.chassis.contacts.tax_ids import same_tax_id, spellings
from services.chassis.records import Record
from services.chassis.sentences import said

MAX_CANDIDATES = 10
_MOST_READINGS = 64
_FORM = re.compile(r"\b(?:ТОВ|ТЗОВ|ПП|ФОП|АТ|ПАТ|ПРАТ|LLC|LTD|INC|GMBH)\b")


class InvoiceBalance(Record):
    """An invoice as the matching sees it. `open_amount` is what is still to be paid, in `currency`."""

    id: str
    number: str
    customer_id: str
    open_amount: Decimal
    currency: str
    due_at: datetime
    state: str = "open"
    tax_id: str = ""
    company: str = ""


@dataclass(frozen=True)
class Candidate:
    """An invoice that a transfer may be for, and why."""

    invoice_id: str
    why: str


@dataclass(frozen=True)
class Decision:
    """`shares` (invoice, amount) of a transfer that was matched; for others `candidates`. `reason` says why."""

    reason: str
    shares: tuple[tuple[InvoiceBalance, Decimal], ...] = ()
    candidates: tuple[Candidate, ...] = ()


class Ledger:
    """The invoices that money may be for; what is booked is taken off, so that the next transfer finds the rest."""

    def __init__(
        self,
        invoices: Iterable[InvoiceBalance],
        payers: dict[str, set[str]],
        entities: Sequence[str],
        orders: Mapping[str, set[str]] | None = None,
    ) -> None:
        self._orders = orders or {}
        self._entities = entities
        self._payers = payers
        self._invoices: dict[str, InvoiceBalance] = {}
        self._by_number: dict[str, str] = {}
        self._by_amount: dict[tuple[Decimal, str], set[str]] = defaultdict(set)
        self._by_customer: dict[str, set[str]] = defaultdict(set)
        self._by_tax_id: dict[str, set[str]] = defaultdict(set)
        self._by_name: dict[str, set[str]] = defaultdict(set)
        self._tax_ids: dict[str, str] = {}
        for one in invoices:
            self._add(one)

    def _add(self, one: InvoiceBalance) -> None:
        self._invoices[one.id] = one
        self._by_number[one.number] = one.id
        self._by_customer[one.customer_id].add(one.id)
        self._by_amount[one.open_amount, one.currency].add(one.id)
        if one.tax_id:
            for spelling in spellings(one.tax_id):
                self._by_tax_id[spelling].add(one.customer_id)
            self._tax_ids[one.customer_id] = one.tax_id
        if name := plain_name(one.company):
            self._by_name[name].add(one.customer_id)

    def book(self, transfer: Transfer, decision: Decision) -> None:
        """Take what was paid off the invoices, and remember whose account the money came from."""
        for invoice, share in decision.shares:
            now = self._invoices[invoice.id]
            self._by_amount[now.open_amount, now.currency].discard(now.id)
            rest = now.open_amount - share
            now = now.model_copy(update={"open_amount": rest, "state": "open" if rest > 0 else "paid"})
            self._invoices[now.id] = now
            self._by_amount[now.open_amount, now.currency].add(now.id)
            if transfer.payer_iban:
                self._payers.setdefault(transfer.payer_iban, set()).add(now.customer_id)

    def decide(self, transfer: Transfer) -> Decision:
        """Which invoices this transfer pays, or why none."""
        named = invoices_in(transfer.purpose, self._entities)
        if not named:
            return self._guessed(transfer)
        short = short_in(transfer.purpose, self._entities)
        return (self._in_short(transfer, named, short) if short else None) or self._named(transfer, named)

    def _in_short(
        self, transfer: Transfer, numbers: Sequence[str], short: Sequence[tuple[str, ...]]
    ) -> Decision | None:
        """Invoices that are named whole, with those named in short, if the sum is exactly theirs; else a doubt.

        None where nothing open of this payer's can be meant in short.
        """
        whole = [self._invoices[self._by_number[number]] for number in numbers if number in self._by_number]
        payers = {one.customer_id for one in whole} or self._payer(transfer)[0]
        places = [self._meant(place, payers, transfer.currency) for place in short]
        places = [place for place in places if place]
        payable = [one for one in whole if one.state == "open" and one.currency == transfer.currency]
        if not places:
            return None
        if len(payers) == 1 and prod(map(len, places)) <= _MOST_READINGS:
            readings = {frozenset(one.id for one in reading) for reading in product(*places)}
            paid = [[*payable, *map(self._invoices.__getitem__, reading)] for reading in readings]
            fitting = [these for these in paid if sum(one.open_amount for one in these) == transfer.amount]
            if len(fitting) == 1:
                return Decision(said("named in the purpose, some in short, and the sum is exactly theirs"),
                                shares=split(transfer.amount, fitting[0]))  # fmt: skip
        meant = list({one.id: one for one in (*whole, *(one for place in places for one in place))}.values())
        shown = _candidates(meant, said("named in the purpose, or may be meant there in short"))
        return Decision(said("invoices are named in short, and the sum does not say which"), candidates=shown)

    def _meant(self, place: Sequence[str], payers: set[str], currency: str) -> list[InvoiceBalance]:
        """The open invoices of these payers that a short number may mean."""
        found = [self._invoices[self._by_number[number]] for number in place if number in self._by_number]
        return [one for one in found if one.customer_id in payers and one.state == "open" and one.currency == currency]

    def _named(self, transfer: Transfer, numbers: Sequence[str]) -> Decision:
        known = [self._invoices[self._by_number[number]] for number in numbers if number in self._by_number]
        payable = [one for one in known if one.state == "open" and one.currency == transfer.currency]
        candidates = _candidates(known, said("named in the purpose"))
        problems = [said(f"{number} is not known") for number in numbers if number not in self._by_number]
        problems += [_is_no_more(one.number, one.state) for one in known if one.state != "open"]
        problems += [
            _in_another(one.number, one.currency, transfer.currency)
            for one in known
            if one.state == "open" and one.currency != transfer.currency
        ]
        if not payable:
            others = candidates or self._guessed(transfer).candidates
            return Decision("; ".join(problems), candidates=others)
        if len({one.customer_id for one in payable}) > 1:
            return Decision(said("the invoices that are named belong to different customers"), candidates=candidates)
        # With every named invoice open, too much is the payer's mistake; otherwise it may be for the other one.
        if problems and transfer.amount > sum(one.open_amount for one in payable):
            besides = "; ".join(problems)
            return Decision(said(f"more money than the open invoices; {besides}"), candidates=candidates)
        return Decision(said("named in the purpose"), shares=split(transfer.amount, payable))

    def _guessed(self, transfer: Transfer) -> Decision:
        same = [self._invoices[one] for one in self._by_amount.get((transfer.amount, transfer.currency), ())]
        same = [one for one in same if one.state == "open"]
        customers, how = self._payer(transfer)
        if not customers:
            likely = _candidates(same, said("the amount is the same"))
            return Decision(said(f"{how}; no invoice is named"), candidates=likely)
        exact = [one for one in same if one.customer_id in customers]
        if len(exact) == 1:
            why = said(f"{how}; the amount is that of this invoice alone")
            return Decision(why, shares=split(transfer.amount, exact))
        if exact:
            candidates, count = _candidates(exact, said(f"{how}; the amount is the same")), len(exact)
            return Decision(said(f"{how}; {count} open invoices have this amount"), candidates=candidates)
        mine = {one for customer in customers for one in self._by_customer[customer]}
        theirs = [self._invoices[one] for one in mine if self._invoices[one].state == "open"]
        return Decision(said(f"{how}; no open invoice has this amount"), candidates=_candidates(theirs, how))

    def _payer(self, transfer: Transfer) -> tuple[set[str], str]:
        """The customers that this payer may be, and how they were recognised."""
        tax_id = transfer.payer_tax_id
        for number in orders_in(transfer.purpose) if self._orders else ():
            if named := self._fitting(self._orders.get(number, ()), tax_id):
                return named, said(f"order {number} is named in the purpose")
        # One account may serve many payers (a bank's transit account): another tax id is another payer.
        seen = self._fitting(self._payers.get(transfer.payer_iban, ()), tax_id)
        if transfer.payer_iban and seen:
            return seen, said("the payer's account is known")
        of_tax_id = {one for spelling in spellings(tax_id) for one in self._by_tax_id.get(spelling, ())}
        if tax_id and of_tax_id:
            return of_tax_id, said("the payer's tax id is known")
        named = self._fitting(self._by_name.get(plain_name(transfer.payer_name), ()), tax_id)
        return named, said("the payer's name is known") if named else said("the payer is not known")

    def _fitting(self, customers: Iterable[str], tax_id: str) -> set[str]:
        """Those of these customers whose tax id, if both are known, is the payer's."""
        return {one for one in customers if not tax_id or same_tax_id(self._tax_ids.get(one, tax_id), tax_id)}


def _is_no_more(number: str, state: str) -> str:
    return said(f"{number} is void") if state == "void" else said(f"{number} is paid")


def _in_another(number: str, currency: str, money: str) -> str:
    return said(f"{number} is in {currency}, the money in {money}")


def split(amount: Decimal, invoices: Iterable[InvoiceBalance]) -> tuple[tuple[InvoiceBalance, Decimal], ...]:
    """The money in order of due date; what is too much stays on the last invoice. The shares add up to `amount`."""
    shares: list[tuple[InvoiceBalance, Decimal]] = []
    rest = amount
    for one in sorted(invoices, key=lambda one: (one.due_at, one.number)):
        share = min(rest, one.open_amount)
        if share > 0:
            shares.append((one, share))
            rest -= share
    if rest > 0 and shares:
        last, share = shares[-1]
        shares[-1] = (last, share + rest)
    return tuple(shares)


def plain_name(text: str) -> str:
    """A company's name without its legal form, quotes and signs: `ТОВ «Вітер»` and `Вітер, ТОВ` are the same."""
    words = re.sub(r"[^\w]+", " ", text.upper())
    return " ".join(_FORM.sub(" ", words).split())


def _candidates(invoices: Iterable[InvoiceBalance], why: str) -> tuple[Candidate, ...]:
    ordered = sorted(invoices, key=lambda one: (one.due_at, one.number))
    return tuple(Candidate(one.id, why) for one in ordered[:MAX_CANDIDATES])
