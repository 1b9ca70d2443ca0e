"""Where the runner's rows come from: read in a thread beside it, or in a process that knows how the tier reads them."""

from __future__ import annotations

import marshal
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from typing import IO, TYPE_CHECKING, Any

import structlog

from services.chassis.imports.bounded import BrokenReaderError, items
from services.chassis.imports.breaks import place_of
from services.chassis.imports.cells import Cells, FileRefusedError, UnreadableRow
from services.chassis.imports.chunks import Source, chunks
from services.chassis.imports.packed_rows import JoinedCells

if TYPE_CHECKING:
    from services.chassis.imports.runner import Importer

# A smaller file is read before a process has begun.
APART_BYTES = 1 << 20
log = structlog.get_logger(__name__)


class ReaderLostError(Exception):
    """The process that read a file broke or was ended; the file may be as good as any, and can be read here."""


def rows_here(importer: Importer[Any, Any], file: IO[bytes]) -> Generator[list[Any], None, None]:
    """Chunks of rows, read by whoever asks for the next."""
    return chunks(_source(importer), file, _reader(importer), importer.chunk_rows)


def rows_apart(importer: Importer[Any, Any], file: IO[bytes]) -> Generator[list[Any], None, None]:
    """The same of a large text file, read ahead in a process of its own if the tier says how.

    Raises ReaderLostError if that does not come to its end.
    """
    if importer.reads_apart is None or importer.job.format != "csv" or os.fstat(file.fileno()).st_size < APART_BYTES:
        yield from rows_here(importer, file)
        return
    told = items(
        "services.chassis.imports.packed_rows:packed",
        file,
        table=_source(importer),
        size=importer.chunk_rows,
        reader=importer.reads_apart,
        arguments=importer.job.reading(),
    )
    with closing(told):
        try:
            for chunk in told:
                yield [_unpacked(importer, row) for row in marshal.loads(chunk)]  # noqa: S302 - our own code wrote it
        except (BrokenReaderError, OSError) as error:
            raise ReaderLostError(str(error)) from error


def every_row(importer: Importer[Any, Any], file: IO[bytes]) -> Generator[Sequence[str], None, None]:
    """The cells of every row that can be read, from the first on; where the file breaks off, they end."""
    source = _source(importer)._replace(taken=0)
    with suppress(FileRefusedError), closing(chunks(source, file, _cells, importer.chunk_rows)) as found:
        for chunk in found:
            yield from chunk


def _cells(_line: int, cells: Cells) -> Sequence[str]:
    return cells.cells if isinstance(cells, UnreadableRow) else cells


def _unpacked(importer: Importer[Any, Any], row: Any) -> Any:
    if isinstance(row, tuple):
        return importer.unpack(row[0], JoinedCells(row[1]), row[2])
    line, cells, reason, at = row
    return importer.unreadable(line, cells, reason) if at is None else _broke(importer, line, cells, reason, at)


def _source(importer: Importer[Any, Any]) -> Source:
    job = importer.job
    return Source(job.format, job.encoding, job.delimiter, job.header, job.rows)


def _reader(importer: Importer[Any, Any]) -> Callable[[int, Cells], Any]:
    """The tier's reader; a row that it raises on is one to be rejected, and no other is."""
    read = importer.reader()

    def one(line: int, cells: Cells) -> Any:
        if isinstance(cells, UnreadableRow):
            return importer.unreadable(line, list(cells.cells), cells.reason)
        try:
            return read(line, cells)
        except Exception as error:
            return _broke(importer, line, cells, type(error).__name__, place_of(error))

    return one


def _broke(importer: Importer[Any, Any], line: int, cells: Sequence[str], error: str, at: str) -> Any:
    report(importer, line, error, at)
    return importer.unreadable(line, cells, f"this row cannot be read ({error})")


def report(importer: Importer[Any, Any], line: int, error: str, at: str) -> None:
    """Tell the log of a row that broke, and where."""
    log.error("import_row_broke", import_id=importer.job.id, line=line, error=error, at=at)
