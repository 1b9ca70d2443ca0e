"""What can go wrong with the stack, in words for whoever typed `leadrelay up`."""

from __future__ import annotations

from collections import deque
from pathlib import Path

_LAST_LINES = 15


class StackError(Exception):
    """The stack cannot run like this; the message says why and what to do."""


class PartFailed(StackError):
    """A part does not come up; the message ends with the path and the last lines of its log."""

    def __init__(self, name: str, what: str, log: Path) -> None:
        super().__init__(f"{name} {what}\nIts log: {log}{last_lines(log)}")
        self.name = name


def last_lines(log: Path) -> str:
    """The end of a log, indented, on lines of its own; nothing if it is empty or not there."""
    try:
        with log.open(encoding="utf-8", errors="replace") as file:
            lines = deque(file, maxlen=_LAST_LINES)
    except OSError:
        return ""
    return "".join(f"\n    {line.rstrip()[:400]}" for line in lines)
