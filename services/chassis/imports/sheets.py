"""Files as rows of text cells, one at a time: CSV of any kind, and XLSX."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from services.chassis.imports.bounded import items
from services.chassis.imports.cells import Cells, FileRefusedError, UnreadableRow, tidy_header

if TYPE_CHECKING:
    from _csv import Reader

# csv refuses longer cells by default; a cell of that length is a quote that was never closed.
MAX_CELL = 100_000
MAX_ROW_TEXT = 1_000_000
MAX_COLUMNS = 1_000
# Bytes of a text file that are read at once; fewer than the characters of a line that is too long.
_AT_ONCE = 1 << 18
# Titles, dates and notes above a header; further down nobody looks for one.
HEADER_WITHIN = 30


@dataclass(frozen=True)
class NextSheet:
    """What comes now is the next sheet of a workbook."""

    name: str


def table_rows(
    file: IO[bytes], form: str, encoding: str, delimiter: str, header: Sequence[str]
) -> Generator[Cells, None, None]:
    """Rows behind the header, wherever it stands; in a workbook those of every sheet that has it. The file stays open.

    Raises FileRefusedError where the file breaks off.
    """
    rows = csv_rows(file, encoding, delimiter) if form == "csv" else xlsx_rows(file)
    found = behind = False
    before = 0
    with closing(rows):
        for cells in rows:
            if isinstance(cells, NextSheet):
                behind, before = False, 0
            elif behind:
                yield cells
            elif before < HEADER_WITHIN:
                before += 1
                behind = not isinstance(cells, UnreadableRow) and tidy_header(cells) == header
                found = found or behind
    if not found:
        raise FileRefusedError("its header is not there any more")


def csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Generator[Cells, None, None]:
    """Rows of a text file with their header; empty lines are no rows. Raises FileRefusedError where it breaks off."""
    csv.field_size_limit(MAX_CELL)
    whole = _decodes(file, encoding)
    decoder = codecs.getincrementaldecoder(encoding)("strict" if whole else "replace")
    rows = _readable(csv.reader(_lines(file, decoder), delimiter=delimiter))
    yield from rows if whole else _undamaged(rows, encoding)


def xlsx_rows(
    file: IO[bytes], first: int | None = None
) -> Generator[list[str] | UnreadableRow | NextSheet, None, None]:
    """Rows of a workbook's visible sheets with their headers, `first` of each or all, read by a process with limits.

    Raises FileRefusedError.
    """
    with closing(items("services.chassis.imports.workbooks:rows", file, first=first)) as found:
        for item in found:
            if not isinstance(item, dict):
                yield item
            else:
                yield NextSheet(item["sheet"]) if "sheet" in item else UnreadableRow(item["reason"])


def _decodes(file: IO[bytes], encoding: str) -> bool:
    """Whether all of a file is in this encoding: far faster to know beforehand than to look at each row."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while part := file.read(1 << 20):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _undamaged(rows: Iterator[Cells], encoding: str) -> Iterator[Cells]:
    """The rows, those with bytes of another encoding as unreadable ones."""
    for cells in rows:
        if not isinstance(cells, UnreadableRow) and any("\ufffd" in cell for cell in cells):
            yield UnreadableRow(f"it has a character that is not {encoding}", tuple(cells))
        else:
            yield cells


def _lines(file: IO[bytes], decoder: codecs.IncrementalDecoder) -> Iterator[str]:
    """The lines of a text with their ends: `\\n`, `\\r` or both.

    It is read in large parts: each look at the file lets go of the interpreter, and busy threads keep it for long.
    """
    file.seek(0)
    begun = ""
    while part := file.read(_AT_ONCE):
        text = begun + decoder.decode(part)
        # Up to the last end of a line; a `\r` that comes last may have its `\n` in the next part.
        end = text.rfind("\n") + 1 or text.rfind("\r", 0, -1) + 1
        _refuse_long(text if not end else begun and next(io.StringIO(text, newline="")))
        yield from io.StringIO(text[:end], newline="")
        begun = text[end:]
    text = begun + decoder.decode(b"", final=True)
    _refuse_long(text)
    yield from io.StringIO(text, newline="")


def _refuse_long(line: str) -> None:
    if len(line) >= MAX_ROW_TEXT:
        raise FileRefusedError(f"a line is longer than {MAX_ROW_TEXT} characters")


def _readable(rows: Reader) -> Iterator[Cells]:
    before = rows.line_num
    try:
        for cells in rows:
            lines, before = rows.line_num - before, rows.line_num
            # Nearly every row begins with something, and is within the limit of its one line: no need to look closer.
            if (not cells or not cells[0] or cells[0].isspace()) and not "".join(cells).strip():
                continue
            if len(cells) > MAX_COLUMNS or (lines > 1 and sum(map(len, cells)) > MAX_ROW_TEXT):
                yield too_long(cells)
            else:
                yield cells
    except csv.Error as error:
        raise FileRefusedError(f"a quoted cell is never closed: {error}") from error


def too_long(cells: Sequence[str]) -> UnreadableRow:
    """Why a row with more cells or text than any that is meant cannot be taken."""
    if len(cells) > MAX_COLUMNS:
        return UnreadableRow(f"it has more than {MAX_COLUMNS} cells")
    return UnreadableRow(f"it has more than {MAX_ROW_TEXT} characters")
