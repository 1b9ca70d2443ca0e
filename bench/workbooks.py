"""Readers of workbooks beside each other: `python -m bench.workbooks [FILE.xlsx ...]`.

The one of the imports, and `python-calamine` where that is installed, which the product does not need. Each reads each
file in a process of its own with 300 MB of address space and 30 s of CPU, as far as it gets.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import openpyxl

from services.chassis.imports.reader import MEMORY_BYTES

SECONDS = 30
SHEET, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>Company</t></is></c></row>'
BOMB = '<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{}]>'.format(
    "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)


def _ordinary(rows: int) -> bytes:
    book, out = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for n in range(rows):
        sheet.append([f"Mill {n}", f"0441{n:06d}", f"a{n}@b.example", "Kyiv", "UA", n, n * 1.5, "Grain"])
    book.save(out)
    return out.getvalue()


def _changed(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_ordinary(1))) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            made.writestr(name, parts.get(name, given.read(name)))
    return out.getvalue()


def _sheet(rows: str, before: str = "") -> bytes:
    return _changed(**{SHEET: f"{before}<worksheet {MAIN}><sheetData>{HEAD}{rows}</sheetData></worksheet>"})


def files() -> Iterator[tuple[str, bytes]]:
    """Workbooks people have, and workbooks nobody should have."""
    yield "100,000 rows of 8 columns", _ordinary(100_000)
    cells = "<c><v>1</v></c>"
    yield "ten million cells in 1 MB", _sheet(f"<row>{cells * 1_000}</row>" * 10_000)
    yield "two cells, far from each other", _sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    yield "row 999999999", _sheet('<row r="999999999"><c r="A999999999"><v>1</v></c></row>')
    yield "cell !!", _sheet('<row r="2"><c r="!!"><v>1</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>')
    yield "number NaN", _sheet('<row r="2"><c r="A2"><v>NaN</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>')
    yield "column ZZZZZZ", _sheet('<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>')
    yield "row x", _sheet('<row r="x"><c r="A2"><v>1</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>')
    yield "broken styles", _changed(**{STYLES: "<styleSheet><fonts"})
    yield "entities", _sheet('<row><c t="inlineStr"><is><t>&a9;</t></is></c></row>', BOMB)
    yield "one cell of 50 MB", _sheet(f'<row><c t="inlineStr"><is><t>{"x" * 50_000_000}</t></is></c></row>')


def _by_openpyxl(path: str) -> Iterator[object]:
    from services.chassis.imports import workbooks

    with Path(path).open("rb") as file:
        yield from workbooks.rows(file)


def _by_calamine(path: str) -> Iterator[object]:
    from python_calamine import CalamineWorkbook

    yield from CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows()


READERS = {"openpyxl": _by_openpyxl, "calamine": _by_calamine}


def one(reader: str, path: str) -> None:
    """Read a file here, within limits, and print how it went as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    began, rows, first, end = time.perf_counter(), 0, 0.0, "read"
    try:
        for _ in READERS[reader](path):
            rows += 1
            first = first or time.perf_counter() - began
    except BaseException as error:  # calamine's panics are no Exceptions
        end = f"{type(error).__name__}: {error}"[:70]
    told = resource.getrusage(resource.RUSAGE_SELF)
    # ru_maxrss would begin with the memory of whoever started this process.
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(json.dumps([end, rows, first, told.ru_utime + told.ru_stime, int(peak.split()[1]) / 1024]))


def main(paths: list[str]) -> None:
    """Print a table."""
    readers = [name for name in READERS if name == "openpyxl" or find_spec("python_calamine")]
    with tempfile.TemporaryDirectory() as folder:
        named = [(path, Path(path)) for path in paths]
        for number, (name, content) in enumerate(files()):
            named.append((name, Path(folder) / f"{number}.xlsx"))
            named[-1][1].write_bytes(content)
        for name, path in named:
            print(f"{name} ({path.stat().st_size / 1e6:.2f} MB)")
            for reader in readers:
                command = [sys.executable, "-m", "bench.workbooks", "--one", reader, str(path)]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    print(f"  {reader}: ended by signal {-done.returncode}: {done.stderr.strip()[-70:]}")
                    continue
                end, rows, first, cpu, rss = json.loads(done.stdout.splitlines()[-1])
                print(f"  {reader}: {end}; {rows:,} rows, first {first:.2f} s, CPU {cpu:.2f} s, {rss:.0f} MB")


if __name__ == "__main__":
    one(*sys.argv[2:4]) if sys.argv[1:2] == ["--one"] else main(sys.argv[1:])
