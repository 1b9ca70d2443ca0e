"""A bank's CSV export: what each row says came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from services.account_mgmt.domain.bank import csv_columns, csv_guess, csv_meanings
from services.account_mgmt.domain.bank.csv_columns import Columns, check_mapping
from services.account_mgmt.domain.bank.csv_dates import DateOrder
from services.account_mgmt.domain.bank.csv_rows import Rows
from services.account_mgmt.domain.bank.csv_text import Line, decode, lines, separators, unwrapped
from services.account_mgmt.domain.bank.own_accounts import account_of, spelt
from services.account_mgmt.domain.bank.transfers import Parsed
from services.chassis.imports.cells import FileRefusedError

__all__ = ["check_mapping", "parse"]
DEFAULT_CURRENCY: Final = "UAH"
"""Of an account that is no legal entity's."""


def parse(
    content: bytes,
    *,
    mapping: Mapping[str, str] | None,
    account: str,
    default: str = "",
    own: Sequence[str] = (),
    currency: str,
    currencies: Mapping[str, str] | None = None,
    encoding: str = "",
    dates: DateOrder = "auto",
) -> Parsed:
    """The rows of the file. `mapping` is field -> header, or the number of its column in a file that has no header;
    without one the known headers are looked for, and then what stands in the columns.

    `account` (else `default`) and `currency` (else that of the account in `currencies`) are for a file that names none;
    `own` are the accounts that are known.
    Raises FileRefusedError where date and amount are not found, or the dates may be either way round.
    """
    text = unwrapped(decode(content, encoding))
    tables = [list(lines(text, delimiter)) for delimiter in separators(text)[:4]]
    columns = _mapped(tables, mapping) if mapping else _recognised(tables)
    if columns is None and mapping:
        raise FileRefusedError(f"There is no header with the columns {', '.join(mapping.values())}", "mapping")
    if columns is None:
        raise FileRefusedError("No header with a date and an amount (or debit and credit) was found; give a mapping")
    known = [one for one in (account, default, *own, *columns.accounts) if one]
    columns = columns if mapping else csv_meanings.with_own(columns, known)
    named = list(dict.fromkeys(spelt(one, own) for one in columns.accounts))
    mine = (account or default) if "account" in columns.at else account_of(named, account, default)
    return Rows(columns, mine, own, currency or (currencies or {}).get(mine, DEFAULT_CURRENCY), dates).parsed()


def _mapped(tables: Sequence[Sequence[Line]], mapping: Mapping[str, str]) -> Columns | None:
    named = next((found for rows in tables if (found := csv_columns.find(rows, mapping))), None)
    return named or next((found for rows in tables if (found := csv_columns.by_number(rows, mapping))), None)


def _recognised(tables: Sequence[Sequence[Line]]) -> Columns | None:
    """By headings that are known, by the words within them, and at last by what stands in the columns."""
    if found := next((found for rows in tables if (found := csv_columns.find(rows, None))), None):
        return replace(csv_meanings.complete(found), earlier=found)
    guessed = next((found for rows in tables if (found := csv_guess.columns(rows))), None)
    told = next((found for rows in tables if (found := csv_meanings.by_words(rows))), None)
    return replace(told, earlier=guessed) if told else guessed
