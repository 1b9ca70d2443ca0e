"""A bank's CSV export: encoding, separator, which column is what, and its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from services.account_mgmt.domain.bank.transfers import (
    MAX_ROWS,
    BadRow,
    Parsed,
    Transfer,
    amount,
    day,
    iban,
    reference,
    tidy,
)
from services.chassis.currencies import check_amount, check_currency
from services.chassis.imports.cells import FileRefusedError

if TYPE_CHECKING:
    from _csv import Reader

# Field -> the headers that mean it, lower case. A payer's own document number is not a reference of the bank: two
# payers may both have a number 7.
HEADERS: Mapping[str, Sequence[str]] = {
    "date": ("date", "booking date", "value date", "transaction date", "дата", "дата операції", "дата проведення",
             "дата проводки", "buchungstag", "data operacji"),
    "amount": ("amount", "sum", "сума", "сума операції", "сумма", "betrag", "kwota"),
    "debit": ("debit", "debit amount", "withdrawal", "дебет", "сума дебет", "витрати", "soll"),
    "credit": ("credit", "credit amount", "deposit", "кредит", "сума кредит", "надходження", "haben"),
    "direction": ("debit/credit", "credit/debit", "type", "direction", "дебет/кредит", "тип", "тип операції"),
    "currency": ("currency", "ccy", "валюта", "währung", "waluta"),
    "payer_name": ("payer", "payer name", "name", "counterparty", "counterparty name", "платник", "контрагент",
                   "назва контрагента", "найменування контрагента", "auftraggeber", "nadawca"),
    "payer_iban": ("payer iban", "iban", "counterparty iban", "counterparty account", "payer account",
                   "рахунок контрагента", "рахунок платника", "iban контрагента", "iban платника"),
    "payer_tax_id": ("payer tax id", "tax id", "counterparty tax id", "єдрпоу", "єдрпоу контрагента",
                     "єдрпоу платника", "код контрагента", "код платника"),
    "purpose": ("purpose", "remittance", "remittance information", "description", "details", "reference text",
                "призначення", "призначення платежу", "назначение платежа", "verwendungszweck", "tytuł"),
    "reference": ("reference", "bank reference", "transaction id", "референс", "референс банку", "id операції",
                  "ідентифікатор операції"),
    "account": ("account", "own account", "account iban", "рахунок", "наш рахунок", "мій рахунок"),
}  # fmt: skip
_IN = {"c", "cr", "crdt", "credit", "in", "+", "к", "кт", "кредит", "надходження", "haben"}
_OUT = {"d", "dr", "dbit", "debit", "out", "-", "д", "дт", "дебет", "списання", "витрата", "soll"}
_HEADER_WITHIN = 30


def decode(content: bytes) -> str:
    """The file's text: Unicode, or what Ukrainian banks write otherwise. Raises FileRefusedError for no text."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1251")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileRefusedError("This is not a text file")


def parse(content: bytes, *, mapping: Mapping[str, str] | None, account: str, currency: str) -> Parsed:
    """The rows of the file. `mapping` is field -> header; without one the known headers are looked for.

    `account` and `currency` are for rows that name none. Raises FileRefusedError when no header is found.
    """
    text = decode(content)
    lines = list(islice(io.StringIO(text), _HEADER_WITHIN))
    for delimiter in sorted(";,\t|", key=lambda one: -sum(line.count(one) for line in lines)):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            return _rows(reader, _header(reader, mapping), account, currency)
        except csv.Error as error:
            raise FileRefusedError(f"Line {reader.line_num} cannot be read: {error}") from None
        except _NoHeaderError:
            continue
    if mapping:
        raise FileRefusedError(f"There is no header with the columns {', '.join(mapping.values())}", "mapping")
    raise FileRefusedError("No header with a date and an amount (or debit and credit) was found; give a mapping")


class _NoHeaderError(Exception):
    """Not with this separator."""


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raises FileRefusedError for a field that does not exist, or when date and amount are not mapped."""
    unknown = sorted(set(mapping) - set(HEADERS))
    if unknown:
        raise FileRefusedError(f"'{unknown[0]}' is not a field; there are {', '.join(HEADERS)}", "mapping")
    if not _enough(mapping):
        raise FileRefusedError("date, and amount or credit, must be mapped", "mapping")


def _enough(fields: Mapping[str, object]) -> bool:
    return "date" in fields and ("amount" in fields or "credit" in fields)


def _header(reader: Reader, mapping: Mapping[str, str] | None) -> dict[str, int]:
    """Field -> column, from the first line that is a header; banks write a few lines of their own above it."""
    names = {field: (header,) for field, header in mapping.items()} if mapping else HEADERS
    known = {tidy(header).lower(): field for field, headers in names.items() for header in headers}
    for cells in reader:
        if reader.line_num > _HEADER_WITHIN:
            break
        columns: dict[str, int] = {}
        for position, cell in enumerate(cells):
            field = known.get(tidy(cell).lower())
            if field and field not in columns:
                columns[field] = position
        if _enough(columns) and (mapping is None or len(columns) == len(mapping)):
            return columns
    raise _NoHeaderError


def _rows(reader: Reader, columns: Mapping[str, int], account: str, currency: str) -> Parsed:
    found = Parsed("csv")
    before = reader.line_num
    for cells in reader:
        line, before = before + 1, reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        row = {field: tidy(cells[at]) if at < len(cells) else "" for field, at in columns.items()}
        try:
            transfer = _transfer(line, row, account, currency)
        except ValueError as error:
            found.bad.append(BadRow(line, str(error)))
            continue
        if transfer is None:
            found.outgoing += 1
        else:
            found.transfers.append(transfer)
        if found.rows > MAX_ROWS:
            raise FileRefusedError(f"More than {MAX_ROWS} rows; send the statement in parts")
    return found


def _transfer(line: int, row: Mapping[str, str], account: str, currency: str) -> Transfer | None:
    """The row as a transfer; None for money that went out."""
    booked_on = day(row["date"])
    incoming = _incoming(row)
    if incoming is None:
        return None
    code = (row.get("currency") or currency).upper()
    check_currency(code)
    check_amount(incoming, code)
    return Transfer(
        line=line,
        account=iban(row.get("account")) or account,
        booked_on=booked_on,
        amount=incoming,
        currency=code,
        payer_name=row.get("payer_name", "")[:300],
        payer_iban=iban(row.get("payer_iban")),
        payer_tax_id=row.get("payer_tax_id", "")[:40],
        purpose=row.get("purpose", "")[:2000],
        reference=reference(row.get("reference")),
    )


def _incoming(row: Mapping[str, str]) -> Decimal | None:
    """The amount that came in, above zero; None if money went out. Raises ValueError."""
    if row.get("amount"):
        found = amount(row["amount"])
        word = row.get("direction", "").lower()
        if word and word not in _IN | _OUT:
            raise ValueError(f"'{word[:40]}' is neither credit nor debit")
        if found < 0 or word in _OUT:
            return None
    else:
        # One of the two columns is empty or zero.
        went = abs(amount(row.get("debit") or "0"))
        found = amount(row.get("credit") or "0")
        if went and not found:
            return None
    if found <= 0:
        raise ValueError("there is no amount above zero")
    return found
