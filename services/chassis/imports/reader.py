"""The process that reads somebody's file, and nothing else: little memory, little time, no secrets, no way out.

`python -m services.chassis.imports.reader MODULE:FUNCTION ARGUMENTS` calls the function with the file that is its
standard input and writes what it yields as JSON, one item a line; the last line says how it ended. Whatever a file does
to a parser it does here, and the process that asked (`services.chassis.imports.bounded`) goes on.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import resource
import sys
from typing import IO, Any

MEMORY_BYTES = 300 << 20
CPU_SECONDS = 8
"""To the first item, and from each few hundred to the next."""
_ITEMS = 256
DONE, REFUSED, BROKE = "done", "refused", "broke"


class OwnPosition(io.RawIOBase):
    """The file behind a descriptor, read without moving the position that the asking process sees."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """Archives begin at their end."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read on from the position of this object."""
        found = os.pread(self._descriptor, len(buffer), self._at)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position. Raises ValueError before the beginning."""
        bases = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: os.fstat(self._descriptor).st_size}
        if bases[whence] + offset < 0:
            raise ValueError("a position before the file")
        self._at = bases[whence] + offset
        return self._at


def _more_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until if hard == resource.RLIM_INFINITY else min(until, hard), hard))


def _limit() -> None:
    _more_time()
    # What is left of a parser that broke would hold contact data.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _give(out: IO[bytes], source: str, arguments: str) -> None:
    module, _, function = source.partition(":")
    read = getattr(importlib.import_module(module), function)
    file = io.BufferedReader(OwnPosition(sys.stdin.fileno()), 1 << 16)
    for number, item in enumerate(read(file, **json.loads(arguments))):
        out.write(json.dumps(item, separators=(",", ":")).encode() + b"\n")
        if number % _ITEMS == 0:
            out.flush()
            _more_time()


def main() -> None:
    """Read, and say how it ended: by an end, a refusal with its reason and field, or the name of what broke."""
    _limit()
    from services.chassis.imports.cells import FileRefusedError, WrongKindError

    out = sys.stdout.buffer
    end: dict[str, Any] = {"end": DONE}
    try:
        _give(out, *sys.argv[1:])
    except FileRefusedError as error:
        kind = isinstance(error, WrongKindError)
        end = {"end": REFUSED, "reason": str(error), "field": error.field, "wrong_kind": kind}
    except BrokenPipeError:
        # Whoever asked has seen enough.
        os._exit(0)
    except (Exception, RecursionError) as error:
        end = {"end": BROKE, "reason": type(error).__name__}
    out.write(json.dumps(end).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
