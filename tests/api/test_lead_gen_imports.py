"""Imports: files of every make become leads once, and what cannot be taken comes back with its reason."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest
import pytest_asyncio

from leadrelay.demo.companies import companies
from leadrelay.demo.dirt import spoil
from leadrelay.demo.sample import HEADERS
from services.chassis.imports import row_source
from services.lead_gen.actions.imports import run_imports
from services.lead_gen.repository import leads
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

HEADER = "Company name,Phone Number\n"


@pytest_asyncio.fixture(scope="module")
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    dsn = await fresh_database("lead_gen_imports", tier=Tier.LEAD_GEN)
    async with tier_1(dsn, max_upload_bytes=50_000) as tier:
        yield tier


async def send(office: Tier1, content: bytes, status: int = 202, **form: str) -> dict[str, Any]:
    answer = await office.http.post(
        "/v1/imports", files={"file": ("leads.csv", content)}, data={"default_region": "UA", **form}
    )
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def imported(office: Tier1, content: bytes, **form: str) -> dict[str, Any]:
    sent = await send(office, content, **form)
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


async def test_characters_that_no_text_may_hold_are_left_out_of_header_and_rows(office: Tier1) -> None:
    content = "Company\0 name,Phone\0 Number\nMi\0ll,04412\03 77 01\n".encode("utf-16")
    done = await imported(office, content)
    assert (done["rows"], done["accepted"] + done["rejected"]) == (1, 1)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"  \n\n", 422),
        (b"PK\x03\x04rest", 422),
        (b"a\x00b,c\n", 415),
        (b"colour,weight\nred,1\n", 422),
        (b"\xd0\xcf\x11\xe0 old workbook", 415),
        (b"x" * 60_000, 413),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_whole(office: Tier1, content: bytes, status: int) -> None:
    before = await office.pool.fetchval("SELECT count(*) FROM imports")
    await send(office, content, status)
    assert await office.pool.fetchval("SELECT count(*) FROM imports") == before


def counts(done: dict[str, Any]) -> tuple[int, ...]:
    return tuple(done[name] for name in ("accepted", "merged", "duplicates", "rejected"))


async def verdicts(office: Tier1, import_id: str) -> list[tuple[int, str, str | None]]:
    found: list[tuple[int, str, str | None]] = []
    address = f"/v1/imports/{import_id}/rows?limit=2"
    after = ""
    while True:
        page = (await office.http.get(f"{address}{after}")).json()
        found += [(row["line"], row["verdict"], row["reason"]) for row in page["items"]]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


DIRTY = f"""{HEADER.strip()},Email,Website URL,Tax ID
Mill,0441234001,info@mill.example,mill.example,
Mill,044 123 40 01,,,
Mill Ltd,0441234002,INFO@mill.example,,
Mill,0441234003,,https://www.mill.example/about,14360570
Mill,0441234004,,,1436-0570
Saw,0441234005,,,14360571
,0441234006,,,
Axe,12,,,
""".encode()


async def test_companies_are_merged_by_number_email_domain_and_tax_id(office: Tier1) -> None:
    done = await imported(office, DIRTY)
    assert counts(done) == (2, 3, 1, 2)
    rows = await verdicts(office, done["id"])
    assert [line for line, _, _ in rows] == list(range(1, 9))
    assert all(reason for _, verdict, reason in rows if verdict != "accepted")
    assert "tax id was left out" in str(rows[5][2])
    phones = await office.pool.fetchval(
        "SELECT count(*) FROM lead_phones p JOIN lead_keys k USING (lead_id) WHERE k.key = 't:14360570'"
    )
    assert phones == 4


async def test_a_dry_run_gives_the_verdicts_of_the_import_and_changes_nothing(office: Tier1) -> None:
    content = DIRTY
    others = {b"04412340": b"04412341", b"123 40 01": b"123 41 01", b"mill": b"grain", b"1436": b"2007"}
    for ours, other in others.items():
        content = content.replace(ours, other)
    before = await office.pool.fetchval("SELECT count(*) FROM leads")
    dry = await imported(office, content, dry_run="true")
    assert await office.pool.fetchval("SELECT count(*) FROM leads") == before
    assert await office.pool.fetchval("SELECT count(*) FROM import_dry_keys") == 0
    real = await imported(office, content)
    assert counts(dry) == counts(real)
    dry_rows, real_rows = await verdicts(office, dry["id"]), await verdicts(office, real["id"])
    assert [row[:2] for row in dry_rows] == [row[:2] for row in real_rows]
    # The leads that a dry run would have made never exist, so that nothing names one.
    named = await office.pool.fetch(
        r"""SELECT lead_id::text AS id FROM import_rows WHERE import_id = $1 AND lead_id IS NOT NULL
             UNION SELECT found[1] FROM import_rows, regexp_matches(reason, 'lead ([-\da-f]{36})', 'g') found
                    WHERE import_id = $1""",
        dry["id"],
    )
    known = await office.pool.fetchval(
        "SELECT array_agg(id::text) FROM leads WHERE id::text = ANY ($1)", [row["id"] for row in named]
    )
    assert sorted(row["id"] for row in named) == sorted(known or [])
    assert any("an earlier row" in str(row) for row in dry_rows)


async def test_rejects_are_imported_again_after_correction(office: Tier1) -> None:
    first = await imported(office, f"{HEADER}=Dangerous,12\n+Plus,0441235002\n,0441235003\n".encode())
    assert counts(first) == (1, 0, 0, 2)
    text = (await office.http.get(f"/v1/imports/{first['id']}/rejects.csv")).text
    again = await imported(office, text.replace(",12,", ",0441235001,").encode())
    assert counts(again) == (1, 0, 0, 1)
    names = await office.pool.fetch(
        """SELECT company FROM leads JOIN lead_phones p ON p.lead_id = leads.id
            WHERE phone LIKE '+38044123500%' ORDER BY phone"""
    )
    assert [row["company"] for row in names] == ["=Dangerous", "+Plus"]
    rejected = (await office.http.get(f"/v1/imports/{again['id']}/rejects.csv")).text
    assert rejected.splitlines()[0] == "Company name,Phone Number,reason"


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def test_a_workbook_is_read_like_a_text_file(office: Tier1) -> None:
    content = workbook(
        [["Company name", "Phone Number", "City"], ["Вітер", 380441236001, "Київ"], [None, None, None], ["Bad", "x", 1]]
    )
    done = await imported(office, content)
    assert (done["format"], counts(done)) == ("xlsx", (1, 0, 0, 1))
    assert await office.pool.fetchval("SELECT lead_id FROM lead_phones WHERE phone = '+380441236001'")


async def test_a_workbook_that_unpacks_without_end_is_refused(office: Tier1) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", "<x/>")
        parts.writestr("xl/sharedStrings.xml", b"0" * (100 << 20), compresslevel=9)
    assert len(out.getvalue()) < 200_000
    async with tier_1(office.dsn) as roomy:
        answer = await send(roomy, out.getvalue(), 422)
    assert "too large" in answer["detail"]


async def test_a_company_registered_by_somebody_else_meanwhile_is_not_doubled(office: Tier1) -> None:
    """The register is looked at, another hand writes, and only then the chunk: it is decided anew."""
    sent = await send(office, f"{HEADER}Race,0441237001\nRace 2,0441237002\n".encode())
    async with office.pool.acquire() as rival:
        transaction = rival.transaction()
        await transaction.start()
        await leads.insert(rival, {"company": "Faster"}, ["+380441237001"], "manual")
        running = asyncio.create_task(run_imports(office.pool))
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        # Not asked by the rival: within a transaction the answer stays what it was the first time.
        while not await office.pool.fetchval(waits):
            await asyncio.sleep(0.01)
        await transaction.commit()
    await running
    done = dict((await office.http.get(f"/v1/imports/{sent['id']}")).json())
    assert counts(done) == (1, 0, 1, 0)


async def test_killed_at_any_moment_no_row_is_lost_or_doubled(office: Tier1) -> None:
    rows = "".join(f"Kill {n % 7000},+38067{n % 7000:07d}\n" for n in range(8000))
    async with tier_1(office.dsn) as roomy:
        sent = await send(roomy, f"{HEADER}{rows}".encode())
    seen = 0
    for _ in range(3):
        worker = await asyncio.create_subprocess_exec(sys.executable, "-c", RUNNER, office.dsn)
        while worker.returncode is None:
            now = await office.pool.fetchval("SELECT rows FROM imports WHERE id = $1", sent["id"])
            if now > seen:
                worker.kill()
                await worker.wait()
                seen = now
            await asyncio.sleep(0.001)
    done = {"state": "running"}
    # PostgreSQL needs a moment to see that the killed worker is gone and lets the import go.
    while done["state"] == "running":
        await run_imports(office.pool)
        done = dict((await office.http.get(f"/v1/imports/{sent['id']}")).json())
    assert (done["state"], done["rows"], counts(done)) == ("done", 8000, (7000, 0, 1000, 0))
    lines = "SELECT count(*), count(DISTINCT line), max(line) FROM import_rows WHERE import_id = $1"
    assert tuple(await office.pool.fetchrow(lines, sent["id"]) or ()) == (8000, 8000, 8000)
    assert await office.pool.fetchval("SELECT count(*) FROM leads WHERE company LIKE 'Kill %'") == 7000


RUNNER = """
import asyncio, sys
from services.chassis.db import create_pool
from services.lead_gen.actions.imports import run_imports
from services.lead_gen.repository import leads

