"""Imports: files of every make become leads once, and what cannot be taken comes back with its reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.lead_gen.importer import run_imports
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

HEADER = "Company name,Phone Number\n"


@pytest_asyncio.fixture(scope="module")
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_imports", tier=Tier.LEAD_GEN)
    async with tier_1(dsn, max_upload_bytes=50_000) as tier:
        yield tier


async def send(office: Tier1, content: bytes, status: int = 202) -> dict[str, Any]:
    answer = await office.http.post(
        "/v1/imports", files={"file": ("leads.csv", content)}, data={"default_region": "UA"}
    )
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def imported(office: Tier1, content: bytes) -> dict[str, Any]:
    sent = await send(office, content)
    await run_imports(office.pool)
    return dict((await office.http.get(f"/v1/imports/{sent['id']}")).json())


@pytest.mark.parametrize(
    ("number", "encoding", "delimiter"),
    [(1, "utf-8", ","), (2, "utf-8-sig", ";"), (3, "utf-16", "\t"), (4, "cp1251", ";")],
)
async def test_a_file_of_any_make_is_read(office: Tier1, number: int, encoding: str, delimiter: str) -> None:
    text = f"{HEADER}ТОВ Вітер {number},044 123 10 0{number}\n".replace(",", delimiter)
    done = await imported(office, text.encode(encoding))
    assert (done["state"], done["rows"], done["accepted"]) == ("done", 1, 1)
    company = await office.pool.fetchval(
        "SELECT company FROM leads JOIN lead_phones p ON p.lead_id = leads.id WHERE p.phone = $1",
        f"+38044123100{number}",
    )
    assert company == f"ТОВ Вітер {number}"


async def test_the_same_file_again_makes_no_lead_twice(office: Tier1) -> None:
    content = f"{HEADER}Acme,0441232001\nBolt,0441232002\n".encode()
    first, again = await imported(office, content), await imported(office, content)
    assert (first["accepted"], again["accepted"], again["duplicates"]) == (2, 0, 2)
    assert await office.pool.fetchval("SELECT count(*) FROM leads WHERE company IN ('Acme', 'Bolt')") == 2


async def test_bad_rows_come_back_with_reasons(office: Tier1) -> None:
    done = await imported(office, f"{HEADER},0441233001\n=Evil,12\nGood,0441233002\n".encode())
    assert (done["accepted"], done["rejected"]) == (1, 2)
    lines = (await office.http.get(f"/v1/imports/{done['id']}/rejects.csv")).text.splitlines()
    assert lines[0] == "Company name,Phone Number,reason"
    assert "no company name" in lines[1]
    assert lines[2].startswith("'=Evil,12,")
    assert "no valid phone" in lines[2]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"  \n\n", 422),
        (b"PK\x03\x04rest", 415),
        (b"a\x00b,c\n", 415),
        (b"colour,weight\nred,1\n", 422),
        (b"x" * 60_000, 413),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_whole(office: Tier1, content: bytes, status: int) -> None:
    before = await office.pool.fetchval("SELECT count(*) FROM imports")
    await send(office, content, status)
    assert await office.pool.fetchval("SELECT count(*) FROM imports") == before
