"""Which way the money of each row went, where a CSV's sums have no signs: by a word, or by what the balance did."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal

from services.account_mgmt.domain.bank.csv_headers import IN, OUT, plain

Way = Literal["in", "out", "unknown", ""]
"""`unknown`: the column that should say it does not; empty: nothing in the row says it."""
_MOST_WORDS: Final = 12
"""A column of more than so many different texts is one of texts."""
_DOUBTFUL: Final = 0.4
# Parts of longer words: `Incoming payment`, `ACH_CREDIT`, `SEPA-Lastschrift`, `Przelew przychodzący`.
_IN_WORD = re.compile(
    r"\b(?:in|incoming|received|receipt|receive|credit|deposit|inflow|income|eingang|gutschrift|zahlungseingang|wpływ|uznanie"
    r"|przychodzący|przychodząca|надходження|зарахування|вхідн\w+|поповнення|получен\w+|отриман\w+|входящ\w+|bijschrijving|(?:cr[eé]|kre+)d[iíī]t\w*)\b|gutschrift\b|eingang\b"
)
_OUT_WORD = re.compile(
    r"\b(?:out|outgoing|sent|send|debit|withdrawal|outflow|expense|fee|fees|purchase|ausgang|zahlungsausgang|abbuchung"
    r"|obciążenie|wychodzący|wychodząca|списання|вихідн\w+|витрата|комісія|исходящ\w+|відправлен\w+|afschrijving|d[eé]+b[eií]t\w*)\b|lastschrift\b|ausgang\b"
)


def of_word(text: str) -> Way:
    """`C`, `Haben`, `+`: one of the words that a column of directions holds."""
    word = plain(text.replace("−", "-").replace("–", "-"))
    return "in" if word in IN else "out" if word in OUT else "unknown" if text else ""


def of_words(cells: Sequence[str], *, is_told: bool, is_signed: bool) -> list[Way]:
    """What a column says of every row. With `is_told`, it is one of directions; with `is_signed`, sums say it too."""
    ways = [of_word(cell) for cell in cells]
    if not is_signed and "unknown" in ways:
        ways = [_within(cell) if way == "unknown" else way for cell, way in zip(cells, ways, strict=True)]
    # One word for in or out makes it a column of directions: what the others mean is not for us to guess.
    if is_signed or not (is_told or {"in", "out"} & set(ways)):
        return ["" if way == "unknown" else way for way in ways]
    return ways


def says_ways(cells: Sequence[str], *, is_of_texts: bool) -> bool:
    """Whether a column of any name, or of none, holds words for in and out: nothing else if it `is_of_texts` that a
    payer may have written, and else hardly anything."""
    ways = [of_word(cell) for cell in cells if cell]
    if is_of_texts or "unknown" not in ways:
        return "out" in ways and "unknown" not in ways
    ways = [_within(cell) if way == "unknown" else way for cell, way in zip(filter(None, cells), ways, strict=True)]
    few = len({cell for cell in cells if cell}) <= _MOST_WORDS
    return few and {"in", "out"} <= set(ways) and ways.count("unknown") <= _DOUBTFUL * len(ways)


def of_balances(sums: Sequence[Decimal | None], balances: Sequence[Decimal | None]) -> list[Way]:
    """What the balance did with every row, from the first row to the last or the other way round.

    All empty where the balances do not fit the sums, or nothing went out.
    """
    for order in (1, -1):
        ways = _along(sums[::order], balances[::order])[::order]
        if "out" in ways:
            return ways
    return [""] * len(sums)


def _along(sums: Sequence[Decimal | None], balances: Sequence[Decimal | None]) -> list[Way]:
    ways: list[Way] = ["unknown"]
    for at in range(1, len(sums)):
        before, after, moved = balances[at - 1], balances[at], sums[at]
        if before is None or after is None or moved is None:
            ways.append("unknown")
        elif after - before not in (moved, -moved):
            return []
        else:
            ways.append("in" if after - before == moved else "out")
    return ways


def _within(text: str) -> Way:
    plainly = plain(text)
    came, went = _IN_WORD.search(plainly), _OUT_WORD.search(plainly)
    return "unknown" if bool(came) == bool(went) else "in" if came else "out"
