"""Which column of a bank's CSV is what: by the headers that banks use, or by what stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from services.account_mgmt.domain.bank.csv_amounts import currency_above, currency_of_header, without_currency
from services.account_mgmt.domain.bank.csv_headers import (
    HEADERS,
    MORE_PURPOSE,
    SOFT_DIRECTION,
    SOFT_STATE,
    plain,
)
from services.account_mgmt.domain.bank.csv_states import state_of
from services.account_mgmt.domain.bank.csv_text import Line
from services.account_mgmt.domain.bank.own_accounts import named_above
from services.account_mgmt.domain.bank.transfers import is_iban, tidy
from services.chassis.currencies import currencies
from services.chassis.imports.cells import FileRefusedError

HEADER_WITHIN: Final = 40


@dataclass(frozen=True)
class Columns:
    """Where each field stands, and the rows behind the header.

    `dates` are all columns of days, the best first; `purpose` all that say what the money is for; `currency` is that of
    the amount's header. With `is_told_direction`, the direction is a word for in or out and nothing else; with
    `is_of_states`, the state is one. `payee`: where the name and the account of whoever got the money stand, of a file
    that names both ends. `earlier` is how less of the headings would be understood: what makes a row the same one as
    in another file must not change with what we learn. `fallback` is the currency that the lines above the rows name,
    `accounts` are
    the company's accounts that they name; `titles` are the headings as they are written.
    """

    at: Mapping[str, int]
    rows: Sequence[Line]
    dates: Sequence[int] = ()
    purpose: Sequence[int] = ()
    currency: str = ""
    fallback: str = ""
    is_told_direction: bool = True
    is_of_states: bool = True
    header: Sequence[str] = field(default_factory=tuple)
    titles: Sequence[str] = field(default_factory=tuple)
    accounts: Sequence[str] = field(default_factory=tuple)
    payee: Mapping[str, int] = field(default_factory=dict)
    earlier: Columns | None = None


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raises FileRefusedError for a field that does not exist, or when date and amount are not mapped."""
    unknown = sorted(set(mapping) - set(HEADERS))
    if unknown:
        raise FileRefusedError(f"'{unknown[0]}' is not a field; there are {', '.join(HEADERS)}", "mapping")
    if not _enough(mapping):
        raise FileRefusedError("date, and amount or credit, must be mapped", "mapping")


def find(rows: Sequence[Line], mapping: Mapping[str, str] | None) -> Columns | None:
    """The columns by the first line that is a header; banks write a few lines of their own above it. None without."""
    for position, (_, cells) in enumerate(rows[:HEADER_WITHIN]):
        header = [plain(without_currency(cell)) for cell in cells]
        at = _mapped(cells, header, mapping) if mapping else known(header)
        if _enough(at) and (mapping is None or len(at) == len(mapping)):
            found = of_header(at, cells, header, rows[position + 1 :], mapping)
            return below(found, rows[:position])
    return None


def below(found: Columns, lines: Sequence[Line]) -> Columns:
    """The columns, with what the lines above the rows say of all of them: whose account it is, and its currency."""
    code = currency_above(cell for _, cells in lines for cell in cells)
    return replace(found, fallback=code, accounts=named_above(lines))


def by_number(rows: Sequence[Line], mapping: Mapping[str, str]) -> Columns | None:
    """The columns of a file without a header, mapped by their numbers from 1; none if a column is no number."""
    if not all(text.strip().isdecimal() and 0 < int(text) < 1000 for text in mapping.values()):
        return None
    at = {name: int(text) - 1 for name, text in mapping.items()}
    return Columns(at, rows, [at["date"]], [at["purpose"]] if "purpose" in at else [])


def _enough(fields: Mapping[str, object]) -> bool:
    return "date" in fields and ("amount" in fields or "credit" in fields)


