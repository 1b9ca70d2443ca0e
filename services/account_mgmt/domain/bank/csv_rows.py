"""The rows of a bank's CSV, its columns known: what each says came in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.account_mgmt.domain.bank import csv_amounts, csv_dates, csv_parties, csv_ways, labelled
from services.account_mgmt.domain.bank.csv_columns import Columns
from services.account_mgmt.domain.bank.csv_dates import DateOrder
from services.account_mgmt.domain.bank.csv_headers import is_balance, is_own_line, is_return, is_total, plain
from services.account_mgmt.domain.bank.csv_states import state_of
from services.account_mgmt.domain.bank.csv_text import uncovered
from services.account_mgmt.domain.bank.csv_two_columns import Moved, Pair
from services.account_mgmt.domain.bank.csv_ways import Way
from services.account_mgmt.domain.bank.own_accounts import spelt
from services.account_mgmt.domain.bank.transfers import MAX_ROWS, BadRow, Parsed, Transfer, iban, reference, tidy
from services.chassis.currencies import check_amount, check_currency
from services.chassis.imports.cells import FileRefusedError

_LETTERS_OF_OTHERS = frozenset("äöüßąćęłńóśźżіїєґабвгдежзийклмнопрстуфхцчшщьюя")
_DAY_FIRST = frozenset(
    {
        # Wise writes its statements so, in English too.
        "transferwise id",
        "datum",
        "buchungstag",
        "buchung",
        "bedrag",
        "betrag",
        "kwota",
        "data",
        "naam",
        "waluta",
        "dátum",
        "fecha",
        "dato",
        "montant",
        "importo",
        "belopp",
        "částka",
        "valuta",
    }
)


class Rows:
    """The rows of a file, read column by column: what one cell leaves open, the others tell."""

    def __init__(self, columns: Columns, account: str, own: Sequence[str], currency: str, dates: DateOrder) -> None:
        self._columns, self._account, self._own = columns, account, own
        self._currency = columns.fallback or currency
        day_first = any(name in _DAY_FIRST or not _LETTERS_OF_OTHERS.isdisjoint(name) for name in columns.header)
        self._date_at, self._day = self._days(dates, day_first=day_first)
        self._cents = csv_amounts.cents_sign([*self._column("amount"), *self._column("debit"), *self._column("credit")])
        # A column that may hold anything is one of states if it names some.
        self._has_states = columns.is_of_states or any(state_of(cell) for cell in self._column("state") if cell)
        self._mine = {one for one in (account, *own) if one}
        self._in_hundredths = {
            name
            for name in ("amount", "debit", "credit")
            if csv_amounts.is_in_hundredths(self._title(name), self._column(name))
        }
        self._ways = self._which_ways()
        self._pair = Pair.of(*((self._title(name), self._values(name)) for name in ("debit", "credit")))

    def _days(self, dates: DateOrder, *, day_first: bool) -> tuple[int, Callable[[str], date]]:
        """The column of the days, and how they are read: the best that has any (`20.11.` is none)."""
        readers = [(at, csv_dates.reader(self._at(at), dates, day_first=day_first)) for at in self._columns.dates[:1]]
        for at in self._columns.dates:
            read = csv_dates.reader(self._at(at), dates, day_first=day_first)
            if any(csv_dates.is_read(read, cell) for cell in self._at(at)):
                return at, read
        return readers[0]

    def _which_ways(self) -> list[Way]:
        """Which way the money of each row went, as far as its sum does not say it."""
        amounts = self._column("amount")
        is_signed = any(map(csv_amounts.is_signed, amounts))
        if "direction" in self._columns.at:
            told = self._columns.is_told_direction
            ways = csv_ways.of_words(self._column("direction"), is_told=told, is_signed=is_signed)
            if any(ways) or is_signed:
                return ways
        if is_signed or not any(amounts):
            return [""] * len(amounts)
        if any(ways := self._by_parties()):
            return ways
        used = set(self._columns.at.values())
        others = [at for at in range(max(len(cells) for _, cells in self._columns.rows)) if at not in used]
        texts = self._columns.purpose
        said = (self._at(at) for at in others if csv_ways.says_ways(self._at(at), is_of_texts=at in texts))
        if ways_said := next(said, None):
            return csv_ways.of_words(ways_said, is_told=True, is_signed=False)
        return csv_ways.of_balances(self._values("amount"), self._values("balance"))

    def _by_parties(self) -> list[Way]:
        """By who paid and who got it, of a file that names both: by their accounts, else by their names."""
        for name, own in (("payer_iban", self._mine), ("payer_name", set[str]())):
            if name in self._columns.payee:
                pays, gets = self._column(name), self._at(self._columns.payee[name])
                kind = self._number if own else plain
                ways = csv_parties.ways([(kind(a), kind(b)) for a, b in zip(pays, gets, strict=True)], own)
                if any(ways):
                    return ways
        return []

    def _number(self, text: str) -> str:
        return spelt(iban(text), self._own)

    def _title(self, name: str) -> str:
        """What the column is called, or its number where the file has no header."""
        at = self._columns.at.get(name)
        titles = self._columns.titles
        return "" if at is None else titles[at] if at < len(titles) and titles[at] else f"column {at + 1}"

    def _values(self, name: str) -> list[Decimal | None]:
        cells = self._column(name)
        cents = csv_amounts.cents_sign(cells)
        return [csv_amounts.value(cell, cents) for cell in cells]

    def _column(self, name: str) -> list[str]:
        return [self._cell(cells, name) for _, cells in self._columns.rows]

    def _at(self, at: int) -> list[str]:
        return [uncovered(cells[at]) if at < len(cells) else "" for _, cells in self._columns.rows]

    def _cell(self, cells: Sequence[str], name: str) -> str:
        at = self._date_at if name == "date" else self._columns.at.get(name)
        return uncovered(cells[at]) if at is not None and at < len(cells) else ""

    def parsed(self) -> Parsed:
        """All rows."""
        found = Parsed("csv")
        for (line, cells), way in zip(self._columns.rows, self._ways, strict=True):
            if self._is_footer(cells):
                continue
            try:
                transfer = self._transfer(line, cells, way)
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
        """Whether this line is the bank's own, around its rows: no day or no sum, and words for a total or balance."""
        if [tidy(cell) for cell in cells] == list(self._columns.titles):
            # The header, on the next page again.
            return True
        has_day = any(character.isdigit() for character in self._cell(cells, "date"))
        has_sum = any(self._cell(cells, name) for name in ("amount", "debit", "credit"))
        if has_day:
            return not has_sum and any(map(is_balance, cells))
        return not has_sum or any(map(is_own_line, cells))

    def _transfer(self, line: int, cells: Sequence[str], way: Way) -> Transfer | None:
        """The row as a transfer; None for money that went out."""
        # First: what has not come has no day yet.
        self._check_state(cells)
        booked_on = self._day(self._cell(cells, "date"))
        self._check_row(cells)
        moved = self._moved(cells, way)
        taken = moved.sum.value < 0
        if taken and not moved.undone:
            return None
        code = moved.sum.currency or self._code(cells)
        check_currency(code)
        check_amount(moved.sum.value, code)
        account = self._own_account(cells)
        payer_iban = iban(self._cell(cells, "payer_iban"))
        texts = self._texts(cells)
        found = Transfer(
            line=line,
            account=account,
            booked_on=booked_on,
            amount=abs(moved.sum.value),
            currency=code,
            payer_name=self._cell(cells, "payer_name")[:300],
            # A column `IBAN` may be the company's own: whoever is known by it would be everybody.
            payer_iban="" if payer_iban == account else payer_iban,
            payer_tax_id=self._cell(cells, "payer_tax_id")[:40],
            purpose=" ".join(dict.fromkeys(text for text in texts if reference(text)))[:2000],
            reference=reference(self._cell(cells, "reference")),
            reversal=moved.undone,
            taken=taken,
        )
        return labelled.told(self._as_before(found, cells), texts, [account, *self._own])

    def _own_account(self, cells: Sequence[str]) -> str:
        """The company's account that a row is of: as its column says, else the one that got the money."""
        named = iban(self._cell(cells, "account"))
        got = self._columns.payee.get("payer_iban", -1)
        got_on = self._number(cells[got]) if 0 <= got < len(cells) else ""
        return named if any(one.isdigit() for one in named) else got_on if got_on in self._mine else self._account

    def _as_before(self, one: Transfer, cells: Sequence[str]) -> Transfer:
        """With the facts by which the same row is known again, as they would be without what words of headings tell."""
        before = self._columns.earlier
        if before is None:
            return one

        def cell(name: str) -> str:
            at = before.at.get(name, -1)
            return uncovered(cells[at]) if 0 <= at < len(cells) else ""

        texts = [uncovered(cells[at]) for at in before.purpose if at < len(cells)]
        purpose = " ".join(dict.fromkeys(text for text in texts if reference(text)))[:2000]
        account = iban(cell("payer_iban"))
        facts = "" if account == one.account else account, cell("payer_name")[:300], cell("payer_tax_id")[:40], purpose
        same = one.payer_iban, one.payer_name, one.payer_tax_id, one.purpose
        return one if facts == same else replace(one, unlabelled=facts)

    def _texts(self, cells: Sequence[str]) -> list[str]:
        return [uncovered(cells[at]) for at in self._columns.purpose if at < len(cells)]

    def _check_state(self, cells: Sequence[str]) -> None:
        """Raises ValueError for money that has not come: only announced, or taken back before it did."""
        named = self._cell(cells, "state")[:40] if self._has_states else ""
        # What is only announced has a word where its day will be.
        day = self._cell(cells, "date")[:40]
        named = day if state_of(day) == "announced" and not any(map(str.isdigit, day)) else named
        state = state_of(named)
        if state == "booked":
            return
        if state == "announced":
            raise ValueError(f"not booked yet ({named}); it will come again when it is")
        if state == "undone":
            raise ValueError(f"the bank says {named}: no money came")
        raise ValueError(f"nobody knows what the state '{named}' means: is the money there?")

    def _check_row(self, cells: Sequence[str]) -> None:
        """Raises ValueError for a line of the bank's own that looks like a row."""
        payer = self._columns.at.get("payer_name")
        if any(is_balance(cell) or (at != payer and is_total(cell)) for at, cell in enumerate(cells)):
            raise ValueError("this is a balance or a total of the account, no money that came")

    def _code(self, cells: Sequence[str]) -> str:
        """The row's currency: as the header of the sums says, and else its own column."""
        own = csv_amounts.currency_of(self._cell(cells, "currency"))
        return self._columns.currency or own or self._currency

    def _moved(self, cells: Sequence[str], way: Way) -> Moved:
        """What came in, or, below zero, what went out. Raises ValueError."""
        code = self._code(cells)
        if text := self._cell(cells, "amount"):
            found = self._read(text, "amount", code)
            if way == "out":
                found = replace(found, value=-abs(found.value))
            if way == "unknown" and found.value > 0:
                named = self._cell(cells, "direction")[:40]
                raise ValueError(
                    f"'{named}' is neither credit nor debit" if named else "nothing says whether this came or went"
                )
            if not found.value:
                raise ValueError("there is no amount above zero")
            return Moved(found, undone=found.value < 0 and any(map(is_return, cells)))
        went = self._read(self._cell(cells, "debit") or "0", "debit", code)
        came = self._read(self._cell(cells, "credit") or "0", "credit", code)
        return self._pair.moved(went, came, is_return=any(map(is_return, cells)))

    def _read(self, text: str, name: str, code: str) -> csv_amounts.Sum:
        found = csv_amounts.read(text, self._cents, code)
        return replace(found, value=found.value / 100) if name in self._in_hundredths else found
