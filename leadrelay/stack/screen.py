"""What `leadrelay up` shows: a live line on a terminal, plain lines anywhere else."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

_PLAIN_EVERY = 5.0
_PLACES = ("new", "calling", "handed_over", "in_deals", "customers", "resting", "closed")
_TOTALS = ("won", "orders", "invoices_paid", "nudges_ordered")


class Screen:
    """Writes to stdout. Nothing that happens to the terminal ever stops the stack."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._live: Live | None = None
        self._began = time.monotonic()
        self._shown_at = float("-inf")

    def say(self, text: str) -> None:
        """A line that stays."""
        try:
            self._console.print(Text(text))
        except OSError:  # whoever read it has gone; the stack goes on
            self._lose()

    def step(self, text: str) -> None:
        """A line that stays, with the seconds since the start."""
        self.say(f"{time.monotonic() - self._began:5.1f} s  {text}")

    def error(self, text: str) -> None:
        """To stderr."""
        self.close()
        with contextlib.suppress(OSError):  # whoever read it has gone
            print(text, file=sys.stderr)

    def waiting(self, text: str) -> None:
        """What is waited for, on a terminal only; an empty text for nothing."""
        if self._console.is_terminal:
            self._show(Spinner("dots", Text(text)) if text else Text(""))

    def demo_line(self, line: bytes) -> None:
        """One line of the demo process."""
        try:
            facts = json.loads(line)
            kind = facts["kind"]
        except (ValueError, KeyError, TypeError):
            return
        if kind == "note":
            self.step(str(facts.get("text", "")))
        elif kind == "progress":
            self._progress(facts)

    def _progress(self, facts: dict[str, Any]) -> None:
        if not all(isinstance(facts.get(name, 0), int) for name in ("leads", *_PLACES, *_TOTALS)):
            return
        text = progress_text(facts)
        if self._console.is_terminal:
            self._show(Text(text))
        elif time.monotonic() - self._shown_at >= _PLAIN_EVERY:
            self._shown_at = time.monotonic()
            self.step(text)

    def _show(self, what: Text | Spinner) -> None:
        try:
            if self._live is None:
                self._live = Live(what, console=self._console, transient=True, refresh_per_second=8)
                self._live.start()
            else:
                self._live.update(what)
        except OSError:
            self._lose()

    def close(self) -> None:
        """Leave the terminal as it was."""
        live, self._live = self._live, None
        if live is not None:
            try:
                live.stop()
            except OSError:
                self._lose()

    def _lose(self) -> None:
        self._live = None
        self._console = Console(quiet=True)


def progress_text(facts: dict[str, Any]) -> str:
    """Where the leads are, then what the house has done since the beginning."""

    def part(name: str) -> str:
        return f"{name.replace('_', ' ')} {facts.get(name, 0):,}"

    where = " · ".join(part(name) for name in _PLACES)
    totals = ", ".join(part(name) for name in _TOTALS)
    return f"leads {facts.get('leads', 0):,}: {where} | {totals}"
