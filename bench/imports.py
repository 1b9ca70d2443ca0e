"""100,000 rows of a dirty export through REST into the register, beside a bare COPY of the same rows.

`python -m bench.imports [ROWS]` starts a stack in a temporary directory. A tenth of the rows are dirty (bad numbers,
stray spaces, gaps, formulas), and five per cent are duplicates. Other work on the machine makes seconds longer, but
hardly the seconds of processor time, which are told for the worker, the process that reads for it, and PostgreSQL.

It fails where the same file takes longer the second time (and the third) than the first.
"""

from __future__ import annotations

import asyncio
import csv
import io
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import httpx
import psutil

from bench.stack import Running, running_stack
from leadrelay.demo.companies import Row, check_digit, companies
from leadrelay.demo.dirt import spoil
from leadrelay.demo.sample import HEADERS

ROWS = 100_000
SEED = 7
MB = 1 << 20
AGAIN = ("the same file again", "and once more")


def dirty_file(rows: int) -> bytes:
    """A file with this many rows: the sample's companies over and over, with new names, numbers and ids each time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADERS)
    patterns = companies(SEED, 1_900)
    clean = [_another(patterns[n % len(patterns)], n) for n in range(round(rows * 0.95))]
    for row in spoil(clean, SEED):
        writer.writerow(row.cells())
    return text.getvalue().encode("utf-8-sig")


def _another(pattern: Row, number: int) -> Row:
    seven = f"{1_000_000 + number:07d}"
    return replace(
        pattern,
        record=str(number),
        company=f"{pattern.company} {number // 1_900}",
        phone=f"+38067{number:07d}",
        mobile=f"+38050{number:07d}" if pattern.mobile else "",
        email=f"office{number}@{pattern.email.partition('@')[2]}",
        website=f"n{number}.example",
        tax_id=f"{seven}{check_digit(seven)}",
    )


class Processor:
    """Seconds of processor time that the parts of an import have used since this was made."""

    def __init__(self, stack: Running) -> None:
        self._stack = stack
        self._worker = stack.process("worker", "lead_gen")
        self._before: dict[int, float] = {}
        self._now: dict[int, tuple[str, float]] = {}
        self.look()
        self._before = {process: seconds for process, (_, seconds) in self._now.items()}

    def look(self) -> None:
        """Note what each process has used: one that reads is gone soon."""
        parts = [("worker", self._worker), *(("reader", one) for one in self._worker.children(recursive=True))]
        parts += [("postgres", one) for one in self._stack.postgres()]
        for part, process in parts:
            with suppress(psutil.NoSuchProcess):
                self._now[process.pid] = part, sum(process.cpu_times()[:2])

    def used(self) -> dict[str, float]:
        """Seconds by part."""
        self.look()
        found = dict.fromkeys(("worker", "reader", "postgres"), 0.0)
        for process, (part, seconds) in self._now.items():
            found[part] += seconds - self._before.get(process, 0.0)
        return found


@dataclass(frozen=True)
class Run:
    """One import: seconds from the first byte sent to the last verdict, what it says, the worker's peak in MB, and the
    seconds of processor time of each part."""

    seconds: float
    job: dict[str, Any]
    peak: float
    used: dict[str, float]


def slower_again(first: float, again: Sequence[float]) -> str | None:
    """What is wrong if none of the later times was as short as the first; None if one was."""
    if min(again) <= first:
        return None
    times = " and ".join(f"{seconds:.2f}" for seconds in again)
    return f"the same file again took {times} s, the first time {first:.2f} s: it must never take longer"


async def through_rest(stack: Running, content: bytes, dry_run: bool) -> Run:
    """Import a file, and wait for its end."""
    supervisor = stack.client("lead_gen", "supervisor", "iryna")
    worker, processor = stack.process("worker", "lead_gen"), Processor(stack)
    files = {"file": ("leads.csv", content)}
    started = time.perf_counter()
    form = {"default_region": "UA", "dry_run": str(dry_run).lower()}
    job = (await supervisor.post("/v1/imports", files=files, data=form)).raise_for_status().json()
    peak = 0.0
    while job["state"] in ("queued", "running"):
        await asyncio.sleep(0.05)
        processor.look()
        peak = max(peak, worker.memory_info().rss / MB)
        job = (await supervisor.get(f"/v1/imports/{job['id']}")).raise_for_status().json()
    return Run(time.perf_counter() - started, job, peak, processor.used())


async def bare_copy(stack: Running, content: bytes) -> float:
    """Seconds to COPY the same cells into a table without an index: as fast as disk and socket allow."""
    conn = await asyncpg.connect(stack.dsn("lead_gen"))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]
    await conn.execute(f"CREATE TABLE bare ({', '.join(f'c{n} text' for n in range(len(HEADERS)))})")
    started = time.perf_counter()
    await conn.copy_records_to_table("bare", records=rows)
    took = time.perf_counter() - started
    await conn.execute("DROP TABLE bare")
    await conn.close()
    return took


async def main(rows: int) -> None:
    """Print the figures."""
    content = dirty_file(rows)
    count = content.count(b"\n") - 1
    print(f"{count:,} rows, {len(content) / MB:.1f} MB")
    async with running_stack({}) as stack:
        bare = await bare_copy(stack, content)
        print(f"bare COPY of the cells: {bare:.2f} s, {count / bare:,.0f} rows/s")
        before = stack.process("worker", "lead_gen").memory_info().rss / MB
        print(f"the worker's memory before: {before:.0f} MB")
        runs = {}
        for name, dry_run in (("dry run", True), ("import", False), (AGAIN[0], False), (AGAIN[1], False)):
            runs[name] = one = await through_rest(stack, content, dry_run)
            verdicts = ", ".join(f"{one.job[v]:,} {v}" for v in ("accepted", "merged", "duplicates", "rejected"))
            used = ", ".join(f"{part} {seconds:.1f}" for part, seconds in one.used.items())
            print(
                f"{name}: {one.seconds:.2f} s, {count / one.seconds:,.0f} rows/s, {one.seconds / bare:.1f} x bare COPY"
            )
            print(f"  {verdicts}")
            print(f"  seconds of processor time: {used}; the worker's memory at its peak: {one.peak:.0f} MB")
    if wrong := slower_again(runs["import"].seconds, [runs[name].seconds for name in AGAIN]):
        raise SystemExit(wrong)


if __name__ == "__main__":
    try:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
    except httpx.HTTPError as error:
        raise SystemExit(f"the stack did not answer: {error}") from None
