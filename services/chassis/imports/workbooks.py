"""The sheets of an XLSX, row by row, read by openpyxl: only for the process with limits (ADR 14)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import iterparse

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser

from services.chassis.imports.cells import FileRefusedError, UnreadableRow, WrongKindError
from services.chassis.imports.sheets import MAX_COLUMNS, MAX_ROW_TEXT, too_long

# What the format allows, empty rows among them.
MAX_SHEET_ROWS = 1_048_576
# A workbook of a million ordinary rows stays below this; what unpacks to more was made to fill a disk.
MAX_UNPACKED = 1 << 30
# The shared texts of a workbook are held in memory as a whole.
MAX_SHARED_TEXTS = 96 << 20
_SHARED = "xl/sharedStrings.xml"
_LOCKED = 0x1
_DAMAGED = "This spreadsheet is damaged. Open it, save it as XLSX or CSV, and import that"


def rows(file: IO[bytes], first: int | None = None) -> Iterator[list[str] | dict[str, str]]:
    """Rows of all visible sheets with their headers, or the `first` of each; empty ones are none.

    Before each sheet comes an object with its name as `sheet`. A row that cannot be read, while those behind it can, is
    an object with its `reason`. Raises FileRefusedError with the reason in plain words.
    """
    check_workbook(file)
    # It would read a sheet that does not declare its size once as a whole before the first row.
    ReadOnlyWorksheet._get_size = lambda _: None
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets[:1]
        parsers = [(sheet.title, _parser(sheet)) for sheet in sheets]
        parsers[0]
    except MemoryError:
        raise
    except Exception as error:
        raise FileRefusedError(_DAMAGED) from error
    for name, parser in parsers:
        yield {"sheet": name}
        yield from islice(_told(parser), first)


def _told(parser: WorkSheetParser) -> Iterator[list[str] | dict[str, str]]:
    for cells in _sheet_rows(parser):
        if isinstance(cells, UnreadableRow):
            yield {"reason": cells.reason}
        elif any(cell and not cell.isspace() for cell in cells):
            yield cells


def _parser(sheet: Any) -> WorkSheetParser:
    book = sheet.parent
    return WorkSheetParser(
        sheet._get_source(), sheet._shared_strings, data_only=True, epoch=book.epoch,
        date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
    )  # fmt: skip


def _sheet_rows(parser: WorkSheetParser) -> Iterator[list[str] | UnreadableRow]:
    elements = _row_elements(parser.source)
    for number in range(MAX_SHEET_ROWS + 1):
        try:
            element = next(elements, None)
        except MemoryError:
            raise
        except Exception as error:
            # There is no end to what a damaged sheet makes its reader stumble over.
            raise FileRefusedError("the spreadsheet is damaged there") from error
        if element is None:
            return
        if number == MAX_SHEET_ROWS:
            raise FileRefusedError(f"a sheet has {MAX_SHEET_ROWS} rows at most")
        yield _cells(parser, element)


def _row_elements(source: IO[bytes]) -> Iterator[Any]:
    """The sheet's rows, each forgotten once the next is asked for, however many there are."""
    table = None
    for event, element in iterparse(source, ("start", "end")):  # noqa: S314 - whatever expat does, it does in a process with limits
        if event == "start":
            if element.tag == DATA_TAG:
                table = element
        elif element.tag == ROW_TAG:
            yield element
            if table is not None:
                table.clear()
        elif element.tag == DATA_TAG:
            return


def _cells(parser: WorkSheetParser, element: Any) -> list[str] | UnreadableRow:
    try:
        number, cells = parser.parse_row(element)
    except MemoryError:
        raise
    except Exception:
        return UnreadableRow("one of its cells is damaged")
    # It would remember the height of every row.
    parser.row_dimensions.clear()
    if not 0 < number <= MAX_SHEET_ROWS:
        return UnreadableRow(f"a sheet has {MAX_SHEET_ROWS} rows at most, and this says it is number {number}")
    texts = {cell["column"]: _text(cell["value"]) for cell in cells if cell["value"] is not None}
    width = max(texts, default=0)
    if width > MAX_COLUMNS or sum(map(len, texts.values())) > MAX_ROW_TEXT:
        return too_long([""] * width)
    return [texts.get(column, "") for column in range(1, width + 1)]


def check_workbook(file: IO[bytes]) -> None:
    """Raises FileRefusedError for what is not a workbook, or would unpack to more than memory and disk can take."""
    try:
        with zipfile.ZipFile(file) as parts:
            found = parts.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise FileRefusedError("This file is damaged: it is not an XLSX spreadsheet") from error
    sizes = {info.filename: info.file_size for info in found}
    if "xl/workbook.xml" not in sizes:
        raise WrongKindError("This is an archive, not an XLSX spreadsheet")
    if any(info.flag_bits & _LOCKED for info in found):
        raise FileRefusedError("This spreadsheet is locked with a password. Save it without one and import that")
    if sum(info.file_size for info in found) > MAX_UNPACKED or sizes.get(_SHARED, 0) > MAX_SHARED_TEXTS:
        raise FileRefusedError("This spreadsheet is too large. Save it as CSV and import that")


def _text(cell: Any) -> str:
    """What a person sees in the cell; a number of a phone without `.0`."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)
