"""Rows of a large text file, read in a process of their own and packed for the way back. It imports little: that
process starts with it."""

from __future__ import annotations

import gc
import importlib
import marshal
from collections.abc import Iterator, Sequence
from typing import IO, Any

from services.chassis.imports.breaks import place_of
from services.chassis.imports.cells import Cells, UnreadableRow
from services.chassis.imports.chunks import Source, chunks


class JoinedCells(Sequence[str]):
    """The cells of a row, parted when somebody looks at them: at those of most rows nobody does."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @staticmethod
    def join(cells: Sequence[str]) -> str:
        """The text of cells, without what no text may hold."""
        text = "\0".join(cells)
        return text if text.count("\0") == len(cells) - 1 else "\0".join(cell.replace("\0", "") for cell in cells)

    def __getitem__(self, index: Any) -> Any:
        return self._text.split("\0")[index]

    def __len__(self) -> int:
        return self._text.count("\0") + 1

    def __iter__(self) -> Iterator[str]:
        return iter(self._text.split("\0"))


def packed(file: IO[bytes], table: Sequence[Any], size: int, reader: str, arguments: dict[str, Any]) -> Iterator[bytes]:
    """In the process apart: chunks of rows. A row is its line, its cells, and what `reader` (`module:function`, called
    with the arguments) makes of them; or, to be rejected, line, cells, the reason or what broke, and then where."""
    # Rows are no cycles: the garbage collector looks at them for nothing.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    module, _, function = reader.partition(":")
    read = getattr(importlib.import_module(module), function)(**arguments)

    def one(line: int, cells: Cells) -> Any:
        if isinstance(cells, UnreadableRow):
            return [line, list(cells.cells), cells.reason, None]
        try:
            return (line, JoinedCells.join(cells), read(line, cells))
        except Exception as error:
            return [line, cells, type(error).__name__, place_of(error)]

    for chunk in chunks(Source(*table), file, one, size):
        yield marshal.dumps(chunk)
