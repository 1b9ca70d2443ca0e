"""Which of the company's accounts a statement is of: as its lines above the rows name it, in whatever spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from services.account_mgmt.domain.bank.csv_headers import plain
from services.account_mgmt.domain.bank.csv_text import Line, uncovered
from services.account_mgmt.domain.bank.transfers import iban, is_iban
from services.account_mgmt.domain.iban import is_right
from services.chassis.imports.cells import FileRefusedError

_LABELS: Final = frozenset({
    "iban", "iban no", "iban number", "account", "account no", "account number", "acct", "acct no", "a c no",
    "account iban", "your account", "konto", "kontonummer", "konto nr", "kontonr", "konto iban", "iban konto",
    "auftragskonto", "girokonto", "geschäftskonto", "tagesgeldkonto", "kontoinhaber iban", "iban kontonummer",
    "kontonummer iban", "rachunek", "nr rachunku", "numer rachunku", "numer konta", "nr konta", "rachunek nr",
    "numer rachunku iban", "rachunek bankowy", "dotyczące rachunków", "для рахунку", "рахунок", "рахунок №",
    "номер рахунку", "рахунок iban", "наш рахунок", "мій рахунок", "iban рахунку", "по рахунку", "за рахунком",
    "виписка по рахунку", "виписка за рахунком", "виписка з рахунку", "р р", "счет", "счёт", "номер счета",
    "номер счёта", "по счету", "выписка по счету", "rekening", "rekeningnummer", "compte", "numéro de compte",
    "numero de compte", "n compte", "compte n", "n de compte", "compte no", "cuenta", "número de cuenta",
    "numero de cuenta", "nº de cuenta", "nº cuenta", "n de cuenta", "conto", "numero conto", "conto corrente",
    "conto n", "numero di conto", "rapporto", "c c", "conta", "número da conta", "conta n", "číslo účtu", "účet",
    "číslo účtu iban", "účet č", "számlaszám", "számla", "számlaszám iban", "bankszámlaszám", "cont",
    "număr cont", "numar cont", "cont iban", "račun", "broj računa", "tili", "tilinumero",
    "kontonummer bankkonto", "bankkonto", "hesap no", "hesap", "сметка", "номер на сметка", "sąskaita", "konts",
    "arvelduskonto",
})  # fmt: skip
"""What banks call the company's own account above the rows, as `plain` gives it."""
_LONGEST_LABEL: Final = 4
"""So many words a label has at most."""
_NUMBER = re.compile(r"[A-Z]{0,4}\d[A-Z0-9 .'/\-]{3,40}", re.IGNORECASE)
# What a bank hides of a number, and what is a day or a sum.
_MASKED = re.compile(r"[*•…]|\.{2,}|x{2,}", re.IGNORECASE)
_DAY = re.compile(r"\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4}(?!\d)")
_SUM = re.compile(r"\d{1,3}(?:[ .']\d{3})*,\d\d?(?!\d)|\d+\.\d\d(?!\d)")
_ANY_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){10,30}(?![A-Z0-9])")
_ANY_NRB = re.compile(r"(?<!\d)\d{2}(?: ?\d{4}){6}(?!\d)")
_LEAST_DIGITS: Final = 5
_LEAST_ALIKE: Final = 7


def named_above(rows: Sequence[Line]) -> list[str]:
    """The accounts that the lines above the rows name, each once; of several spellings of one the IBAN.

    Polish banks leave out the two letters of theirs.
    """
    table = [[uncovered(cell) for cell in cells] for _, cells in rows]
    ibans = list(dict.fromkeys(found for cells in table for cell in cells for found in _ibans_in(cell)))
    if ibans:
        return ibans
    return list(dict.fromkeys(_labelled(table)))


