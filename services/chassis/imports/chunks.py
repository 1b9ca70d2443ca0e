"""The rows of a file behind the checkpoint, in chunks."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import IO, NamedTuple, TypeVar

from services.chassis.imports.cells import Cells, FileRefusedError, UnreadableRow, tidy_header
from services.chassis.imports.sheets import table_rows

Row = TypeVar("Row")
# A chunk of wide or long rows has fewer of them: three chunks are in memory at once.
MAX_CELLS = 300_000
MAX_TEXT = 8_000_000


class Source(NamedTuple):
    """How a file is read: its format (encoding and separator of a text), its header, and how many rows are taken."""

    form: str
    encoding: str
    delimiter: str
    header: list[str]
    taken: int


def chunks(
    source: Source, file: IO[bytes], read: Callable[[int, Cells], Row], size: int
) -> Generator[list[Row], None, None]:
    """Rows read by the tier, `size` at once at most; numbered from 1 behind the header.

    Raises FileRefusedError where the file breaks off, once everything before that was given.
    """
    lines = table_rows(file, source.form, source.encoding, source.delimiter, tidy_header(source.header))
    with closing(lines):
        numbered = islice(enumerate(lines, start=1), source.taken, None)
        while True:
            chunk: list[Row] = []
            try:
                for line, cells in _some(numbered, size):
                    chunk.append(read(line, cells))
            except FileRefusedError:
                # What could be read is taken; the next look meets the same spot again and says so.
                if not chunk:
                    raise
                yield chunk
                raise
            if not chunk:
                return
            yield chunk


def _some(numbered: Iterator[tuple[int, Cells]], size: int) -> Iterator[tuple[int, Cells]]:
    """The next rows: `size`, or as many as are small enough together."""
    wide = text = 0
    for line, cells in islice(numbered, size):
        yield line, cells
        if isinstance(cells, UnreadableRow):
            continue
        wide += len(cells)
        text += sum(map(len, cells))
        if wide > MAX_CELLS or text > MAX_TEXT:
            return
