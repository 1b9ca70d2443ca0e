"""Damaged files, each made from a seed and its number: the same two make the same file."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import openpyxl

DATA = Path(__file__).parents[1] / "data"
ORDERS = "company,phone,tax_id,order_number,order_date,product,quantity,price,currency\n"
CUSTOMERS = (ORDERS + "Acme,0441230001,14360570,7,2020-05-06,Widget,2,120.00,UAH\n" * 4).encode()
LEADS = (
    "Company name,Phone Number,Email,Size,Language,Timezone\n"
    + "".join(f"Mill {n},04412350{n:02d},a{n}@b.example,{n * 30},uk,Europe/Kyiv\n" for n in range(9))
).encode()
STATEMENTS = [path.read_bytes() for path in sorted(DATA.glob("statement*"))]
ENTRY = (
    b"<Ntry><Amt Ccy='UAH'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
    b"<BookgDt><Dt>2030-05-06</Dt></BookgDt></Ntry>"
)
# Longer than what is booked at once.
LONG = STATEMENTS[-1].replace(b"</Stmt>", ENTRY * 600 + b"</Stmt>", 1)
MAPPINGS = {
    "/v1/imports": b'{"company": "Company name", "phone": "Phone Number"}',
    "/v1/bank-statements": b'{"date": "date", "amount": "amount"}',
}
# What parsers stumble over, beside noise.
TOKENS = [
    b"\0", b"\xff\xfe", b'"', b"\n", b";", b",", b"<", b"</row>", b"<row>", b"&a;", b"<!DOCTYPE a>", b"NaN",
    b"Infinity", b"1e999", b"-0", b"9" * 400, b'r="!!"', b'r="ZZZZZZ9"', b'r="999999999"', b't="s"', b't="d"',
    b"]]>", b"PK\x03\x04", "²".encode(), b"9" * 5_000, b"\r", b"0000-00-00", b"9999999999999999.99", b"\x1a",
    b'<?xml version="1.0" encoding="utf-7"?>', b"<![CDATA[", b"&#xd800;", b"_xD800_", b"\xf0\x9f\x98\x80",
    b"PK\x06\x06", b"\xd0\xcf\x11\xe0", b"=1+1", "ї".encode("cp1251"), b"\xed\xa0\x80", b"x" * 5_000,
    b"<Ntry>", b"</Ntry>", b"[" * 60, b"{" * 60, b"\\ud800", b":", b"}",
]  # fmt: skip
# How a file is sent on: in other encodings, packed, folded.
DRESSES: list[Callable[[bytes], bytes]] = [
    lambda content: b"\xef\xbb\xbf" + content,
    lambda content: content.decode("utf-8", "replace").encode("utf-16"),
    lambda content: content.decode("utf-8", "replace").encode("utf-16-le"),
    lambda content: content.decode("utf-8", "replace").encode("utf-32"),
    lambda content: content.decode("utf-8", "replace").encode("cp1251", "replace"),
    gzip.compress,
    lambda content: content.replace(b"\n", b"\r"),
    lambda content: content.replace(b"\n", b" "),
    lambda content: content.replace(b"\n", b"," * 1_500 + b"\n"),
    lambda content: b'"' + content,
    lambda content: content * 2,
    lambda content: content[: len(content) // 2],
    lambda _: b"",
]
NAMES = ["f", "../../etc/passwd", "a\nb\r\nc.csv", "x" * 3_000, "\u202efdp.csv", 'a"b;c.xlsx', "\0", "ї.csv"]


def _workbook(table: bytes) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in table.decode().splitlines():
        book.active.append(line.split(","))
    book.active.append([7, 1.5, True, datetime(2020, 5, 6)])
    book.save(out)
    return out.getvalue()


def _parts(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


WORKBOOKS = {table: _workbook(table) for table in (LEADS, CUSTOMERS)}
PARTS = {table: _parts(workbook) for table, workbook in WORKBOOKS.items()}


@dataclass(frozen=True)
class Mutant:
    """A file with the form it is sent with; `leads` says that it is tier 1's."""

    number: int
    path: str
    leads: bool
    name: str
    content: bytes
    form: dict[str, str] = field(default_factory=dict)


def damaged(chance: random.Random, content: bytes) -> bytes:
    """Cut, put between, or put over, up to six times."""
    for _ in range(chance.randint(1, 6)):
        at, cut = chance.randint(0, len(content)), chance.choice([0, 0, 1, 4, 40])
        put = chance.choice(TOKENS) if chance.random() < 0.6 else chance.randbytes(chance.randint(0, 12))
        content = content[:at] + put + content[at + cut :]
    return content


def _damaged_workbook(chance: random.Random, table: bytes) -> bytes:
    """One with a damaged part, or a damaged archive."""
    if chance.random() < 0.15:
        return damaged(chance, WORKBOOKS[table])
    part = chance.choice(["xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml", *PARTS[table]])
    out = io.BytesIO()
    packing = chance.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2])
    with zipfile.ZipFile(out, "w", packing) as made:
        for name, content in PARTS[table].items():
            with made.open(name, "w", force_zip64=chance.random() < 0.2) as entry:
                entry.write(damaged(chance, content) if name == part else content)
    return out.getvalue()


def _damaged_text(chance: random.Random, content: bytes) -> bytes:
    content = damaged(chance, content)
    return chance.choice(DRESSES)(content) if chance.random() < 0.3 else content


def mutant(seed: int, number: int) -> Mutant:
    """File `number` of a seed."""
    chance = random.Random(f"{seed}:{number}")
    leads, name = chance.random() < 0.5, chance.choice(NAMES)
    table, region = LEADS if leads else CUSTOMERS, {"default_region": "UA", "dry_run": chance.choice(["true", "false"])}
    kind = chance.choices(["workbook", "table", "statement", "mapping"], [3, 4, 4, 1])[0]
    if kind == "workbook":
        return Mutant(number, "/v1/imports", leads, name, _damaged_workbook(chance, table), region)
    if kind == "table":
        return Mutant(number, "/v1/imports", leads, name, _damaged_text(chance, table), region)
    if kind == "statement":
        content = LONG if chance.random() < 0.05 else chance.choice(STATEMENTS)
        return Mutant(number, "/v1/bank-statements", False, name, _damaged_text(chance, content))
    path = "/v1/imports" if leads else "/v1/bank-statements"
    mapping = {"mapping": damaged(chance, MAPPINGS[path]).decode("utf-8", "replace")}
    if leads:
        return Mutant(number, path, leads, name, LEADS, region | mapping)
    return Mutant(number, path, leads, name, STATEMENTS[0], mapping)