def _ibans_in(text: str) -> Iterator[str]:
    whole = re.sub(r"[\s\-]", "", text.rpartition(":")[2]).upper()
    if is_iban(whole) and not _MASKED.search(text):
        yield whole
        return
    for found in _ANY_IBAN.finditer(text.upper()):
        # Words behind it may look like more of it.
        words = found[0].split(" ")
        for count in range(len(words), 0, -1):
            if is_right(one := "".join(words[:count])):
                yield one
                break
    for found in _ANY_NRB.finditer(text):
        if is_right(f"PL{iban(found[0])}") or found[0] == text.strip(" '"):
            yield iban(found[0])


def _labelled(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """Numbers behind a word for an account: in its cell, in the next one, or in the one below."""
    for at, cells in enumerate(table):
        below = table[at + 1] if at + 1 < len(table) else ()
        for column, cell in enumerate(cells):
            if plain(cell.strip(" :#№")) in _LABELS:
                beside = next((one for one in cells[column + 1 :] if one), "")
                under = below[column] if column < len(below) else ""
                if found := number_in(beside) or number_in(under):
                    yield found
            elif found := _behind_label(cell):
                yield found


def _behind_label(cell: str) -> str:
    """The number of `Nr rachunku: 12 3456` or `Konto 1234567`; empty if the cell begins with something else."""
    words = cell.replace(":", " : ").split()
    for count in range(min(_LONGEST_LABEL, len(words) - 1), 0, -1):
        if plain(" ".join(words[:count])) in _LABELS:
            return number_in(" ".join(words[count:]).lstrip(" :#№."))
    return ""


def account_of(named: Sequence[str], given: str, default: str) -> str:
    """The account of a file: as it names it, else as whoever sends it does, else the `default`.

    Raises FileRefusedError for several that it names, unless one of them is `given`.
    """
    if len(named) > 1 and given not in named:
        raise FileRefusedError(
            f"The file names several accounts ({', '.join(named[:5])}): say which of them its rows are of", "account"
        )
    return named[0] if len(named) == 1 else given or default


def number_in(text: str) -> str:
    """The number of an account that a text begins with; empty for one that is partly hidden, a day or a sum."""
    found = _NUMBER.match(text.strip())
    if found is None or _MASKED.search(text) or _DAY.match(text.strip()) or _SUM.fullmatch(text.strip()):
        return ""
    # A currency, or the account's name, may stand behind it.
    number = re.sub(r"(?<=\d)[\s/]+[A-Za-z][\w ]*.*$", "", found[0]).strip(" .-/'")
    return iban(number) if sum(map(str.isdigit, number)) >= _LEAST_DIGITS else ""


def spelt(account: str, own: Iterable[str]) -> str:
    """An account as the company's records spell it, if it is one of `own`; else as it is.

    The number that banks use within their country is the end of its IBAN, or all of it but the letters and check
    digits: `0532013000`, `37040044/0532013000` and `0532013000/37040044` are DE89370400440532013000.
    """
    known = [one for one in dict.fromkeys(own) if one]
    if account in known or not account:
        return account
    if same := next((one for one in known if one.strip("/") == account.strip("/")), ""):
        return same
    found = [one for one in known if is_iban(one) and _is_number_of(account, one)]
    return found[0] if len(found) == 1 else account


def _is_number_of(account: str, own: str) -> bool:
    parts = [part for part in re.split(r"[^A-Z0-9]+", account.upper()) if part]
    whole, inner = "".join(parts), own[4:]
    if whole in (own, own[2:], inner):
        return True
    if len(parts) == 2 and any(_begins_and_ends(inner, one, other) for one, other in (parts, parts[::-1])):
        return True
    return len(whole.lstrip("0")) >= _LEAST_ALIKE and whole.isdigit() and inner.endswith(whole.lstrip("0"))


def _begins_and_ends(inner: str, bank: str, number: str) -> bool:
    digits = number.lstrip("0")
    return bool(digits) and inner.startswith(bank) and len(bank) > 2 and inner.endswith(digits)
