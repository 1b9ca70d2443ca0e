"""The columns of a CSV by the words within their headings, as far as what stands in them agrees.

Headings that are known as a whole come first. What they leave open is told by their words: a bank nobody has seen calls
its payer something that holds the word for a payer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from services.account_mgmt.domain.bank import csv_amounts
from services.account_mgmt.domain.bank.csv_columns import (
    HEADER_WITHIN,
    Columns,
    below,
    known,
    of_header,
    told_by_content,
)
from services.account_mgmt.domain.bank.csv_guess import is_day
from services.account_mgmt.domain.bank.csv_headers import plain
from services.account_mgmt.domain.bank.csv_states import state_of
from services.account_mgmt.domain.bank.csv_text import Line, uncovered
from services.account_mgmt.domain.bank.csv_words import (
    ACCOUNT_OF,
    TAX_OF,
    Meaning,
    is_own_account,
    meaning,
    rank_of_day,
)
from services.account_mgmt.domain.bank.own_accounts import number_in, spelt
from services.account_mgmt.domain.bank.transfers import iban, is_iban
from services.chassis.currencies import currencies

_LOOKED_AT: Final = 200
_MOSTLY: Final = 0.6
_SOME: Final = 0.3
_LEAST_MEANINGS: Final = 2
_LEAST_ROWS: Final = 3
"""In fewer rows one counterparty may well stand alone."""
_BALANCE: Final = re.compile(r"balance|saldo|solde\b|\bsold\b|залишок|остаток|egyenleg|zůstatek|zostatok|bakiye")
_OWN_NUMBER: Final = re.compile(r"transa\w+ id|operation id|arhiv|arkist|arkiv|archiv|\bunique|референс")
Where = Mapping[Meaning, Sequence[int]]


def by_words(rows: Sequence[Line]) -> Columns | None:
    """The columns by the first line whose headings mean a day and a sum; none without."""
    for position, (_, cells) in enumerate(rows[:HEADER_WITHIN]):
        named = [meaning(csv_amounts.without_currency(cell)) for cell in cells]
        if len({*named} - {""}) < _LEAST_MEANINGS or any(map(is_day, cells)):
            continue
        header = [plain(csv_amounts.without_currency(cell)) for cell in cells]
        behind = rows[position + 1 :]
        found = complete(of_header(known(header), cells, header, behind))
        if found.dates and ("amount" in found.at or {"debit", "credit"} <= found.at.keys()):
            return below(_with_reference(found), rows[:position])
    return None


def complete(found: Columns) -> Columns:
    """The columns, with those that the words of their headings tell of."""
    cells = found.titles
    where = _where(found, cells)
    at = dict(found.at)
    days = sorted(where["date"], key=lambda column: (rank_of_day(cells[column]), column))
    if days and not _mostly(_values(found, at.get("date", -1)), is_day):
        at["date"] = days[0]
    if "date" not in at and not days:
        days = [n for n in range(len(cells)) if n not in at.values() and _mostly(_values(found, n), is_day)]
        at |= {"date": days[0]} if days else {}
    _sums(at, where)
    for name in ("state", "currency"):
        if name not in at and (columns := [one for one in where[name] if one not in at.values()]):
            beside = at.get("amount", at.get("credit", 0))
            at[name] = next((one for one in columns if one >= beside), columns[0])
    both = [one for one in where["both"] if one not in at.values()]
    at |= {"direction": both[0]} if both else {}
    if "balance" not in at and (stands := [n for n, cell in enumerate(cells) if _BALANCE.search(plain(cell))]):
        at.setdefault("balance", next((n for n in stands if n not in at.values()), -1))
    _people(at, where)
    _own(at, where, found)
    at = told_by_content({name: column for name, column in at.items() if column >= 0}, found.header, found.rows)
    dates = [at["date"], *found.dates, *days] if "date" in at else []
    taken = {column for name, column in at.items() if name not in ("purpose", "reference", "date")}
    codes = [
        code
        for name in ("amount", "credit")
        if name in at and (code := csv_amounts.currency_of_header(cells[at[name]]))
    ]
    return replace(
        found,
        at=at,
        dates=[one for one in dict.fromkeys(dates) if one not in taken],
        purpose=_texts(found, cells, where, taken),
        currency=found.currency or next(iter(codes), ""),
        payee=_payee(at, where),
        is_told_direction=found.is_told_direction or bool(both),
    )


def _where(found: Columns, cells: Sequence[str]) -> Where:
    """The columns of each meaning, in their order, but for those whose cells are something else."""
    where: dict[Meaning, list[int]] = defaultdict(list)
    for column, cell in enumerate(cells):
        what = meaning(csv_amounts.without_currency(cell))
        values = [one for one in _values(found, column) if one]
        if what in ("date", "currency", "debit", "credit") and _mostly(values, _is_code):
            what = "currency"
        elif what == "currency" and values and _mostly(values, is_day):
            what = "date"
        elif what == "both" and _mostly(values, _is_money):
            what = "amount"
        elif what in ACCOUNT_OF and _mostly(values, _is_account):
            what = ACCOUNT_OF[what]
        if what and _agrees(what, values):
            where[what].append(column)
    return where


def _agrees(what: Meaning, values: Sequence[str]) -> bool:
    """Whether a column may mean this by what stands in it."""
    if what in ("debit", "credit"):
        return not values or _mostly(values, _is_money)
    checks: Mapping[str, Callable[[str], bool]] = {
        "date": is_day, "amount": _is_money, "currency": _is_code, "both": bool, "account": _is_number,
        "party account": _is_number, "payer account": _is_number, "payee account": _is_number,
        "party": _has_letters, "payer": _has_letters, "payee": _has_letters,
    }  # fmt: skip
    if what == "state":
        return any(map(state_of, values))
    return what not in checks or _mostly(values, checks[what])


def _sums(at: dict[str, int], where: Where) -> None:
    """The column of the sums, or the two of them."""
    free = {what: [one for one in where[what] if one not in at.values()] for what in ("amount", "debit", "credit")}
    if "amount" not in at and "credit" not in at and free["amount"]:
        at["amount"] = free["amount"][0]
    if not {"debit", "credit"} & at.keys() and free["debit"] and free["credit"]:
        at |= {"debit": free["debit"][0], "credit": free["credit"][0]}


def _people(at: dict[str, int], where: Where) -> None:
    """Who pays, by name, account and tax id; a heading that says `IBAN` and no more is the company's own beside one
    that names the payer's."""
    of_whom: Mapping[str, Collection[Meaning]] = {
        "payer_name": ACCOUNT_OF.keys(), "payer_iban": ACCOUNT_OF.values(), "payer_tax_id": TAX_OF.values(),
    }  # fmt: skip
    for name, of in of_whom.items():
        columns = [one for what in of for one in where[what]]
        bare = at.get(name, -1)
        if name == "payer_name" and not {bare}.isdisjoint(c for what in ACCOUNT_OF.values() for c in where[what]):
            at.setdefault("payer_iban", at.pop(name))
        if name == "payer_iban" and bare in where["account"] and columns:
            at.setdefault("account", bare)
            del at[name]
        free = [one for one in columns if one not in at.values()]
        if name not in at and free:
            at[name] = free[0]


