"""Real files, damaged at random: no upload is answered with 5xx, none hangs, swells or stays unfinished.

Each goes through its route, the process that reads it, and the worker's round. `LEADRELAY_FUZZ=2000 python -m pytest -s
tests/fuzz` (or `make fuzz`) tries that many of each of the six kinds, other ones each time, and prints what it saw.
"""

from __future__ import annotations

import gzip
import io
import os
import time
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import httpx
import openpyxl
import psutil
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.account_mgmt.actions import imports as tier_3_imports
from services.account_mgmt.actions.bank_statements import run_statements
from services.chassis.db import Pool
from services.lead_gen.actions.imports import run_imports
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier

MORE = int(os.environ.get("LEADRELAY_FUZZ", "0"))
SECONDS = 10
GROWTH_BYTES = 300 << 20
DATA = Path(__file__).parents[1] / "data"
ORDERS = "company,phone,tax_id,order_number,order_date,product,quantity,price,currency\n"
CUSTOMERS = (ORDERS + "Acme,0441230001,14360570,7,2020-05-06,Widget,2,120.00,UAH\n" * 4).encode()
LEADS = (
    "Company name,Phone Number,Email\n" + "".join(f"Mill {n},04412350{n:02d},a{n}@b.example\n" for n in range(9))
).encode()
STATEMENTS = [path.read_bytes() for path in sorted(DATA.glob("statement*"))]
# Longer than what is booked at once.
ENTRY = (
    b"<Ntry><Amt Ccy='UAH'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
    b"<BookgDt><Dt>2030-05-06</Dt></BookgDt></Ntry>"
)
LONG = STATEMENTS[-1].replace(b"</Stmt>", ENTRY * 600 + b"</Stmt>", 1)
# How a file is sent on: as it is, in other encodings, packed.
DRESSES: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda content: content,
    "bom": lambda content: b"\xef\xbb\xbf" + content,
    "utf-16": lambda content: content.decode("utf-8", "replace").encode("utf-16"),
    "utf-16 without a mark": lambda content: content.decode("utf-8", "replace").encode("utf-16-le"),
    "utf-32": lambda content: content.decode("utf-8", "replace").encode("utf-32"),
    "cp1251": lambda content: content.decode("utf-8", "replace").encode("cp1251", "replace"),
    "gzip": gzip.compress,
    "old lines": lambda content: content.replace(b"\n", b"\r"),
    "one line": lambda content: content.replace(b"\n", b" "),
    "wide": lambda content: content.replace(b"\n", b"," * 1_500 + b"\n"),
    "quoted": lambda content: b'"' + content,
    "twice": lambda content: content * 2,
    "nothing": lambda _: b"",
}
NAMES = ["f", "", "../../etc/passwd", "a\nb\r\nc.csv", "x" * 3_000, "\u202efdp.csv", 'a"b;c.xlsx', "\0", "ї.csv"]
# What parsers stumble over, beside noise.
TOKENS = [
    b"\0", b"\xff\xfe", b'"', b"\n", b";", b",", b"<", b"</row>", b"<row>", b"&a;", b"<!DOCTYPE a>", b"NaN",
    b"Infinity", b"1e999", b"-0", b"9" * 400, b'r="!!"', b'r="ZZZZZZ9"', b'r="999999999"', b't="s"', b't="d"',
    b"]]>", b"PK\x03\x04", "²".encode(), b"9" * 5_000, b"\r", b"0000-00-00", b"9999999999999999.99", b"\x1a",
    b'<?xml version="1.0" encoding="utf-7"?>', b"<![CDATA[", b"&#xd800;", b"_xD800_", b"\xf0\x9f\x98\x80",
    b"PK\x06\x06", b"\xd0\xcf\x11\xe0", b"=1+1", "ї".encode("cp1251"), b"\xed\xa0\x80", b"x" * 5_000,
]  # fmt: skip
Edit = tuple[float, int, bytes]
EDITS: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(TOKENS) | st.binary(max_size=12)),
    min_size=1, max_size=6,
)  # fmt: skip


def damaged(content: bytes, edits: Sequence[Edit]) -> bytes:
    for where, cut, put in edits:
        at = int(where * len(content))
        content = content[:at] + put + content[at + cut :]
    return content


def _workbook(table: bytes) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in table.decode().splitlines():
        book.active.append(line.split(","))
    book.active.append([7, 1.5, True, datetime(2020, 5, 6)])
    book.save(out)
    return out.getvalue()


