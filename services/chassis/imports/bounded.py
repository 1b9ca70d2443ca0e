"""Reading people's files in a process of its own, which may break, hang or swell without anybody noticing (ADR 14)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from typing import IO, Any

from services.chassis.imports.cells import FileRefusedError, WrongKindError
from services.chassis.imports.reader import DONE, REFUSED

# Each may take its full memory.
_PLACES = threading.BoundedSemaphore(2)
TOO_MUCH = "it takes too much memory or time to read. Save it as CSV, or in parts, and send that"
DAMAGED = "it is damaged. Open it, save it anew, and send that"


def items(source: str, file: IO[bytes], **arguments: Any) -> Generator[Any, None, None]:
    """What the generator function `module:function` yields for a file on disk, read by a process with limits.

    Blocks: call it in a thread, and close it when you have seen enough. Raises FileRefusedError for whatever goes
    wrong with the file, also when its reader breaks or has to be ended.
    """
    descriptor = file.fileno()
    file.flush()
    with _PLACES:
        command = [sys.executable, "-m", "services.chassis.imports.reader", source, json.dumps(arguments)]
        child = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=descriptor, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        )
        try:
            yield from _items(child)
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def _environment() -> dict[str, str]:
    """No passwords and keys: what reads strangers' files gets none to lose. One arena keeps its memory small."""
    path = os.pathsep.join(part for part in sys.path if part)
    return {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1"}


def _items(child: subprocess.Popen[bytes]) -> Generator[Any, None, None]:
    for line in child.stdout or ():
        item = json.loads(line)
        if not (isinstance(item, dict) and "end" in item):
            yield item
        elif item["end"] == DONE:
            return
        elif item["end"] == REFUSED:
            kind = WrongKindError if item["wrong_kind"] else FileRefusedError
            raise kind(item["reason"], item["field"])
        else:
            raise FileRefusedError(TOO_MUCH if item["reason"] == "MemoryError" else DAMAGED)
    # It was ended by its limits, or a parser tore it down.
    raise FileRefusedError(DAMAGED if child.wait() == -signal.SIGSEGV else TOO_MUCH)