def _own(at: dict[str, int], where: Where, found: Columns) -> None:
    """The company's account: beside that of the payer, or as its heading says. Any other may be either's."""
    free = [one for one in where["account"] if one not in at.values()]
    told = [one for one in free if is_own_account(found.titles[one])]
    if free and "account" not in at and (told or "payer_iban" in at):
        at["account"] = (told or free)[0]
    elif free and "payer_iban" not in at and len({*_values(found, free[0])} - {""}) > 1:
        # The same one everywhere may be the company's own: whoever is known by that would be everybody.
        at["payer_iban"] = free[0]


def _payee(at: Mapping[str, int], where: Where) -> Mapping[str, int]:
    """Where payer and payee each have columns of their own: those of the payee."""
    pairs: Sequence[tuple[str, Meaning, Meaning]] = (
        ("payer_name", "payee", "payer"),
        ("payer_iban", "payee account", "payer account"),
    )
    return {
        name: others[0]
        for name, gets, pays in pairs
        if at.get(name, -1) in where[pays] and (others := [one for one in where[gets] if one != at[name]])
    }


def _texts(found: Columns, cells: Sequence[str], where: Where, taken: set[int]) -> Sequence[int]:
    """All that may say what the money is for; where no heading is known to, every column of words that nobody knows."""
    more = [one for one in (*where["purpose"], *where["details"]) if one != found.at.get("reference")]
    texts = [one for one in (*found.purpose, *more) if one not in taken]
    if not texts and "purpose" not in found.at:
        width = max((len(row) for _, row in found.rows[:_LOOKED_AT]), default=0)
        unknown = [n for n in range(width) if n >= len(cells) or not meaning(cells[n])]
        texts = [n for n in unknown if n not in taken and _mostly(_values(found, n), _has_letters, _SOME)]
    return list(dict.fromkeys(texts))


