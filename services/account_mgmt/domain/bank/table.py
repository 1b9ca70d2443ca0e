"""A bank's CSV export: what each row says came in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from services.account_mgmt.domain.bank import csv_amounts, csv_columns, csv_dates, csv_guess
from services.account_mgmt.domain.bank.csv_columns import Columns, check_mapping
from services.account_mgmt.domain.bank.csv_dates import DateOrder
from services.account_mgmt.domain.bank.csv_headers import ANNOUNCED, BOOKED, IN, OUT, UNDONE, plain
from services.account_mgmt.domain.bank.csv_text import decode, lines, separators
from services.account_mgmt.domain.bank.transfers import MAX_ROWS, BadRow, Parsed, Transfer, iban, reference, tidy
from services.chassis.currencies import check_amount, check_currency
from services.chassis.imports.cells import FileRefusedError

__all__ = ["check_mapping", "parse"]
_LETTERS_OF_OTHERS = frozenset("äöüßąćęłńóśźżіїєґабвгдежзийклмнопрстуфхцчшщьюя")
_DAY_FIRST = frozenset({"datum", "buchungstag", "buchung", "bedrag", "betrag", "kwota", "data", "naam", "waluta"})


def parse(
    content: bytes,
    *,
    mapping: Mapping[str, str] | None,
    account: str,
    currency: str,
    encoding: str = "",
    dates: DateOrder = "auto",
) -> Parsed:
    """The rows of the file. `mapping` is field -> header, or the number of its column in a file that has no header;
    without one the known headers are looked for, and then what stands in the columns.

    `account` and `currency` are for rows that name none. Raises FileRefusedError where date and amount are not found,
    or the dates may be either way round.
    """
    text = decode(content, encoding)
    tables = [list(lines(text, delimiter)) for delimiter in separators(text)[:4]]
    columns = next((found for rows in tables if (found := csv_columns.find(rows, mapping))), None)
    if columns is None and mapping:
        columns = next((found for rows in tables if (found := csv_columns.by_number(rows, mapping))), None)
    if columns is None and mapping is None:
        columns = next((found for rows in tables if (found := csv_guess.columns(rows))), None)
    if columns is not None:
        return _Table(columns, account, currency, dates).parsed()
    if mapping:
        raise FileRefusedError(f"There is no header with the columns {', '.join(mapping.values())}", "mapping")
    raise FileRefusedError("No header with a date and an amount (or debit and credit) was found; give a mapping")


class _Table:
    """The rows of a file, read column by column: what one cell leaves open, the others tell."""

    def __init__(self, columns: Columns, account: str, currency: str, dates: DateOrder) -> None:
        self._columns, self._account = columns, account
        self._currency = columns.currency or currency
        day_first = any(name in _DAY_FIRST or not _LETTERS_OF_OTHERS.isdisjoint(name) for name in columns.header)
        self._day: Callable[[str], date] = csv_dates.reader(self._column("date"), dates, day_first=day_first)
        self._cents = csv_amounts.cents_sign([*self._column("amount"), *self._column("debit"), *self._column("credit")])
        # A column that may hold anything is one of states if it names some.
        states = {plain(cell) for cell in self._column("state")} - {""}
        self._has_states = columns.is_of_states or not states.isdisjoint(BOOKED | ANNOUNCED | UNDONE)
        self._is_told = columns.is_told_direction or any(plain(cell) in OUT for cell in self._column("direction"))
        self._is_signed = any("-" in cell or "(" in cell or "−" in cell for cell in self._column("amount"))

    def _column(self, name: str) -> list[str]:
        return [self._cell(cells, name) for _, cells in self._columns.rows]

    def _cell(self, cells: Sequence[str], name: str) -> str:
        at = self._columns.at.get(name)
        return tidy(cells[at]) if at is not None and at < len(cells) else ""

    def parsed(self) -> Parsed:
        """All rows."""
        found = Parsed("csv")
        for line, cells in self._columns.rows:
            if self._is_footer(cells):
                continue
            try:
                transfer = self._transfer(line, cells)
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

    def _is_footer(self, cells: Sequence[str]) -> bool:
        """Whether this line is the bank's own, below its rows: words where dates are, and no sum beside them."""
        named = self._cell(cells, "date")
        sums = [self._cell(cells, name) for name in ("amount", "debit", "credit")]
        return not any(character.isdigit() for character in named) and not any(sums)

    def _transfer(self, line: int, cells: Sequence[str]) -> Transfer | None:
        """The row as a transfer; None for money that went out."""
        # First: what has not come has no day yet.
        self._check_state(cells)
        booked_on = self._day(self._cell(cells, "date"))
        incoming = self._incoming(cells)
        if incoming is None:
            return None
        code = (self._cell(cells, "currency") or incoming.currency or self._currency).upper()
        check_currency(code)
        check_amount(incoming.value, code)
        own = iban(self._cell(cells, "account"))
        return Transfer(
            line=line,
            account=own if any(one.isdigit() for one in own) else self._account,
            booked_on=booked_on,
            amount=incoming.value,
            currency=code,
            payer_name=self._cell(cells, "payer_name")[:300],
            payer_iban=iban(self._cell(cells, "payer_iban")),
            payer_tax_id=self._cell(cells, "payer_tax_id")[:40],
            purpose=self._purpose(cells),
            reference=reference(self._cell(cells, "reference")),
        )

    def _purpose(self, cells: Sequence[str]) -> str:
        texts = [tidy(cells[at]) for at in self._columns.purpose if at < len(cells)]
        return " ".join(dict.fromkeys(text for text in texts if reference(text)))[:2000]

    def _check_state(self, cells: Sequence[str]) -> None:
        """Raises ValueError for money that has not come: only announced, or taken back before it did."""
        state = plain(self._cell(cells, "state")) if self._has_states else ""
        if state in BOOKED:
            return
        named = self._cell(cells, "state")[:40]
        if state in ANNOUNCED:
            raise ValueError(f"not booked yet ({named}); it will come again when it is")
        if state in UNDONE:
            raise ValueError(f"the bank says {named}: no money came")
        raise ValueError(f"nobody knows what the state '{named}' means: is the money there?")

    def _incoming(self, cells: Sequence[str]) -> csv_amounts.Sum | None:
        """The amount that came in, above zero; None if money went out. Raises ValueError."""
        if text := self._cell(cells, "amount"):
            found = csv_amounts.read(text, self._cents)
            if found.value < 0 or self._went_out(cells):
                return None
        else:
            # One of the two columns is empty or zero.
            went = csv_amounts.read(self._cell(cells, "debit") or "0", self._cents).value
            found = csv_amounts.read(self._cell(cells, "credit") or "0", self._cents)
            if went and not found.value:
                return None
        if found.value <= Decimal(0):
            raise ValueError("there is no amount above zero")
        return found

    def _went_out(self, cells: Sequence[str]) -> bool:
        """What the row says in words. Raises ValueError for a word that should say it and does not."""
        text = self._cell(cells, "direction")
        word = plain(text)
        if word in OUT:
            return True
        if text and word not in IN and self._is_told and not self._is_signed:
            raise ValueError(f"'{text[:40]}' is neither credit nor debit")
        return False