def _mapped(cells: Sequence[str], header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    at: dict[str, int] = {}
    for name, wanted in mapping.items():
        exact = [column for column, cell in enumerate(cells) if tidy(cell).lower() == tidy(wanted).lower()]
        alike = [column for column, text in enumerate(header) if text == plain(wanted)]
        if exact or alike:
            at[name] = (exact or alike)[0]
    return at


def known(header: Sequence[str]) -> dict[str, int]:
    """For every field the column with the best of its headers: a bank often has two dates and three amounts."""
    at: dict[str, int] = {}
    for name in HEADERS:
        ranked = _ranked(name, header)
        if name == "currency" and "amount" in at:
            # Where several sums each have their currency beside them, that of the amount is behind it.
            ranked.sort(key=lambda one: (one[0], one[1] < at["amount"], one[1]))
        if ranked:
            at[name] = ranked[0][1]
    # One column is one thing: the first field that claims it.
    taken: dict[int, str] = {}
    for name, column in at.items():
        taken.setdefault(column, name)
    return {name: column for column, name in taken.items()}


def _ranked(name: str, header: Sequence[str]) -> list[tuple[int, int]]:
    """(rank, column) of the columns that may be this field, the best first."""
    ranks = {word: rank for rank, word in reversed(list(enumerate(HEADERS[name])))}
    return sorted((ranks[text], column) for column, text in enumerate(header) if text in ranks)


def of_header(
    at: dict[str, int], cells: Sequence[str], header: Sequence[str], rows: Sequence[Line], mapping: object = None
) -> Columns:
    """The columns that headings which are known as a whole name, and what their cells tell of them."""
    dates = [at["date"]] if "date" in at else []
    purpose = [at["purpose"]] if "purpose" in at else []
    if mapping is None:
        at = told_by_content(_by_content(at, header, rows), header, rows)
        dates += [column for _, column in _ranked("date", header) if column not in at.values()]
        purpose += _more_purpose(at, header)
    sums = [at[name] for name in ("amount", "credit") if name in at]
    direction = header[at["direction"]] if "direction" in at else ""
    state = header[at["state"]] if "state" in at else ""
    return Columns(
        at,
        rows,
        dates,
        purpose,
        currency=next((code for one in sums if (code := currency_of_header(cells[one]))), ""),
        is_told_direction=mapping is not None or direction not in SOFT_DIRECTION,
        is_of_states=mapping is not None or state not in SOFT_STATE,
        header=header,
        titles=[tidy(cell) for cell in cells],
    )


def _more_purpose(at: Mapping[str, int], header: Sequence[str]) -> list[int]:
    """The other columns that say what the money is for, and those without a header behind any of them.

    What a bank calls a reference may be the payer's text as well as its own number: it is read as both.
    """
    used = {column for name, column in at.items() if name != "reference"}
    words = {*HEADERS["purpose"], *MORE_PURPOSE}
    found = [column for column, text in enumerate(header) if text in words and column not in used]
    for column, text in enumerate(header):
        before = column - 1
        if not text and (before in found or before == at.get("purpose")) and column not in used:
            found.append(column)
    return found


def told_by_content(at: Mapping[str, int], header: Sequence[str], rows: Sequence[Line]) -> dict[str, int]:
    """The columns, with those of currencies and of states that only their cells tell: `Valuta` is a day, or EUR."""
    may_be_currency = {"", *HEADERS["date"]}
    found = dict(at)
    for column in range(max((len(cells) for _, cells in rows), default=0)):
        words = {cells[column].strip() for _, cells in rows if column < len(cells)} - {""}
        if not words or column in found.values():
            continue
        states = set(map(state_of, words))
        if words <= currencies() and (column >= len(header) or header[column] in may_be_currency):
            found.setdefault("currency", column)
        elif "" not in states and states - {"booked"}:
            found.setdefault("state", column)
    return found


def _by_content(at: dict[str, int], header: Sequence[str], rows: Sequence[Line]) -> dict[str, int]:
    """The columns, with a counterparty that turns out to be an account put right."""
    name = at.get("payer_name", -1)
    named = [cells[name] for _, cells in rows if 0 <= name < len(cells) and cells[name].strip()]
    if not named or 2 * sum(map(is_iban, named)) < len(named):
        return at
    others = [column for _, column in _ranked("payer_name", header) if column not in at.values()]
    rest = {field: column for field, column in at.items() if field != "payer_name"}
    return {"payer_iban": name} | rest | ({"payer_name": others[0]} if others else {})
