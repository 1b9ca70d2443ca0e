"""A CSV without a header: what stands in its columns says what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise, permutations

from services.account_mgmt.domain.bank import csv_amounts, csv_dates
from services.account_mgmt.domain.bank.csv_columns import Columns, below
from services.account_mgmt.domain.bank.csv_text import Line
from services.account_mgmt.domain.bank.transfers import iban, is_iban
from services.chassis.imports.cells import FileRefusedError

# So many rows are enough to tell, and a footer among them does no harm.
_LOOKED_AT = 200
_MOSTLY = 0.8
_CURRENCY = re.compile(r"[A-Z]{3}")
_WHOLE = re.compile(r"[+\-]?\d{1,12}")
_SUM = re.compile(r"[^\d]{0,4}\d[\d\s.,'’]*[.,]\d{2}(?!\d).{0,5}")


def columns(rows: Sequence[Line]) -> Columns | None:
    """The columns of a file whose first line is a row already, or the bank's own line above the rows; none where date
    and amount cannot be told for sure."""
    first = rows[0][1] if rows else []
    if (found := _columns(rows)) or not any(map(is_day, first)):
        return found
    found = _columns(rows[1:])
    return below(found, rows[:1]) if found else None


def _columns(rows: Sequence[Line]) -> Columns | None:
    table = [cells for _, cells in rows[:_LOOKED_AT]]
    if not table or not any(is_day(cell) for cell in table[0]):
        return None
    width = max(len(cells) for cells in table)
    by_column = [[cells[at].strip() if at < len(cells) else "" for cells in table] for at in range(width)]
    days = [at for at, cells in enumerate(by_column) if _mostly(cells, is_day)]
    sums = _sums([(at, cells) for at, cells in enumerate(by_column) if at not in days])
    if not days or not sums:
        return None
    at = {"date": days[0]} | sums
    # A column of one account is the company's own; the payers' are many.
    accounts = [n for n, cells in enumerate(by_column) if _mostly([one for one in cells if one], is_iban)]
    own = [n for n in accounts if len({iban(one) for one in by_column[n]}) == 1 and len(table) > 1]
    payers = [n for n in accounts if n not in own]
    currencies = [n for n, cells in enumerate(by_column) if _mostly(cells, _is_currency)]
    at |= {name: found[0] for name, found in _named(own, payers, currencies) if found}
    texts = [n for n, cells in enumerate(by_column) if n not in {*at.values(), *days} and _mostly(cells, _is_text, 0.3)]
    return Columns(at, rows, days, texts, is_told_direction=False)


def _named(own: list[int], payers: list[int], currencies: list[int]) -> Sequence[tuple[str, list[int]]]:
    return ("account", own), ("payer_iban", payers), ("currency", currencies)


def _sums(columns: Sequence[tuple[int, list[str]]]) -> dict[str, int]:
    """Which columns hold the sums: signed ones in one, or those that went and that came in two; empty if in doubt."""
    full = [(at, cells) for at, cells in columns if _mostly(cells, _is_sum)] or _whole_sums(columns)
    part = [
        (at, cells) for at, cells in columns if (at, cells) not in full and _mostly(list(filter(None, cells)), _is_sum)
    ]
    if len(part) < 2:
        amount = _amount(full)
        return {} if amount is None else {"amount": amount}
    for went, came in permutations(part, 2):
        moved = [b if b else f"-{a}" for a, b in zip(went[1], came[1], strict=True)]
        if any(_moves(moved, balances) for _, balances in full):
            return {"debit": went[0], "credit": came[0]}
    return {}


def _whole_sums(columns: Sequence[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Sums without cents, as in Hungary: a column of whole numbers that moves another."""
    whole = [(at, cells) for at, cells in columns if _mostly(cells, lambda one: bool(_WHOLE.fullmatch(one)))]
    return whole if len(whole) > 1 else []


def _amount(candidates: Sequence[tuple[int, list[str]]]) -> int | None:
    """Of columns of sums, the one that moves the other; none where it cannot be told."""
    if len(candidates) == 1:
        return candidates[0][0]
    for at, cells in candidates:
        for other, balances in candidates:
            if other != at and _moves(cells, balances):
                return at
    return None


def _moves(amounts: Sequence[str], balances: Sequence[str]) -> bool:
    """Whether every balance is the one before it and an amount, downwards or upwards in the file."""
    try:
        moved = [csv_amounts.read(one, csv_amounts.cents_sign(amounts)).value for one in amounts]
        stood = [csv_amounts.read(one, csv_amounts.cents_sign(balances)).value for one in balances]
    except ValueError:
        return False
    steps = list(zip(pairwise(stood), pairwise(moved), strict=True))
    down = all(after - before == moved_now for (before, after), (_, moved_now) in steps)
    up = all(before - after == moved_now for (before, after), (moved_now, _) in steps)
    return bool(steps) and any(moved) and (down or up)


def _mostly(cells: Sequence[str], is_one: Callable[[str], bool], share: float = _MOSTLY) -> bool:
    return bool(cells) and sum(map(is_one, cells)) >= share * len(cells)


def is_day(cell: str) -> bool:
    """Whether a cell is a day, in whatever order."""
    with suppress(ValueError, FileRefusedError):
        if len(cell) <= 25 and sum(one.isdigit() for one in cell) >= 4:
            return any(_reads(cell, order) for order in ("ymd", "dmy", "mdy"))
    return False


def _reads(cell: str, order: csv_dates.DateOrder) -> bool:
    with suppress(ValueError):
        return 1990 < csv_dates.reader([], order, day_first=False)(cell).year < 2100
    return False


def _is_sum(cell: str) -> bool:
    with suppress(ValueError):
        return bool(_SUM.fullmatch(cell)) and csv_amounts.read(cell, csv_amounts.cents_sign([cell])).value is not None
    return False


def _is_currency(cell: str) -> bool:
    return bool(_CURRENCY.fullmatch(cell))


def _is_text(cell: str) -> bool:
    """Words, or a number such as `LR-2026-000005`: it may be all that a payer wrote."""
    letters, digits = sum(map(str.isalpha, cell)), sum(map(str.isdigit, cell))
    return (letters > 2 or (letters > 0 and digits > 3)) and not is_iban(cell)
