"""A lead is found by a part of its company's name, as somebody types it, in any locale of the database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

# What the index of names was first made with (0080_name_letters.sql): it still holds if every letter is still the same.
FIRST = r"""SELECT string_agg(to_hex(code), ' ') FROM generate_series(1, 131071) AS code,
    LATERAL (SELECT chr(code) AS letter, 'й' || chr(code) AS among) AS said,
    LATERAL (SELECT translate(lower(letter COLLATE pg_c_utf8), $1, $2) AS letter, 'i' AS first) AS was
  WHERE code NOT BETWEEN 55296 AND 57343
    AND (name_letters(said.letter) <> was.letter OR name_letters(said.among) <> was.first || was.letter)"""
FROM = "абвгґдеєёжзиіїйклмнопрстуфхцчшщьюяыэъąćęłńóśźżáčďéěíňřšťúůýžäöüß’ʼ‘ʹ′`´＇"
INTO = "abvhgdeeejzyiiiklmnoprstufxccssqyqyeqacelnoszzacdeeinrstuuyzaous''''''''"
COMPANIES = ("ТОВ «Їжак і Ґава»", "Żółw Sp. z o.o.", "Кам’янка-Транс", "100% Вантаж", "A_B \\ Freight", "Steel House")


@pytest_asyncio.fixture
async def database(fresh_database: FreshDatabase) -> str:
    return await fresh_database("lead_gen_names", tier=Tier.LEAD_GEN, policy="demo")


@pytest_asyncio.fixture
async def register(database: str) -> AsyncIterator[Tier1]:
    async with tier_1(database) as tier:
        for number, company in enumerate(COMPANIES):
            lead = {"company": company, "phones": [f"+38044123880{number}"]}
            (await tier.http.post("/v1/leads", json=lead)).raise_for_status()
        yield tier


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        *(("їжак", 0), ("ЇЖАК", 0), ("ґав", 0), ("ЖАК І ҐА", 0), ("żÓŁW", 1), ("żółw sp", 1)),
        *(("кам'ян", 2), ("КАМ’ЯНКА-Т", 2), ("камʼянка", 2), ("0% в", 3), ("_b \\", 4), ("steel", 5), ("EEL HO", 5)),
        *(("зжак", None), ("игава", None), ("zolw", None), ("%", 3), ("ste_l", None), ("\\", 4)),
    ],
)
async def test_a_lead_is_found_by_a_part_of_its_name(register: Tier1, typed: str, found: int | None) -> None:
    answer = await register.http.get("/v1/leads", params={"q": typed})
    names = [one["company"] for one in answer.raise_for_status().json()["items"]]
    assert names == ([] if found is None else [COMPANIES[found]])


async def test_names_in_cyrillic_are_found_by_an_index(database: str) -> None:
    conn = await asyncpg.connect(database)
    await conn.execute("SET enable_seqscan = off")
    asked = "EXPLAIN SELECT FROM leads l WHERE name_letters(l.company) LIKE name_letters('%їжак%')"
    plan = "\n".join(row[0] for row in await conn.fetch(asked))
    await conn.close()
    assert "leads_name" in plan and "%ijak%" in plan


async def test_every_letter_is_what_the_index_of_names_was_made_with(database: str) -> None:
    conn = await asyncpg.connect(database)
    other = await conn.fetchval(FIRST, FROM, INTO)
    await conn.close()
    assert len(FROM) == len(INTO)
    assert other is None
