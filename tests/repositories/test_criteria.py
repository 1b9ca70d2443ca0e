"""A rule means the same in Python and in PostgreSQL, whatever the lead and whatever the letters."""

from __future__ import annotations

import secrets
import sys
import unicodedata
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.chassis.db import Pool, create_pool, new_id
from services.lead_gen.domain.criteria import Rule, RuleSet
from services.lead_gen.domain.criteria_fields import KINDS, OPS, TIERS, fold
from services.lead_gen.repository import criteria, leads
from services.lead_gen.repository.criteria_sql import folded_sql, rule_to_sql, to_sql
from services.lead_gen.repository.enrolment import CANDIDATES
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier

# Letters whose cases are irregular, both apostrophes, and what a plain lower case or casefold would get wrong.
LETTERS = "abİIıßẞſΣσςǅŉКйЇїґҐ'’ʼ ́éÉ%_\\🚚"
TEXTS = ("industry", "size", "region", "city", "contact_name", "email", "website")
texts = st.text(alphabet=LETTERS, min_size=1, max_size=4)
maybe = st.none() | st.just("") | texts
numbers = st.integers(-3, 3) | st.sampled_from([0.1, 0.30000000000000004, 2.5, -0.0, 1e-7])


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    field = draw(st.sampled_from([*TEXTS, "tier", "stage", "score", "attempts", "rounds", "created", "last_contact",
                                  "has_email", "do_not_call"]))  # fmt: skip
    kind = KINDS[field]
    op = draw(st.sampled_from(OPS[kind]))
    one = st.sampled_from(TIERS) if field == "tier" else texts
    value: Any
    if op == "is_null" or kind == "bool":
        value = draw(st.booleans())
    elif kind == "number":
        value = draw(numbers)
    else:
        value = draw(st.lists(one, min_size=1, max_size=3)) if op == "in" else draw(one)
    return Rule(field=field, op=op, value=value)


companies = st.fixed_dictionaries(
    {
        **dict.fromkeys(TEXTS, maybe),
        "tier": st.sampled_from(TIERS),
        "stage": st.sampled_from(["new", "resting"]),
        "score": st.decimals(-3, 3, places=7) | st.just(Decimal("0.1")) | st.just(Decimal("0.3")),
        "attempts": st.integers(0, 3),
        "rounds": st.integers(0, 3),
    }
)
ledgers = st.sampled_from([None, "phone", "company", "lifted"])


@pytest_asyncio.fixture(scope="module")
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    made = await create_pool(await fresh_database("criteria", tier=Tier.LEAD_GEN), application_name="tests")
    yield made
    await made.close()


async def _write(conn: Any, company: dict[str, Any], ledger: str | None, days: list[int | None]) -> str:
    phone = f"+380{secrets.randbelow(10**9):09d}"
    lead_id = await leads.insert(conn, {"company": "Company"}, [phone], "manual")
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(company, start=2))
    await conn.execute(f"UPDATE leads SET {sets} WHERE id = $1", lead_id, *company.values())
    created, contact = (None if day is None else timedelta(days=day, hours=5) for day in days)
    await conn.execute(
        "UPDATE leads SET created_at = now() - $2::interval, last_contact_at = now() - $3::interval WHERE id = $1",
        lead_id, created, contact,
    )  # fmt: skip
    if ledger:
        await conn.execute(
            "INSERT INTO do_not_call (phone, scope, by, withdrawn_at) VALUES ($1, $2, 'x', $3::timestamptz)",
            phone, "phone" if ledger == "lifted" else ledger,
            await conn.fetchval("SELECT now()") if ledger == "lifted" else None,
        )  # fmt: skip
    return lead_id


