"""100,000 rows of a dirty export through REST into the register, beside a bare COPY of the same rows.

`python -m bench.imports [ROWS]` starts a stack in a temporary directory. A tenth of the rows are dirty (bad numbers,
stray spaces, gaps, formulas), and five per cent are duplicates.
"""

from __future__ import annotations

import asyncio
import csv
import io
import sys
import time
from dataclasses import replace

import asyncpg
import httpx

from bench.stack import Running, running_stack
from leadrelay.demo.companies import Row, check_digit, companies
from leadrelay.demo.dirt import spoil
from leadrelay.demo.sample import HEADERS

ROWS = 100_000
SEED = 7
MB = 1 << 20


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


async def through_rest(stack: Running, content: bytes, dry_run: bool) -> tuple[float, dict[str, int], float]:
    """(seconds from the first byte sent to the last verdict, the import, the worker's peak memory in MB)."""
    supervisor = stack.client("lead_gen", "supervisor", "iryna")
    worker = stack.process("worker", "lead_gen")
    files = {"file": ("leads.csv", content)}
    started = time.perf_counter()
    form = {"default_region": "UA", "dry_run": str(dry_run).lower()}
    job = (await supervisor.post("/v1/imports", files=files, data=form)).raise_for_status().json()
    peak = 0.0
    while job["state"] in ("queued", "running"):
        await asyncio.sleep(0.05)
        peak = max(peak, worker.memory_info().rss / MB)
        job = (await supervisor.get(f"/v1/imports/{job['id']}")).raise_for_status().json()
    return time.perf_counter() - started, job, peak


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
        for name, dry_run in (("dry run", True), ("import", False), ("the same file again", False)):
            took, job, peak = await through_rest(stack, content, dry_run)
            verdicts = ", ".join(f"{job[v]:,} {v}" for v in ("accepted", "merged", "duplicates", "rejected"))
            print(f"{name}: {took:.2f} s, {count / took:,.0f} rows/s, {took / bare:.1f} x bare COPY; {verdicts}")
            print(f"  worker's memory: {before:.0f} MB before, {peak:.0f} MB at its peak")


if __name__ == "__main__":
    try:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
    except httpx.HTTPError as error:
        raise SystemExit(f"the stack did not answer: {error}") from None
