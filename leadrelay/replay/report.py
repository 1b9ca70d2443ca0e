"""What is shown of a replay: how far it is, on stderr, and what came of it, on stdout."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from leadrelay.replay.sources import Run
from leadrelay.replay.words import MEND

_LINE_SECONDS = 5.0
SHOWN = 20
"""How many misfits of a type are named."""


@dataclass
class Report:
    """What came of the runs so far."""

    count: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    misfits: dict[str, list[tuple[Run, str]]] = field(default_factory=dict)

    def take(self, run: Run, misfit: str | None, seconds: float) -> None:
        """Add one run."""
        self.count[run.type] += 1
        self.seconds[run.type] += seconds
        if misfit is not None:
            self.misfits.setdefault(run.type, []).append((run, misfit))

    @property
    def wrong(self) -> int:
        """How many runs no longer fit."""
        return sum(len(found) for found in self.misfits.values())

    def lines(self, seconds: float, gone: int) -> list[str]:
        """The misfits by type, how they are mended, a table, and the sum. `seconds` is how long it took in all."""
        said = [line for name, found in sorted(self.misfits.items()) for line in _misfits(name, found)]
        if said:
            said += ["", MEND, ""]
        wide = max([len("workflow"), *map(len, self.count)])
        if self.count:
            said.append(f"{'workflow':<{wide}}  histories  no longer fit  seconds")
        for name, count in sorted(self.count.items()):
            wrong = len(self.misfits.get(name, ()))
            said.append(f"{name:<{wide}}  {count:>9,}  {wrong:>13,}  {self.seconds[name]:>7.1f}")
        left = f", {gone} had gone meanwhile" if gone else ""
        total = self.count.total()
        what = "history" if total == 1 else "histories"
        in_all = f"{total:,} {what} replayed in {seconds:.0f} s, {self.wrong:,} no longer fit{left}"
        return [*said, in_all]


def _misfits(name: str, found: list[tuple[Run, str]]) -> list[str]:
    lines = [
        f"{name} {run.workflow_id}{f' ({run.run_id})' if run.run_id else ''}: {reason}" for run, reason in found[:SHOWN]
    ]
    return [*lines, f"{name}: and {len(found) - SHOWN:,} more"] if len(found) > SHOWN else lines


class HowFar:
    """A bar on a terminal, a line every five seconds elsewhere."""

    def __init__(self, total: int, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._total, self._done, self._wrong = total, 0, 0
        self._began = self._told = time.monotonic()
        self._bar = Progress(
            TextColumn("replaying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("left:"), TimeRemainingColumn(), TextColumn("{task.fields[wrong]}"),
            console=self._console, disable=not self._console.is_terminal, transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task("replaying", total=total, wrong="")

    def __enter__(self) -> Self:
        self._bar.start()
        if not self._console.is_terminal:
            self._console.print(f"{self._total:,} histories to replay")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def step(self, misfit: str | None) -> None:
        """One more is done."""
        self._done += 1
        self._wrong += misfit is not None
        self._bar.update(self._task, advance=1, wrong=f"{self._wrong:,} no longer fit" if self._wrong else "")
        now = time.monotonic()
        if self._console.is_terminal or now - self._told < _LINE_SECONDS:
            return
        self._told = now
        rate = self._done / (now - self._began)
        self._console.print(
            f"{self._done:,} of {self._total:,} replayed, {rate:.0f} a second, "
            f"{(self._total - self._done) / rate:.0f} s left, {self._wrong:,} no longer fit"
        )
