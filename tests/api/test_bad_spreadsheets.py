"""Spreadsheets that break, hang or swell their reader: refused with a reason, in little memory and time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest
import pytest_asyncio

from services.lead_gen.actions.imports import run_imports
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

SHEET, BOOK, STYLES, TYPES = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Company name</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>Phone Number</t></is></c></row>'
)
BOMB = '<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{}]>'.format(
    "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)


def sheet(rows: str, before: str = "") -> str:
    return f"{before}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


def workbook(parts: dict[str, str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    plain, found = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["Company name", "Phone Number"])
    book.active.append(["Acme", "0441239999"])
    book.save(plain)
    with zipfile.ZipFile(plain) as given, zipfile.ZipFile(found, "w", compression) as made:
        for name in given.namelist():
            made.writestr(name, parts.get(name, given.read(name)))
    return found.getvalue()


def deflate_cut(content: bytes) -> bytes:
    at = content.index(SHEET.encode()) + len(SHEET) + 20
    return content[:at] + b"\xff" * 40 + content[at + 40 :]


def flagged(content: bytes, offsets: tuple[int, int], value: bytes) -> bytes:
    """Every entry's header, here and in the directory, with other bytes at an offset."""
    changed = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", offsets[0]), (b"PK\x01\x02", offsets[1])):
        at = changed.find(mark)
        while at >= 0:
            changed[at + offset : at + offset + len(value)] = value
            at = changed.find(mark, at + 4)
    return bytes(changed)


GOOD = workbook({})
REFUSED = {
    "content types": workbook({TYPES: "<Types"}),
    "styles": workbook({STYLES: "<styleSheet><fonts"}),
    "workbook": workbook({BOOK: "<workbook><sheets><sheet"}),
    "entities in the sheet": workbook({SHEET: sheet('<row><c t="inlineStr"><is><t>&a9;</t></is></c></row>', BOMB)}),
    "unknown compression": flagged(GOOD, (8, 10), b"\x63\x00"),
    "encrypted": flagged(GOOD, (6, 8), b"\x01\x00"),
    "deflate": deflate_cut(GOOD),
    "ten million cells": workbook({SHEET: sheet(f"<row>{'<c><v>1</v></c>' * 16_000}</row>" * 100)}),
    "rows without cells": workbook({SHEET: sheet("<row/>" * 5_000_000)}),
    "rows in rows": workbook({SHEET: sheet("<row>" * 1_000_000)}),
    "styles without end": workbook({STYLES: f"<styleSheet {MAIN}><fonts>{'<font/>' * 2_000_000}</fonts></styleSheet>"}),
    "one long cell": workbook({SHEET: sheet(f'<row><c t="inlineStr"><is><t>{"x" * 50_000_000}</t></is></c></row>')}),
    "a cell nowhere": workbook({SHEET: sheet('<row r="1"><c r="!!"><v>1</v></c></row>')}),
}
BAD_ROWS = {
    "a cell nowhere": '<row r="2"><c r="!!"><v>1</v></c></row>',
    "a row without a number": '<row r="x"><c r="A2"><v>1</v></c></row>',
    "no number": '<row r="2"><c r="A2"><v>NaN</v></c></row>',
    "a column too far": '<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>',
    "the last column": '<row r="2"><c r="XFD2"><v>1</v></c></row>',
    "a row too far": '<row r="999999999"><c r="A999999999"><v>1</v></c></row>',
    "a text that is not there": '<row r="2"><c r="A2" t="s"><v>7</v></c></row>',
}
GOOD_ROW = (
    '<row r="3"><c r="A3" t="inlineStr"><is><t>Mill</t></is></c><c r="B3" t="inlineStr"><is><t>{}</t></is></c></row>'
)
BREAK_OFF = {
    "the end is missing": "<row",
    "rows in rows": "<row>" * 1_000_000,
    "an entity": '<row r="2"><c><v>&a9;</v></c></row>',
}


@pytest_asyncio.fixture(scope="module")
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("bad_spreadsheets", tier=Tier.LEAD_GEN)) as tier:
        yield tier


async def send(office: Tier1, content: bytes) -> tuple[int, dict[str, Any]]:
    answer = await office.http.post("/v1/imports", files={"file": ("l.xlsx", content)}, data={"default_region": "UA"})
    return answer.status_code, dict(answer.json())


@pytest.mark.parametrize("damage", REFUSED)
async def test_a_spreadsheet_that_cannot_be_read_is_refused_with_a_reason(office: Tier1, damage: str) -> None:
    status, problem = await send(office, REFUSED[damage])
    assert status == 422, problem
    assert problem["errors"][0]["field"] == "file"


@pytest.mark.parametrize("damage", BAD_ROWS)
async def test_a_row_of_a_spreadsheet_that_cannot_be_read_is_rejected_and_the_next_is_taken(
    office: Tier1, damage: str
) -> None:
    phone = f"04412500{list(BAD_ROWS).index(damage):02d}"
    status, sent = await send(office, workbook({SHEET: sheet(HEAD + BAD_ROWS[damage] + GOOD_ROW.format(phone))}))
    assert status == 202, sent
    await run_imports(office.pool)
    done = (await office.http.get(f"/v1/imports/{sent['id']}")).json()
    assert (done["state"], done["rows"], done["accepted"], done["rejected"]) == ("done", 2, 1, 1)
    rejects = (await office.http.get(f"/v1/imports/{sent['id']}/rejects.csv")).text
    assert "damaged" in rejects or "1000 cells" in rejects or "1048576 rows" in rejects


@pytest.mark.parametrize("damage", BREAK_OFF)
async def test_a_spreadsheet_that_breaks_off_fails_with_its_reason_and_the_next_goes_on(
    office: Tier1, damage: str
) -> None:
    status, bad = await send(office, workbook({SHEET: sheet(HEAD + BREAK_OFF[damage])}))
    assert status == 202, bad
    _, good = await send(office, GOOD)
    await run_imports(office.pool)
    failed = (await office.http.get(f"/v1/imports/{bad['id']}")).json()
    assert failed["state"] == "failed"
    assert failed["error"].startswith("The file cannot be read after row 0: ")
    assert (await office.http.get(f"/v1/imports/{good['id']}")).json()["state"] == "done"


@pytest.mark.parametrize(
    "mapping",
    ['{"a":' * 3_000 + "1" + "}" * 3_000, '{"company": ' + "9" * 5_000 + "}", "{", '{"company": 1}', "{\ud83d"],
)
async def test_a_mapping_that_is_none_is_refused(office: Tier1, mapping: str) -> None:
    answer = await office.http.post(
        "/v1/imports",
        files={"file": ("l.csv", b"Company name,Phone Number\n")},
        data={"default_region": "UA", "mapping": mapping.encode("utf-8", "replace").decode()},
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "mapping")


@pytest.mark.parametrize("body", [b'{"a":' * 3_000 + b"1" + b"}" * 3_000, b'{"company": ' + b"9" * 5_000 + b"}"])
async def test_a_body_that_is_nested_too_deep_or_endless_is_refused(office: Tier1, body: bytes) -> None:
    answer = await office.http.post("/v1/leads", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


async def test_an_import_is_called_off_and_not_twice_over(office: Tier1) -> None:
    _, sent = await send(office, GOOD)
    cancelled = await office.http.post(f"/v1/imports/{sent['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    await run_imports(office.pool)
    assert (await office.http.get(f"/v1/imports/{sent['id']}")).json()["finished_at"] is not None
    assert (await office.http.post(f"/v1/imports/{sent['id']}/cancel")).status_code == 409