def _with_reference(found: Columns) -> Columns:
    """With the column of the bank's own numbers, if each of its rows has another."""
    for column, title in enumerate(found.titles):
        values = _values(found, column)
        is_one = _OWN_NUMBER.search(plain(title)) and column not in found.at.values()
        if is_one and "reference" not in found.at and all(values) and len(set(values)) == len(values):
            return replace(found, at={**found.at, "reference": column})
    return found


def _values(found: Columns, column: int) -> list[str]:
    return [uncovered(row[column]) for _, row in found.rows[:_LOOKED_AT] if 0 <= column < len(row)]


def _mostly(values: Sequence[str], is_one: Callable[[str], bool], share: float = _MOSTLY) -> bool:
    said = [one for one in values if one]
    return bool(said) and sum(map(is_one, said)) >= share * len(said)


def _is_money(text: str) -> bool:
    with suppress(ValueError):
        return csv_amounts.read(text, csv_amounts.cents_sign([text]) or ".").value is not None
    return False


def _is_code(text: str) -> bool:
    return csv_amounts.currency_of(text) in currencies()


def _is_account(text: str) -> bool:
    return is_iban(text) or (bool(number_in(text)) and not _has_letters(text))


def _is_number(text: str) -> bool:
    return bool(number_in(text))


def _has_letters(text: str) -> bool:
    return sum(map(str.isalpha, text)) > 1


def with_own(found: Columns, own: Collection[str]) -> Columns:
    """The columns, with one that says `IBAN` and no more as that of the company's account, if that stands in all rows.

    An account that money comes from and goes to in every row of a file is hardly a payer's: in a short file it is
    taken for nobody's.
    """
    found = _with_payers(found, own)
    column = found.at.get("payer_iban", -1)
    title = found.titles[column] if 0 <= column < len(found.titles) else ""
    values = {iban(one) for one in _values(found, column)} - {""}
    if meaning(title) != "account" or not values:
        return found
    beside = {iban(one) for one in _values(found, found.at.get("account", -1))} - {""}
    is_known = {spelt(one, own) for one in values} <= set(own)
    is_same = len(values) == 1 and {spelt(one, values) for one in beside} == values
    is_alone = len(values) == 1 and len(found.rows) >= _LEAST_ROWS and not found.accounts
    if is_known or is_same or (is_alone and _both_ways(found)):
        at = {name: where for name, where in found.at.items() if name != "payer_iban"}
        # Of two spellings of one account the IBAN.
        return replace(found, at=at | ({"account": column} if is_same or "account" not in at else {}))
    if len(values) == 1 and _both_ways(found):
        return replace(found, at={name: where for name, where in found.at.items() if name != "payer_iban"})
    return found


def _with_payers(found: Columns, own: Collection[str]) -> Columns:
    """The columns, with one that says `account` and no more as that of the payers they name, if it is another in every
    other row and never one that is known."""
    column = found.at.get("account", -1)
    title = found.titles[column] if 0 <= column < len(found.titles) else ""
    values = {spelt(iban(one), own) for one in _values(found, column)} - {""}
    is_bare = meaning(title) == "account" and not is_own_account(title)
    if (
        is_bare
        and len(values) > 1
        and values.isdisjoint(own)
        and "payer_name" in found.at
        and "payer_iban" not in found.at
    ):
        rest = {name: where for name, where in found.at.items() if name != "account"}
        return replace(found, at={**rest, "payer_iban": column})
    return found


def _both_ways(found: Columns) -> bool:
    sums = [one for one in _values(found, found.at.get("amount", -1)) if one]
    sides = [any(_values(found, found.at.get(name, -1))) for name in ("debit", "credit")]
    return 0 < sum(map(csv_amounts.is_signed, sums)) < len(sums) or all(sides)
