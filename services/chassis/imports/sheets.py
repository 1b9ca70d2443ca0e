"""Files as rows of text cells, one at a time: CSV of any kind, and XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, time
from typing import IO, Any

from services.chassis.imports.bounded import items
from services.chassis.imports.cells import FileRefusedError

# csv refuses longer cells by default; a cell of that length is a quote that was never closed.
MAX_CELL = 100_000
MAX_ROW_TEXT = 1_000_000
MAX_COLUMNS = 1_000
# What the format allows, empty rows among them.
MAX_SHEET_ROWS = 1_048_576
# A workbook of a million ordinary rows stays below this; what unpacks to more was made to fill a disk.
MAX_UNPACKED = 1 << 30
# The shared texts of a workbook are held in memory as a whole.
MAX_SHARED_TEXTS = 96 << 20
_SHARED = "xl/sharedStrings.xml"
_LOCKED = 0x1
_DAMAGED = "This spreadsheet is damaged. Open it, save it as XLSX or CSV, and import that"


def file_rows(file: IO[bytes], form: str, encoding: str, delimiter: str) -> Generator[list[str], None, None]:
    """Rows of a file with their header, whatever its format. The file stays open."""
    return csv_rows(file, encoding, delimiter) if form == "csv" else xlsx_rows(file)


def csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Generator[list[str], None, None]:
    """Rows of a text file with their header; empty lines are no rows. Raises FileRefusedError where it breaks off."""
    csv.field_size_limit(MAX_CELL)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _readable(csv.reader(_lines(text), delimiter=delimiter))
    finally:
        # The wrapper would close the file with itself.
        text.detach()


def xlsx_rows(file: IO[bytes]) -> Generator[list[str], None, None]:
    """Rows of a workbook's first sheet with their header, read by a process with limits. Raises FileRefusedError."""
    return items("services.chassis.imports.sheets:workbook_rows", file)


def workbook_rows(file: IO[bytes]) -> Iterator[list[str]]:
    """The same, read here: only for the process with limits. Raises FileRefusedError with the reason in plain words."""
    import openpyxl  # heavy, and only few files are workbooks
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    check_workbook(file)
    # It would read a sheet that does not declare its size once as a whole before the first row.
    ReadOnlyWorksheet._get_size = lambda _: None
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some writers declare one cell
    except MemoryError:
        raise
    except Exception as error:
        raise FileRefusedError(_DAMAGED) from error
    with closing(book):
        yield from _readable(_sheet_rows(sheet.iter_rows(values_only=True)))


def _sheet_rows(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[str]]:
    for number in range(MAX_SHEET_ROWS + 1):
        try:
            row = next(rows, None)
        except MemoryError:
            raise
        except Exception as error:
            # There is no end to what a damaged sheet makes its reader stumble over.
            raise FileRefusedError("the spreadsheet is damaged there") from error
        if row is None:
            return
        if number == MAX_SHEET_ROWS:
            raise FileRefusedError(f"a sheet has {MAX_SHEET_ROWS} rows at most")
        width = len(row)
        while width and row[width - 1] is None:
            width -= 1
        yield [_text(cell) for cell in row[:width]]


def check_workbook(file: IO[bytes]) -> None:
    """Raises FileRefusedError for what is not a workbook, or would unpack to more than memory and disk can take."""
    try:
        with zipfile.ZipFile(file) as parts:
            found = parts.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise FileRefusedError("This file is damaged: it is not an XLSX spreadsheet") from error
    sizes = {info.filename: info.file_size for info in found}
    if "xl/workbook.xml" not in sizes:
        raise FileRefusedError("This is an archive, not an XLSX spreadsheet")
    if any(info.flag_bits & _LOCKED for info in found):
        raise FileRefusedError("This spreadsheet is locked with a password. Save it without one and import that")
    if sum(info.file_size for info in found) > MAX_UNPACKED or sizes.get(_SHARED, 0) > MAX_SHARED_TEXTS:
        raise FileRefusedError("This spreadsheet is too large. Save it as CSV and import that")


def _lines(text: IO[str]) -> Iterator[str]:
    while line := text.readline(MAX_ROW_TEXT):
        if len(line) == MAX_ROW_TEXT:
            raise FileRefusedError(f"a line is longer than {MAX_ROW_TEXT} characters")
        yield line


def _readable(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    try:
        for cells in rows:
            whole = "".join(cells)
            if not whole or whole.isspace():
                continue
            if len(cells) > MAX_COLUMNS:
                raise FileRefusedError(f"a row has more than {MAX_COLUMNS} cells")
            if len(whole) > MAX_ROW_TEXT:
                raise FileRefusedError(f"a row has more than {MAX_ROW_TEXT} characters")
            yield cells
    except UnicodeDecodeError as error:
        raise FileRefusedError("it is not all in one encoding. Save it as UTF-8 and import it again") from error
    except csv.Error as error:
        raise FileRefusedError(f"a quoted cell is never closed: {error}") from error


def _text(cell: Any) -> str:
    """What a person sees in the cell; a number of a phone without `.0`."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)
