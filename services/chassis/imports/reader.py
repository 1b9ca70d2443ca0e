"""The process that reads people's files, and nothing else: little memory, little time, no secrets, no way out.

`python -m services.chassis.imports.reader` takes requests from the socket that is its standard input: the name of a
generator function, its arguments, the file, and a pipe. It knows the parsers already; for each file it forks a process
that calls the function and writes what it yields into the pipe as JSON, one item a line (bytes as they are, behind a
line with their length); the last line says how it ended. Whatever a file does to a parser it does there, and whoever
asked (`services.chassis.imports.bounded`), this process and the next file know nothing of it.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

MEMORY_BYTES = 300 << 20
CPU_SECONDS = 8
"""To the first item, and from each few hundred to the next."""
_ITEMS = 256
# Given at once: what a look at the head of a file has seen counts, even if the file breaks its parser further down.
_FIRST = 32
_WATCH_MS = 50
DONE, REFUSED, BROKE, KILLED = "done", "refused", "broke", "killed"
BYTES = b"="
"""Before the length of an item that is bytes, many small ones in the generator's own form; they follow its line."""
LENGTH = struct.Struct("!Q")
"""Before each request: how long it is."""


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


def _line(item: Any) -> bytes:
    return json.dumps(item, separators=(",", ":")).encode() + b"\n"


def _give(out: IO[bytes], file: int, source: str, arguments: dict[str, Any]) -> None:
    module, _, function = source.partition(":")
    read = getattr(importlib.import_module(module), function)
    for number, item in enumerate(read(io.BufferedReader(OwnPosition(file), 1 << 16), **arguments)):
        many = isinstance(item, bytes)
        out.write(b"%b%d\n%b" % (BYTES, len(item), item) if many else _line(item))
        if many or number < _FIRST or number % _ITEMS == 0:
            out.flush()
        if many or number % _ITEMS == 0:
            _more_time()


def _read(pipe: int, file: int, source: str, arguments: dict[str, Any]) -> None:
    """Read, and say how it ended: by an end, a refusal with its reason and field, or the name of what broke."""
    from services.chassis.imports.cells import FileRefusedError, WrongKindError

    end: dict[str, Any] = {"end": DONE}
    out = os.fdopen(pipe, "wb")
    try:
        _limit()
        _give(out, file, source, arguments)
    except FileRefusedError as error:
        kind = isinstance(error, WrongKindError)
        end = {"end": REFUSED, "reason": str(error), "field": error.field, "wrong_kind": kind}
    except BrokenPipeError:
        # Whoever asked has seen enough.
        return
    except (Exception, RecursionError) as error:
        end = {"end": BROKE, "reason": type(error).__name__}
    out.write(_line(end))
    out.flush()


def _watch(pipe: int, reader: int) -> None:
    """Wait for the process that reads, end it once nobody listens any more, and say if it was ended by a signal."""
    listener = select.poll()
    listener.register(pipe, 0)  # errors are told always
    while True:
        if listener.poll(_WATCH_MS):
            os.kill(reader, signal.SIGKILL)
        done, status = os.waitpid(reader, os.WNOHANG)
        if done:
            break
    if os.WIFSIGNALED(status):
        last = {"end": KILLED, "reason": signal.Signals(os.WTERMSIG(status)).name}
        os.write(pipe, b"\n" + json.dumps(last).encode() + b"\n")


def _apart(do: Callable[[], None]) -> int:
    """Do something in a process of its own; its id. It never comes back from here."""
    process = os.fork()
    if process:
        return process
    try:
        do()
    finally:
        os._exit(0)


def _serve_one(door: socket.socket, request: bytes, file: int, pipe: int) -> None:
    source, arguments = json.loads(request)
    with suppress(ImportError):
        # Here, so that it is known to the next one too.
        importlib.import_module(source.partition(":")[0])

    def watch() -> None:
        # The requests of others are none of its business.
        door.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _watch(pipe, _apart(lambda: _read(pipe, file, source, arguments)))

    _apart(watch)


def main() -> None:
    """Take requests until whoever makes them is gone."""
    # A library of numbers starts a thread for every core, and a workbook needs none of it.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    door = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    while True:
        head, handed, _, _ = socket.recv_fds(door, LENGTH.size, 2)
        if not head:
            return
        request = _exactly(door, LENGTH.unpack(head)[0])
        try:
            _serve_one(door, request, *handed)
        finally:
            for descriptor in handed:
                os.close(descriptor)


def _exactly(door: socket.socket, length: int) -> bytes:
    found = bytearray()
    while len(found) < length and (more := door.recv(length - len(found))):
        found += more
    return bytes(found)


if __name__ == "__main__":
    main()
