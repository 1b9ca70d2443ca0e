"""Files as rows of text cells, one at a time: CSV of any kind, and XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import IO, TYPE_CHECKING

from services.chassis.imports.bounded import items
from services.chassis.imports.cells import Cells, FileRefusedError, UnreadableRow

if TYPE_CHECKING:
    from _csv import Reader

# csv refuses longer cells by default; a cell of that length is a quote that was never closed.
MAX_CELL = 100_000
MAX_ROW_TEXT = 1_000_000
MAX_COLUMNS = 1_000


def file_rows(file: IO[bytes], form: str, encoding: str, delimiter: str) -> Generator[Cells, None, None]:
    """Rows of a file with their header, whatever its format. The file stays open."""
    return csv_rows(file, encoding, delimiter) if form == "csv" else xlsx_rows(file)


def csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Generator[Cells, None, None]:
    """Rows of a text file with their header; empty lines are no rows. Raises FileRefusedError where it breaks off."""
    csv.field_size_limit(MAX_CELL)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _readable(csv.reader(_lines(text), delimiter=delimiter))
    finally:
        # The wrapper would close the file with itself.
        text.detach()


def xlsx_rows(file: IO[bytes]) -> Generator[Cells, None, None]:
    """Rows of a workbook's first sheet with their header, read by a process with limits. Raises FileRefusedError."""
    with closing(items("services.chassis.imports.workbooks:rows", file)) as found:
        for item in found:
            yield UnreadableRow(item["reason"]) if isinstance(item, dict) else item


def _lines(text: IO[str]) -> Iterator[str]:
    while line := text.readline(MAX_ROW_TEXT):
        if len(line) == MAX_ROW_TEXT:
            raise FileRefusedError(f"a line is longer than {MAX_ROW_TEXT} characters")
        yield line


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
    except UnicodeDecodeError as error:
        raise FileRefusedError("it is not all in one encoding. Save it as UTF-8 and import it again") from error
    except csv.Error as error:
        raise FileRefusedError(f"a quoted cell is never closed: {error}") from error


def too_long(cells: Sequence[str]) -> UnreadableRow:
    """Why a row with more cells or text than any that is meant cannot be taken."""
    if len(cells) > MAX_COLUMNS:
        return UnreadableRow(f"it has more than {MAX_COLUMNS} cells")
    return UnreadableRow(f"it has more than {MAX_ROW_TEXT} characters")