async def main():
    await run_imports(await create_pool(sys.argv[1], application_name="killed"))

asyncio.run(main())
"""


async def test_a_file_that_was_cut_keeps_what_was_read_and_says_what_was_not(office: Tier1) -> None:
    content = f"{HEADER}Whole,0441238001\n".encode("utf-16") + b"\x00"
    done = await imported(office, content)
    assert (done["state"], done["accepted"], done["rejected"]) == ("done", 1, 1)
    assert "not utf-16" in (await verdicts(office, done["id"]))[1][2]


@pytest.mark.parametrize(
    ("product", "header", "row"),
    [
        ("hubspot", "Record ID,Company name,Phone Number,Email", "1,Hub,0441239001,a@hub.example"),
        ("salesforce", "Company / Account;Phone;Other Phone;Employees", "Force;0441239002;0441239012;37"),
        ("pipedrive", "Organization - Name\tPerson - Phone - Work\tPerson - Name", "Pipe\t0441239003\tOlena"),
        ("zoho", "Lead Id,Company,Phone,Mobile,No. of Employees", "1,Zo,0441239004,0671239004,120"),
    ],
)
async def test_exports_of_the_usual_products_need_no_mapping(
    office: Tier1, product: str, header: str, row: str
) -> None:
    for mapping in ("auto", product):
        done = await imported(office, f"{header}\n{row}\n".encode(), mapping=mapping)
        assert (done["state"], done["rejected"]) == ("done", 0)


async def test_an_own_mapping_names_the_columns(office: Tier1) -> None:
    mapping = json.dumps({"company": "Назва", "phone": "Тел.", "mobile": "Моб."})
    done = await imported(office, "Назва|Тел.|Моб.\nСад|0441230901|0671230901\n".encode(), mapping=mapping)
    assert done["accepted"] == 1
    for wrong in ('{"company": "nowhere"}', '{"colour": "Назва"}', "[1]", '{"company": 1}', "{"):
        answer = await send(office, "Назва|Тел.\n".encode(), 422, mapping=wrong)
        assert answer["errors"][0]["field"] == "mapping"


async def test_a_file_has_the_same_verdicts_wherever_it_is_read(office: Tier1, monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADERS, *(row.cells() for row in spoil(companies(11, 200), 11))])
    content, told = text.getvalue().encode(), []
    for apart in (0, len(content) + 1):
        monkeypatch.setattr(row_source, "APART_BYTES", apart)
        done = await imported(office, content, dry_run="true")
        assert done["state"] == "done"
        # Without ids, which are new ones each time.
        query = r"""SELECT line, verdict, regexp_replace(reason, 'lead [-\da-f]+', 'lead'), original FROM import_rows
                     WHERE import_id = $1 ORDER BY line"""
        told.append(await office.pool.fetch(query, done["id"]))
    assert told[0] == told[1]
    assert {row["verdict"] for row in told[0]} >= {"accepted", "duplicate", "rejected"}


async def test_the_numbers_of_a_lead_that_is_deleted_are_free(office: Tier1) -> None:
    await imported(office, f"{HEADER}Gone,0441297001\nStays,0441297002\n".encode())
    await office.pool.execute("DELETE FROM leads WHERE company = 'Gone'")
    left = await office.pool.fetch("SELECT phone FROM lead_phones WHERE phone LIKE '+38044129700%'")
    assert [row["phone"] for row in left] == ["+380441297002"]
