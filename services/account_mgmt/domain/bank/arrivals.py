"""Whether money of a file has come before: each transfer is booked once, and none is taken for another.

A bank's reference should be of one transfer, and is not always: banks give one reference to all transfers that they
booked together, or begin to count anew every day. So a transfer is known if one with its reference came in another file
on the same day with the same sum, for as many of them as came. With the same reference, and the day or the sum another,
it may be a correction: that is for a person to say.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.account_mgmt.domain.bank.transfers import Transfer
from services.chassis.records import Record
from services.chassis.sentences import said

Verdict = Literal["new", "known", "doubtful"]


class Earlier(Record):
    """A transfer of another file, as it was written."""

    account: str
    reference: str
    booked_on: date
    amount: Decimal
    currency: str
    reversal: bool
    payer_iban: str

    def is_same(self, one: Transfer) -> bool:
        """Whether this may be that transfer: the same day, sum and payer, as far as both name one."""
        return self._facts == _facts(one) and (
            not self.payer_iban or not one.payer_iban or self.payer_iban == one.payer_iban
        )

    def is_near(self, one: Transfer) -> bool:
        """Whether it may be that transfer, put right since: only the day, the sum or the payer is another."""
        return self.booked_on == one.booked_on or (self.amount, self.currency) == (one.amount, one.currency)

    @property
    def _facts(self) -> tuple[date, Decimal, str, bool]:
        return self.booked_on, self.amount, self.currency, self.reversal


@dataclass(frozen=True)
class Arrival:
    """A transfer of a file. `nth` of those with its reference, day, sum and payer in this file; `key` is unique with
    the account, and `spare` is for one whose reference another transfer has."""

    transfer: Transfer
    nth: int
    key: str
    spare: str


def arrivals(transfers: Iterable[Transfer]) -> list[Arrival]:
    """The transfers of a file with the keys by which each is written once.

    The second of two equal rows of a file is another transfer, and the same one when the file comes again.
    """
    seen: Counter[str] = Counter()
    taken: set[tuple[str, str]] = set()
    found: list[Arrival] = []
    for one in transfers:
        own = (one.payer_iban, one.payer_name, one.payer_tax_id, one.purpose)
        # A row is the same one, whatever more we learn to read in it.
        payer, *written = one.unlabelled or own
        facts = [one.account, one.booked_on.isoformat(), f"{one.amount:.2f}", one.currency, payer]
        texts = [*written, str(one.reversal)]
        digest = _digest(*facts, *([one.reference, str(one.reversal)] if one.reference else texts))
        seen[digest] += 1
        nth = seen[digest]
        if not one.reference:
            found.append(Arrival(one, nth, f"row:{digest}:{nth}", f"row:{digest}:{nth}"))
            continue
        spare = f"ref:{one.reference}:{digest}:{nth}"
        is_first = (one.account, one.reference) not in taken
        taken.add((one.account, one.reference))
        found.append(Arrival(one, nth, f"ref:{one.reference}" if is_first else spare, spare))
    return found


class Register:
    """What a file holds under each of its references, to judge its transfers by, part by part."""

    def __init__(self, rows: Sequence[Arrival]) -> None:
        self._of_reference: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
        for row in rows:
            self._of_reference[row.transfer.account, row.transfer.reference].append(row.transfer)

    def judge(self, row: Arrival, earlier: Sequence[Earlier]) -> Verdict:
        """What a transfer with a reference is, beside those of other files with the same reference."""
        one = row.transfer
        if sum(other.is_same(one) for other in earlier) >= row.nth:
            return "known"
        # An earlier one that this file holds as well is another transfer than this.
        here = self._of_reference[one.account, one.reference]
        elsewhere = [other for other in earlier if not any(other.is_same(beside) for beside in here)]
        return "doubtful" if any(other.is_near(one) for other in elsewhere) else "new"


def doubt(row: Arrival, earlier: Sequence[Earlier]) -> str:
    """Why a person must say what a doubtful transfer is."""
    other = next(other for other in earlier if other.is_near(row.transfer))
    used, day, amount, currency = other.reference, other.booked_on, other.amount, other.currency
    return said(
        f"the reference {used} was used before, on {day} for {amount} {currency}; if this is the same money, ignore it"
    )


def _facts(one: Transfer) -> tuple[date, Decimal, str, bool]:
    return one.booked_on, one.amount, one.currency, one.reversal


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
