"""What can go wrong with the stack, in words for whoever typed `leadrelay up`."""

from __future__ import annotations

from collections import deque
from pathlib import Path

_LAST_LINES = 15


class StackError(Exception):
    """The stack cannot run; the message says why and what to do."""


class ProcessFailed(StackError):
    """A process does not come up; the message ends with the path and the last lines of its log."""

    def __init__(self, title: str, what: str, log: Path) -> None:
        super().__init__(f"{title} {what}\nLog: {log}{last_lines(log)}")


def last_lines(log: Path) -> str:
    """The end of a log, indented, each line on its own; nothing if the log is empty or missing."""
    try:
        with log.open(encoding="utf-8", errors="replace") as file:
            lines = deque(file, maxlen=_LAST_LINES)
    except OSError:
        return ""
    return "".join(f"\n    {line.rstrip()[:400]}" for line in lines)
