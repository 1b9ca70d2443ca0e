"""What `leadrelay up` shows: a live line on a terminal, plain lines anywhere else."""

from __future__ import annotations

import contextlib
import json
import sys
import textwrap
import time
from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.text import Text

_PLAIN_EVERY = 5.0
_PLACES = ("new", "calling", "handed_over", "in_deals", "customers", "resting", "closed")
_TOTALS = ("won", "orders", "invoices_paid", "nudges_ordered")
_SPINNER_WIDTH = 2


class Screen:
    """Writes to stdout. Nothing that happens to the terminal ever stops the stack."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._live: Status | None = None
        self._began = time.monotonic()
        self._shown_at = float("-inf")

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self._write(lambda: self._console.print(Text(text), soft_wrap=True))

    def step(self, text: str) -> None:
        """Print a line that stays, with the seconds since the start."""
        self.say(f"{time.monotonic() - self._began:5.1f} s  {text}")

    def error(self, text: str) -> None:
        """Print to stderr."""
        self.close()
        with contextlib.suppress(OSError):  # whoever read it has gone
            print(text, file=sys.stderr)

    def waiting(self, text: str) -> None:
        """Show what is being waited for, or how far things are; on a terminal only."""
        if self._console.is_terminal:
            self._write(lambda: self._update(Text(text)))

    def demo_line(self, line: bytes) -> None:
        """Show one line of the demo process; anything else is ignored."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            facts = json.loads(line)
            if facts["kind"] == "note":
                self.step(facts["text"])
            elif facts["kind"] == "progress":
                self._progress(progress_text(facts))

    def _progress(self, text: str) -> None:
        self.waiting(wrapped(text, self._console.width - _SPINNER_WIDTH))
        if not self._console.is_terminal and time.monotonic() - self._shown_at >= _PLAIN_EVERY:
            self._shown_at = time.monotonic()
            self.step(text)

    def _update(self, text: Text) -> None:
        if self._live is None:
            self._live = self._console.status(text)
            self._live.start()
        else:
            self._live.update(text)

    def close(self) -> None:
        """Leave the terminal as it was."""
        live, self._live = self._live, None
        if live is not None:
            self._write(live.stop)

    def _write(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError:  # whoever read it has gone; the stack goes on
            self._live, self._console = None, Console(quiet=True)


def progress_text(facts: Mapping[str, Any]) -> str:
    """Where the leads are, then totals since the beginning. Raises ValueError or TypeError for what is no number."""

    def figure(name: str) -> str:
        return f"{name.replace('_', ' ')} {facts.get(name, 0):,d}"

    places, totals = (", ".join(figure(name) for name in names) for names in (_PLACES, _TOTALS))
    return f"{facts.get('leads', 0):,d} leads: {places}; {totals}"


def wrapped(text: str, width: int) -> str:
    """The text in as many lines as the terminal needs to show all of it, broken only after a comma or semicolon."""
    glued = "".join(f"{part} " if part.endswith((",", ";")) else f"{part}\N{NO-BREAK SPACE}" for part in text.split())
    return textwrap.fill(glued.strip(), max(width, 1), break_long_words=False).replace("\N{NO-BREAK SPACE}", " ")