@st.composite
def workbooks(draw: st.DrawFn, table: bytes) -> bytes:
    """One with a damaged part, or a damaged archive."""
    edits, whole = draw(EDITS), WORKBOOKS[table]
    parts = PARTS[table]
    part = draw(st.sampled_from(["", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml", *parts]))
    if not part:
        return damaged(whole, edits)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", draw(st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]))) as made:
        for name, content in parts.items():
            with made.open(name, "w", force_zip64=draw(st.booleans())) as entry:
                entry.write(damaged(content, edits) if name == part else content)
    return out.getvalue()


def _parts(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as given_parts:
        return {name: given_parts.read(name) for name in given_parts.namelist()}


WORKBOOKS = {table: _workbook(table) for table in (LEADS, CUSTOMERS)}
PARTS = {table: _parts(workbook) for table, workbook in WORKBOOKS.items()}


def some(number: int) -> settings:
    """So many examples, the same each time; or as many as were asked for, other ones each time."""
    return settings(
        max_examples=MORE or number, derandomize=not MORE, deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip


class Seen:
    """What a long run prints: how many were answered with which status, the slowest, the largest."""

    statuses: ClassVar[Counter[int]] = Counter()
    seconds: ClassVar[float] = 0
    rss: ClassVar[int] = 0


@contextmanager
def within_limits() -> Iterator[None]:
    began, before = time.monotonic(), psutil.Process().memory_info().rss
    yield
    took, rss = time.monotonic() - began, psutil.Process().memory_info().rss
    Seen.seconds, Seen.rss = max(Seen.seconds, took), max(Seen.rss, rss)
    assert took < SECONDS
    assert rss - before < GROWTH_BYTES


@pytest.fixture(scope="module", autouse=True)
def told() -> Iterator[None]:
    yield
    if MORE:
        answers = ", ".join(f"{count:,} with {status}" for status, count in sorted(Seen.statuses.items()))
        print(  # noqa: T201 - what a long run is for
            f"\n{Seen.statuses.total():,} files: {answers}; slowest {Seen.seconds:.1f} s, largest {Seen.rss >> 20} MB"
        )


pytestmark = pytest.mark.timeout(120 + 2 * MORE)


@pytest_asyncio.fixture(scope="module")
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("fuzz_leads", tier=Tier.LEAD_GEN)) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def customers(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("fuzz_customers", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


PLAIN = {"default_region": "UA"}


async def _sent(http: httpx.AsyncClient, path: str, name: str, content: bytes, headers: Mapping[str, str] = {}) -> int:
    form = PLAIN if path == "/v1/imports" else {}
    answer = await http.post(path, files={"file": (name, content)}, data=form, headers=dict(headers))
    assert answer.status_code in (201, 202, 415, 422), answer.text
    Seen.statuses[answer.status_code] += 1
    if answer.status_code > 202:
        assert answer.json()["detail"]
    return answer.status_code


async def _settled(pool: Pool, table: str) -> None:
    """Nothing is left unfinished, and nothing was given up after it had failed."""
    assert await pool.fetchval(f"SELECT count(*) FROM {table} WHERE finished_at IS NULL OR attempts > 0") == 0


async def _import_leads(office: Tier1, name: str, content: bytes) -> None:
    with within_limits():
        await _sent(office.http, "/v1/imports", name, content)
        await run_imports(office.pool)
    await _settled(office.pool, "imports")


async def _import_customers(customers: Tier3, name: str, content: bytes) -> None:
    with within_limits():
        await _sent(customers.http, "/v1/imports", name, content, boss())
        await tier_3_imports.run_imports(customers.pool)
    await _settled(customers.pool, "imports")


names = st.sampled_from(NAMES)
dresses = st.sampled_from([*["plain"] * len(DRESSES), *DRESSES])


@some(30)
@given(name=names, content=workbooks(LEADS))
async def test_a_damaged_workbook_of_leads_is_taken_or_refused(office: Tier1, name: str, content: bytes) -> None:
    await _import_leads(office, name, content)


@some(20)
@given(name=names, content=workbooks(CUSTOMERS))
async def test_a_damaged_workbook_of_customers_is_taken_or_refused(customers: Tier3, name: str, content: bytes) -> None:
    await _import_customers(customers, name, content)


@some(60)
@given(name=names, edits=EDITS, dress=dresses)
async def test_a_damaged_csv_of_leads_is_taken_or_refused(
    office: Tier1, name: str, edits: list[Edit], dress: str
) -> None:
    await _import_leads(office, name, DRESSES[dress](damaged(LEADS, edits)))


@some(50)
@given(name=names, edits=EDITS, dress=dresses)
async def test_a_damaged_csv_of_customers_is_taken_or_refused(
    customers: Tier3, name: str, edits: list[Edit], dress: str
) -> None:
    await _import_customers(customers, name, DRESSES[dress](damaged(CUSTOMERS, edits)))


@some(50)
@given(name=names, content=st.sampled_from([*STATEMENTS * 3, LONG]), edits=EDITS, dress=dresses)
async def test_a_damaged_bank_statement_is_taken_or_refused(
    customers: Tier3, name: str, content: bytes, edits: list[Edit], dress: str
) -> None:
    with within_limits():
        await _sent(customers.http, "/v1/bank-statements", name, DRESSES[dress](damaged(content, edits)), boss())
        await run_statements(customers.pool)
    await _settled(customers.pool, "bank_statements")


@some(60)
@given(edits=EDITS)
async def test_a_damaged_mapping_is_taken_or_refused(office: Tier1, edits: list[Edit]) -> None:
    mapping = damaged(b'{"company": "Company name", "phone": "Phone Number"}', edits).decode("utf-8", "replace")
    answer = await office.http.post(
        "/v1/imports",
        files={"file": ("f", LEADS)},
        data={"default_region": "UA", "mapping": mapping, "dry_run": "true"},
    )
    assert answer.status_code in (202, 415, 422), answer.text
    Seen.statuses[answer.status_code] += 1