@given(
    body=st.builds(RuleSet, include=st.lists(rules(), max_size=3), exclude=st.lists(rules(), max_size=2)),
    company=companies,
    ledger=ledgers,
    created=st.integers(0, 3),
    contact=st.none() | st.integers(0, 3),
)
@example(
    body=RuleSet(include=[Rule(field="city", op="eq", value="Кам'янець")]),
    company={"city": "КАМ’ЯНЕЦЬ"}, ledger=None, created=0, contact=None,
)  # fmt: skip
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_a_rule_says_the_same_in_python_and_in_postgresql(
    pool: Pool, body: RuleSet, company: dict[str, Any], ledger: str | None, created: int, contact: int | None
) -> None:
    async with pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        try:
            lead_id = await _write(conn, company, ledger, [created, contact])
            facts = await criteria.facts(conn, lead_id)
            for _, rule in body.named():
                condition, value = rule_to_sql(rule, 2)
                selected = await conn.fetchval(f"SELECT {condition} FROM leads l WHERE l.id = $1", lead_id, value)
                assert bool(selected) is rule.holds(facts), (rule, facts)
            condition, values = to_sql(body, 2)
            taken = await conn.fetchval(f"SELECT {condition} FROM leads l WHERE l.id = $1", lead_id, *values)
            assert bool(taken) is body.takes(facts)
        finally:
            await transaction.rollback()


async def test_every_letter_is_folded_alike(pool: Pool) -> None:
    # What is unassigned or anybody's own is folded by nobody.
    letters = [chr(n) for n in range(1, sys.maxunicode + 1) if unicodedata.category(chr(n)) not in ("Cn", "Co", "Cs")]
    rows = await pool.fetch(
        f"SELECT c, {folded_sql('c', apostrophes=True)} AS folded FROM unnest($1::text[]) c", letters
    )
    # Only letters of recent years, which one of the two Unicode tables does not know yet.
    other = [row["c"] for row in rows if fold(row["c"]) != row["folded"]]
    assert all(unicodedata.ucd_3_2_0.category(letter) == "Cn" for letter in other), other
    assert len(other) < 100, len(other)


async def test_the_last_contact_is_the_last_answered_call(pool: Pool) -> None:
    async with pool.acquire() as conn:
        lead_id = await leads.insert(conn, {"company": "Company"}, ["+380441230001"], "manual")
        other = await leads.insert(conn, {"company": "Other"}, ["+380441230002"], "manual")
        add = """INSERT INTO calls (id, item_id, lead_id, attempt, caller, outcome, at)
                 VALUES ($1, $2, $3, 1, 'anna', $4, now() - $5::interval) RETURNING id"""
        await conn.fetchval(add, new_id(), new_id(), lead_id, "no_answer", timedelta(days=1))
        assert (await criteria.facts(conn, lead_id))["last_contact"] is None
        answered = await conn.fetchval(add, new_id(), new_id(), lead_id, "callback", timedelta(days=4, hours=1))
        await conn.fetchval(add, new_id(), new_id(), lead_id, "not_interested", timedelta(days=9))
        assert (await criteria.facts(conn, lead_id))["last_contact"] == 4
        await conn.execute("UPDATE calls SET lead_id = $2 WHERE id = $1", answered, other)
        assert (await criteria.facts(conn, lead_id))["last_contact"] == 9
        assert (await criteria.facts(conn, other))["last_contact"] == 4


@given(ledger=ledgers, second=ledgers, bad=st.tuples(st.booleans(), st.booleans()))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_nobody_who_could_be_enrolled_is_forbidden_by_the_ledger(
    pool: Pool, ledger: str | None, second: str | None, bad: tuple[bool, bool]
) -> None:
    async with pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        try:
            lead_id = await _write(conn, {"stage": "new"}, ledger, [0, None])
            await leads.add_phones(conn, lead_id, ["+380670000001"])
            if second:
                await conn.execute(
                    """INSERT INTO do_not_call (phone, scope, by, withdrawn_at)
                       VALUES ('+380670000001', $1, 'x', CASE WHEN $2 THEN now() END)""",
                    "phone" if second == "lifted" else second, second == "lifted",
                )  # fmt: skip
            for position, is_bad in enumerate(bad, start=1):
                await conn.execute(
                    "UPDATE lead_phones SET bad = $3 WHERE lead_id = $1 AND position = $2", lead_id, position, is_bad
                )
            could = await conn.fetchval(f"SELECT count(*) {CANDIDATES.format(condition='l.id = $1')}", lead_id)
            forbidden = (await criteria.facts(conn, lead_id))["do_not_call"]
            assert not (could and forbidden)
            # Nobody else is left out either: who is not forbidden and has a working number is a candidate.
            assert bool(could) == (not forbidden and not all(bad))
        finally:
            await transaction.rollback()
