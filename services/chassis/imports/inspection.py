"""A look at a file as a whole before any row is taken: format, encoding, separator, header, columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, Any, Protocol

from services.chassis.errors import Invalid, Unsupported
from services.chassis.http import string_map
from services.chassis.imports.cells import (
    DELIMITERS,
    FileRefusedError,
    UnreadableRow,
    WrongKindError,
    detect_delimiter,
    detect_encoding,
    first_rows,
    is_workbook,
    known_encoding,
    tidy_header,
)
from services.chassis.imports.sheets import HEADER_WITHIN, MAX_COLUMNS, NextSheet, xlsx_rows

HEAD_BYTES = 64 << 10
PART_BYTES = 1 << 20
Mapped = str | Mapping[str, str]
Rows = list[list[str]]
_SEP_LINE = re.compile(r'\s*"?sep=(.)"?\s*(?:[\r\n]|$)', re.IGNORECASE)


class Table(Protocol):
    """What a tier knows of the columns of its files."""

    def known(self, header: list[str]) -> int:
        """How many of these it knows as names of columns."""

    def choose(self, header: list[str], wanted: Mapped, *, proposals: bool, rows: Rows, region: str) -> dict[str, int]:
        """Field -> column, with `proposals` also what is likely but not sure. Raises FileRefusedError with the reason
        in plain words, and what would help, for which it may look at the first `rows`."""

    def questions(self, header: list[str], mapping: Mapping[str, int]) -> list[str]:
        """What a person should look at in a mapping, in plain words."""


@dataclass(frozen=True)
class Wish:
    """What whoever brings a file says of it."""

    mapping: Mapped
    region: str
    encoding: str | None = None
    sheet: str | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class _Found:
    """A row that may be the header: how well it is known, and how many rows stand above it."""

    known: int
    above: int
    header: list[str]
    rows: Rows


def mapping_of(text: str) -> Mapped:
    """`auto`, a name, or a JSON object of field and column name. Raises Invalid."""
    if not text.lstrip().startswith("{"):
        return text
    return string_map(text, "mapping")


def inspect(file: IO[bytes], wish: Wish, table: Table) -> dict[str, Any]:
    """What `NewImport` says about the file itself. Raises Invalid or Unsupported with the reason in plain words."""
    with _refused_in_words():
        fields = _look(file, wish, table)
        rows = fields.pop("rows")
        mapping = table.choose(fields["header"], wish.mapping, proposals=wish.dry_run, rows=rows, region=wish.region)
    return {**fields, "mapping": mapping}


def look(file: IO[bytes], wish: Wish, table: Table) -> dict[str, Any]:
    """The same without a mapping, but with the first `rows` behind the header: somebody will say what is what."""
    with _refused_in_words():
        return _look(file, wish, table)


@contextmanager
def _refused_in_words() -> Iterator[None]:
    try:
        yield
    except WrongKindError as error:
        raise Unsupported(str(error), field="file") from None
    except FileRefusedError as error:
        field = "mapping" if str(error).startswith("mapping") else error.field
        raise Invalid(str(error), field=field) from None


def _look(file: IO[bytes], wish: Wish, table: Table) -> dict[str, Any]:
    head = file.read(HEAD_BYTES)
    if not head.strip():
        raise Invalid("The file is empty", field="file")
    known = _knows(table, wish.mapping)
    fields = _workbook(file, known, wish) if is_workbook(head) else _text(file, head, known, wish)
    if len(fields["header"]) > MAX_COLUMNS:
        raise FileRefusedError(f"The file has more than {MAX_COLUMNS} columns")
    return fields


def _knows(table: Table, wanted: Mapped) -> Callable[[list[str]], int]:
    """How many columns of a row are known as names, or are those that the own mapping names."""
    if isinstance(wanted, str):
        return table.known
    names = {name.lower() for name in wanted.values()}
    return lambda header: len(names.intersection(map(str.lower, header)))


def _best(rows: list[list[str]], known: Callable[[list[str]], int]) -> _Found:
    """The row that is most like a header; the first where none is."""
    headers = enumerate(map(tidy_header, rows))
    found = [_Found(known(header), above, header, rows[above + 1 :]) for above, header in headers]
    return max(found, key=lambda one: one.known, default=_Found(0, 0, [], []))


def _text(file: IO[bytes], head: bytes, known: Callable[[list[str]], int], wish: Wish) -> dict[str, Any]:
    encoding = known_encoding(wish.encoding) if wish.encoding else detect_encoding(_parts(file), wish.region)
    text = head.decode(encoding, errors="ignore")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise FileRefusedError("The file is empty")
    # Excel's own first line says the separator; otherwise it is the one with which a header can be read.
    told = _SEP_LINE.match(text)
    usual = told[1] if told else detect_delimiter(first)
    best = _best(first_rows(text, usual, HEADER_WITHIN), known)
    for delimiter in () if told else DELIMITERS:
        other = _best(_rows_if_any(text, delimiter), known)
        if other.known > best.known:
            best, usual = other, delimiter
    lines = sum(part.count(b"\n") for part in _parts(file))
    return {
        "format": "csv",
        "encoding": encoding,
        "delimiter": usual,
        "header": best.header,
        "rows": best.rows,
        "expected_rows": max(lines - 1 - best.above, 0),
    }


def _rows_if_any(text: str, delimiter: str) -> list[list[str]]:
    try:
        return first_rows(text, delimiter, HEADER_WITHIN)
    except FileRefusedError:
        return []


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while part := file.read(PART_BYTES):
        yield part


def _workbook(file: IO[bytes], known: Callable[[list[str]], int], wish: Wish) -> dict[str, Any]:
    sheets = _sheets(file)
    if wish.sheet is not None and wish.sheet not in sheets:
        raise FileRefusedError(f"There is no sheet '{wish.sheet[:40]}'; there are {', '.join(sheets)}", field="sheet")
    wanted = [wish.sheet] if wish.sheet is not None else list(sheets)
    found = {name: _best(sheets[name], known) for name in wanted}
    most = max(one.known for one in found.values())
    # Sheets with one and the same header are one table.
    best = {tuple(one.header): name for name, one in reversed(found.items()) if one.known == most}
    if len(best) > 1 and most > 1:
        names = ", ".join(f"'{name}'" for name in reversed(best.values()))
        raise FileRefusedError(f"The sheets {names} all look like the table: say which is with 'sheet'", field="sheet")
    one = next(one for one in found.values() if one.known == most)
    return {
        "format": "xlsx",
        "encoding": "utf-8",
        "delimiter": ",",
        "header": one.header,
        "rows": one.rows,
        "expected_rows": None,
    }


def _sheets(file: IO[bytes]) -> dict[str, list[list[str]]]:
    """The first rows of each sheet. Raises FileRefusedError when not even one can be read."""
    sheets: dict[str, list[list[str]]] = {}
    broken = ""
    with closing(xlsx_rows(file, HEADER_WITHIN)) as rows:
        try:
            for cells in rows:
                if isinstance(cells, NextSheet):
                    rows_of_sheet = sheets.setdefault(cells.name, [])
                elif isinstance(cells, UnreadableRow):
                    broken = broken or cells.reason
                else:
                    rows_of_sheet.append(cells)
        except FileRefusedError:
            # What is before the break can be taken.
            if not any(sheets.values()):
                raise
    if broken and not any(sheets.values()):
        raise FileRefusedError(f"The header cannot be read: {broken}")
    return sheets
