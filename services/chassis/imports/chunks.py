"""The rows of a file behind the checkpoint, in chunks."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from itertools import islice
from typing import IO, TypeVar

from services.chassis.imports.cells import FileRefusedError
from services.chassis.imports.jobs import ImportJob
from services.chassis.imports.sheets import file_rows

Row = TypeVar("Row")


def chunks(
    job: ImportJob, file: IO[bytes], read: Callable[[int, Sequence[str]], Row], size: int
) -> Generator[list[Row], None, None]:
    """Rows read by the tier, `size` at once; numbered from 1 behind the header.

    Raises FileRefusedError where the file breaks off, once everything before that was given.
    """
    lines = file_rows(job, file)
    next(lines, None)
    numbered = islice(enumerate(lines, start=1), job.rows, None)
    while True:
        chunk: list[Row] = []
        try:
            for line, cells in islice(numbered, size):
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
