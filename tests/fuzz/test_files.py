"""Real files, damaged at random: no upload is answered with 5xx, none hangs, swells or stays unfinished.

`LEADRELAY_FUZZ=10000 python -m pytest tests/fuzz` (or `make fuzz`) tries that many of each kind, other ones each time.
"""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import psutil
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.account_mgmt.actions import imports as tier_3_imports
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
# What parsers stumble over, beside noise.
TOKENS = [
    b"\0", b"\xff\xfe", b'"', b"\n", b";", b",", b"<", b"</row>", b"<row>", b"&a;", b"<!DOCTYPE a>", b"NaN",
    b"Infinity", b"1e999", b"-0", b"9" * 400, b'r="!!"', b'r="ZZZZZZ9"', b'r="999999999"', b't="s"', b't="d"',
    b"]]>", b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0", b"=1+1", "ї".encode("cp1251"), b"\xed\xa0\x80", b"x" * 5_000,
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


def _workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in LEADS.decode().splitlines():
        book.active.append(line.split(","))
    book.active.append([7, 1.5, True])
    book.save(out)
    return out.getvalue()


WORKBOOK = _workbook()
with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as _given:
    PARTS = {name: _given.read(name) for name in _given.namelist()}


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    """One with a damaged part, or a damaged archive."""
    edits = draw(EDITS)
    part = draw(st.sampled_from(["", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml", *PARTS]))
    if not part:
        return damaged(WORKBOOK, edits)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in PARTS.items():
            made.writestr(name, damaged(content, edits) if name == part else content)
    return out.getvalue()


def some(number: int) -> settings:
    """So many examples, the same each time; or as many as were asked for, other ones each time."""
    return settings(
        max_examples=MORE or number, derandomize=not MORE, deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip


@contextmanager
def within_limits() -> Iterator[None]:
    began, before = time.monotonic(), psutil.Process().memory_info().rss
    yield
    assert time.monotonic() - began < SECONDS
    assert psutil.Process().memory_info().rss - before < GROWTH_BYTES


pytestmark = pytest.mark.timeout(120 + 2 * MORE)


@pytest_asyncio.fixture(scope="module")
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("fuzz_leads", tier=Tier.LEAD_GEN)) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def customers(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("fuzz_customers", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def _import_leads(office: Tier1, content: bytes) -> None:
    with within_limits():
        answer = await office.http.post("/v1/imports", files={"file": ("f", content)}, data={"default_region": "UA"})
        assert answer.status_code in (202, 415, 422), answer.text
        await run_imports(office.pool)
    assert await office.pool.fetchval("SELECT count(*) FROM imports WHERE attempts > 0 OR finished_at IS NULL") == 0


@some(25)
@given(content=workbooks())
async def test_a_damaged_workbook_of_leads_is_taken_or_refused(office: Tier1, content: bytes) -> None:
    await _import_leads(office, content)


@some(60)
@given(edits=EDITS)
async def test_a_damaged_csv_of_leads_is_taken_or_refused(office: Tier1, edits: list[Edit]) -> None:
    await _import_leads(office, damaged(LEADS, edits))


@some(50)
@given(edits=EDITS)
async def test_a_damaged_csv_of_customers_is_taken_or_refused(customers: Tier3, edits: list[Edit]) -> None:
    with within_limits():
        answer = await customers.http.post(
            "/v1/imports", files={"file": ("f", damaged(CUSTOMERS, edits))}, data={"default_region": "UA"},
            headers=boss(),
        )  # fmt: skip
        assert answer.status_code in (202, 415, 422), answer.text
        await tier_3_imports.run_imports(customers.pool)
    assert await customers.pool.fetchval("SELECT count(*) FROM imports WHERE attempts > 0 OR finished_at IS NULL") == 0


@some(40)
@given(content=st.sampled_from(STATEMENTS), edits=EDITS)
async def test_a_damaged_bank_statement_is_taken_or_refused(
    customers: Tier3, content: bytes, edits: list[Edit]
) -> None:
    with within_limits():
        answer = await customers.http.post(
            "/v1/bank-statements", files={"file": ("f", damaged(content, edits))}, headers=boss()
        )
        assert answer.status_code in (201, 415, 422), answer.text


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
