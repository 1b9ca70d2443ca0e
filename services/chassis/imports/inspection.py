"""A look at a file as a whole before any row is taken: format, encoding, separator, header, columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import IO, Any

from services.chassis.errors import Invalid, Unsupported
from services.chassis.http import string_map
from services.chassis.imports.cells import (
    FileRefusedError,
    UnreadableRow,
    WrongKindError,
    detect_encoding,
    is_workbook,
    read_header,
    tidy_header,
)
from services.chassis.imports.sheets import MAX_COLUMNS, xlsx_rows

HEAD_BYTES = 64 << 10
PART_BYTES = 1 << 20
Mapped = str | Mapping[str, str]
Columns = Callable[[list[str], Mapped], dict[str, int]]
"""From header and wished mapping to field -> column; raises FileRefusedError with the reason in plain words."""


def mapping_of(text: str) -> Mapped:
    """`auto`, a name, or a JSON object of field and column name. Raises Invalid."""
    if not text.lstrip().startswith("{"):
        return text
    return string_map(text, "mapping")


def inspect(file: IO[bytes], wanted: Mapped, region: str, columns: Columns) -> dict[str, Any]:
    """What `NewImport` says about the file itself. Raises Invalid or Unsupported with the reason in plain words."""
    head = file.read(HEAD_BYTES)
    if not head.strip():
        raise Invalid("The file is empty", field="file")
    try:
        fields = _workbook(file) if is_workbook(head) else _text(file, region)
        if "header" not in fields:
            fields["header"], fields["delimiter"] = read_header(head.decode(fields["encoding"], errors="ignore"))
        if len(fields["header"]) > MAX_COLUMNS:
            raise FileRefusedError(f"The file has more than {MAX_COLUMNS} columns")
        mapping = columns(fields["header"], wanted)
    except WrongKindError as error:
        raise Unsupported(str(error), field="file") from None
    except FileRefusedError as error:
        field = "mapping" if str(error).startswith("mapping") else error.field
        raise Invalid(str(error), field=field) from None
    return {**fields, "mapping": mapping}


def _text(file: IO[bytes], region: str) -> dict[str, Any]:
    encoding = detect_encoding(_parts(file), region)
    lines = sum(part.count(b"\n") for part in _parts(file))
    return {"format": "csv", "encoding": encoding, "expected_rows": max(lines - 1, 0)}


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while part := file.read(PART_BYTES):
        yield part


def _workbook(file: IO[bytes]) -> dict[str, Any]:
    with closing(xlsx_rows(file)) as rows:
        header = next(rows, [])
    if isinstance(header, UnreadableRow):
        raise FileRefusedError(f"The header cannot be read: {header.reason}")
    return {
        "format": "xlsx",
        "encoding": "utf-8",
        "delimiter": ",",
        "header": tidy_header(header),
        "expected_rows": None,
    }
