"""Reading people's files in a process of its own, which may break, hang or swell without anybody noticing (ADR 14)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from typing import IO, Any

from services.chassis.imports.cells import FileRefusedError, WrongKindError
from services.chassis.imports.reader import BROKE, BYTES, DONE, LENGTH, REFUSED

# Each may take its full memory.
_PLACES = threading.BoundedSemaphore(2)
TOO_MUCH = "it takes too much memory or time to read. Save it as CSV, or in parts, and send that"
DAMAGED = "it is damaged. Open it, save it anew, and send that"


def items(source: str, file: IO[bytes], **arguments: Any) -> Generator[Any, None, None]:
    """What the generator function `module:function` yields for a file on disk, read by a process with limits.

    Blocks: call it in a thread, and close it when you have seen enough. Raises FileRefusedError for whatever goes
    wrong with the file, also when its reader breaks or has to be ended.
    """
    file.flush()
    request = json.dumps([source, arguments]).encode()
    with _PLACES:
        try:
            yield from _asked(request, file.fileno())
        except _UnheardError:
            yield from _asked(request, file.fileno())


class BrokenReaderError(FileRefusedError):
    """The process that read the file broke, or was ended by its limits or by somebody."""


class _UnheardError(BrokenReaderError):
    """The process that takes requests was ended before it took this one."""


def _asked(request: bytes, file: int) -> Generator[Any, None, None]:
    ours, its = os.pipe()
    with os.fdopen(ours, "rb") as told:
        try:
            _SERVER.ask(request, file, its)
        finally:
            os.close(its)
        if not told.peek(1):
            raise _UnheardError(DAMAGED)
        yield from _items(told)


def _items(told: IO[bytes]) -> Generator[Any, None, None]:
    for line in told:
        if line.startswith(BYTES):
            yield told.read(int(line[len(BYTES) :]))
            continue
        try:
            item = json.loads(line)
        except ValueError:
            continue  # it was ended in the middle of a line; the next says why
        if not (isinstance(item, dict) and "end" in item):
            yield item
        elif item["end"] == DONE:
            return
        elif item["end"] == REFUSED:
            kind = WrongKindError if item["wrong_kind"] else FileRefusedError
            raise kind(item["reason"], item["field"])
        elif item["end"] == BROKE:
            raise BrokenReaderError(TOO_MUCH if item["reason"] == "MemoryError" else DAMAGED)
        else:
            # Its limits ended it, or a parser tore it down.
            raise BrokenReaderError(DAMAGED if item["reason"] == "SIGSEGV" else TOO_MUCH)
    raise BrokenReaderError(DAMAGED)


class _Server:
    """The process that knows the parsers and forks one for each file; started when it is needed first, or again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._door: socket.socket | None = None
        self._owner = 0

    def ask(self, request: bytes, *handed: int) -> None:
        """Send a request with what it needs of our open files."""
        with self._lock:
            if self._door is None or self._owner != os.getpid():
                self._start()
            try:
                self._send(request, handed)
            except ConnectionError:
                # Somebody has ended it.
                self._start()
                self._send(request, handed)

    def _send(self, request: bytes, handed: tuple[int, ...]) -> None:
        assert self._door is not None  # noqa: S101 - it was started
        socket.send_fds(self._door, [LENGTH.pack(len(request))], list(handed))
        self._door.sendall(request)

    def _start(self) -> None:
        if self._door is not None:
            self._door.close()
        self._door, its = socket.socketpair()
        with its:
            # It ends when our end of the socket is closed: with this process at the latest.
            subprocess.Popen(
                [sys.executable, "-m", "services.chassis.imports.reader"],
                stdin=its.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment(),
            )  # fmt: skip
        self._owner = os.getpid()


_SERVER = _Server()


def _environment() -> dict[str, str]:
    """No passwords and keys: what reads strangers' files gets none to lose. One arena keeps its memory small."""
    path = os.pathsep.join(part for part in sys.path if part)
    return {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1"}
