"""How long a live count of criteria takes on a register of a million leads: `python -m bench.criteria [LEADS]`.

The limit is one pass over the bare table, on the same machine in the same run.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from services.chassis.db import Connection, create_pool
from services.chassis.migrate import migrate
from services.lead_gen.domain.criteria import RuleSet
from services.lead_gen.repository import criteria, enrolment
from tests.fixtures.postgres_server import postgres_server

ROUNDS = 5
LEDGER_SHARE = 50  # every n-th lead has a number on the ledger
CASES: dict[str, RuleSet] = {
    "no rules": RuleSet(),
    "one text": RuleSet.model_validate({"include": [{"field": "industry", "op": "eq", "value": "Галузь 3"}]}),
    "five rules": RuleSet.model_validate(
        {
            "include": [
                {"field": "industry", "op": "in", "value": [f"галузь {n}" for n in range(10)]},
                {"field": "size", "op": "eq", "value": "11-50"},
                {"field": "has_email", "op": "eq", "value": True},
            ],
            "exclude": [
                {"field": "last_contact", "op": "lte", "value": 30},
                {"field": "company", "op": "contains", "value": "фоп"},
            ],
        }
    ),
    "do not call": RuleSet.model_validate({"exclude": [{"field": "do_not_call", "op": "eq", "value": True}]}),
}
FILL = (
    """INSERT INTO leads (id, company, email, industry, size, region, city, score, stage, last_contact_at, created_at)
       SELECT gen_random_uuid(), 'ТОВ Компанія ' || n, CASE n % 7 WHEN 0 THEN 'a' || n || '@example.ua' END,
              'Галузь ' || n % 20, (ARRAY['1-10', '11-50', '51-200'])[1 + n % 3], 'Область ' || n % 25,
              'Місто ' || n % 300, n % 1000, CASE n % 5 WHEN 0 THEN 'calling' ELSE 'new' END,
              CASE n % 4 WHEN 0 THEN now() - n % 400 * interval '1 day' END, now() - n % 700 * interval '1 day'
         FROM generate_series(1, $1::int) n""",
    """INSERT INTO lead_phones (phone, lead_id, bad)
       SELECT '+380' || lpad(row_number() OVER ()::text, 9, '0'), id, row_number() OVER () % 40 = 0 FROM leads""",
    f"""INSERT INTO do_not_call (phone, scope, by)
        SELECT phone, 'company', 'x' FROM lead_phones WHERE right(phone, 6)::int % {LEDGER_SHARE} = 0""",
)


async def _milliseconds(do: Callable[[], Awaitable[object]]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await do()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


async def _measure(conn: Connection, leads: int) -> None:
    bare = await _milliseconds(lambda: conn.fetchval("SELECT count(*) FROM leads WHERE score >= 0"))
    print(f"{leads:,} leads; one pass over the bare table: {bare:.0f} ms")
    for name, rules in CASES.items():
        counted = await _milliseconds(lambda rules=rules: criteria.counts(conn, rules))  # type: ignore[misc]
        first = await _milliseconds(lambda rules=rules: enrolment.sample(conn, rules, 10))  # type: ignore[misc]
        _, matching, _ = await criteria.counts(conn, rules)
        print(f"{name:12} {matching:9,} match; count with each rule alone {counted:5.0f} ms; sample {first:5.1f} ms")
    sizes = await conn.fetch(
        """SELECT relname, pg_size_pretty(pg_relation_size(oid)) AS size FROM pg_class
            WHERE relname IN ('leads', 'lead_phones', 'leads_unscored', 'lead_phones_working', 'leads_to_enrol')
            ORDER BY relname"""
    )
    print(", ".join(f"{row['relname']} {row['size']}" for row in sizes))


async def _run(dsn: str, leads: int) -> None:
    await migrate(dsn, "services.chassis.migrations", "services.lead_gen.migrations")
    pool = await create_pool(dsn, application_name="bench", statement_timeout_ms=300_000)
    async with pool.acquire() as conn:
        for statement in FILL:
            await conn.execute(statement, *([leads] if "$1" in statement else []))
        await conn.execute("VACUUM (ANALYZE) leads, lead_phones, do_not_call")
        await _measure(conn, leads)
    await pool.close()


def main() -> None:
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with postgres_server() as dsn:
        asyncio.run(_run(dsn, leads))


if __name__ == "__main__":
    main()
