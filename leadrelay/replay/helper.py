"""A process that replays one history after the other: `python -m leadrelay.replay.helper`, started by the crew.

Each message is its length in four bytes, then the bytes. It reads who it is (JSON: `keys`, `sandbox`), then for each
history the workflow's id and its events (protobuf `History`), and answers `misfit` and `seconds` (JSON).
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import signal
import sys
import time
from typing import BinaryIO

from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory

from leadrelay.replay.code import Code


def read(source: BinaryIO) -> bytes | None:
    """The next message; None when nobody sends any more."""
    length = source.read(4)
    return source.read(int.from_bytes(length, "big")) if length else None


def framed(message: bytes) -> bytes:
    """A message with its length."""
    return len(message).to_bytes(4, "big") + message


async def _serve(source: BinaryIO, answers: BinaryIO) -> None:
    who = await asyncio.to_thread(read, source)
    if who is None:
        return
    known = json.loads(who)
    ring = [(key_id, base64.b64decode(key)) for key_id, key in known["keys"]]
    code = Code(ring, sandbox=known["sandbox"])
    while (name := await asyncio.to_thread(read, source)) is not None:
        events = await asyncio.to_thread(read, source)
        history = WorkflowHistory(name.decode(), list(History.FromString(events or b"").events))
        began = time.monotonic()
        misfit = await code.misfit(history)
        answer = {"misfit": misfit, "seconds": time.monotonic() - began}
        answers.write(framed(json.dumps(answer).encode()))
        answers.flush()


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    logging.disable()  # the SDK logs failures with what customers said in them
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed must not stand between the answers
    asyncio.run(_serve(sys.stdin.buffer, answers))
    # Temporal's threads can abort the interpreter's own end (Python 3.11) after everything has been done.
    os._exit(0)


if __name__ == "__main__":
    main()
