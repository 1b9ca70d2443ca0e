"""Files as rows of text cells, one at a time: CSV of any kind, and XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import IO, Any

from services.chassis.imports.cells import FileRefusedError
from services.chassis.imports.jobs import ImportJob

# csv refuses longer cells by default; a cell of that length is a quote that was never closed.
MAX_CELL = 100_000
# A workbook of a million ordinary rows stays below this; what unpacks to more was made to fill a disk.
MAX_UNPACKED = 1 << 30
# The shared texts of a workbook are held in memory as a whole.
MAX_SHARED_TEXTS = 96 << 20
_SHARED = "xl/sharedStrings.xml"


def file_rows(job: ImportJob, file: IO[bytes]) -> Iterator[list[str]]:
    """Rows of an import's file with their header, whatever its format. The file stays open."""
    return csv_rows(file, job.encoding, job.delimiter) if job.format == "csv" else xlsx_rows(file)


def csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Iterator[list[str]]:
    """Rows of a text file with their header; empty lines are no rows. Raises FileRefusedError where it breaks off."""
    csv.field_size_limit(MAX_CELL)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _readable(csv.reader(text, delimiter=delimiter))
    finally:
        # The wrapper would close the file with itself.
        text.detach()


def xlsx_rows(file: IO[bytes]) -> Iterator[list[str]]:
    """Rows of a workbook's first sheet with their header. Raises FileRefusedError with the reason in plain words."""
    import openpyxl  # heavy, and only few files are workbooks

    check_workbook(file)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise FileRefusedError(
            "This spreadsheet is damaged. Open it, save it as XLSX or CSV, and import that"
        ) from error
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some writers declare one cell
        yield from _readable([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
    finally:
        book.close()


def check_workbook(file: IO[bytes]) -> None:
    """Raises FileRefusedError for what is not a workbook, or would unpack to more than memory and disk can take."""
    try:
        with zipfile.ZipFile(file) as parts:
            sizes = {info.filename: info.file_size for info in parts.infolist()}
    except zipfile.BadZipFile as error:
        raise FileRefusedError("This file is damaged: it is not an XLSX spreadsheet") from error
    if "xl/workbook.xml" not in sizes:
        raise FileRefusedError("This is an archive, not an XLSX spreadsheet")
    if sum(sizes.values()) > MAX_UNPACKED or sizes.get(_SHARED, 0) > MAX_SHARED_TEXTS:
        raise FileRefusedError("This spreadsheet is too large. Save it as CSV and import that")


def _readable(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    try:
        for cells in rows:
            if any(cells) and not "".join(cells).isspace():
                yield cells
    except UnicodeDecodeError as error:
        raise FileRefusedError("it is not all in one encoding. Save it as UTF-8 and import it again") from error
    except csv.Error as error:
        raise FileRefusedError(f"a quoted cell is never closed: {error}") from error
    except (zipfile.BadZipFile, EOFError, SyntaxError) as error:
        raise FileRefusedError("the spreadsheet is damaged there") from error


def _text(cell: Any) -> str:
    """What a person sees in the cell; a number of a phone without `.0`."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)
