"""What row-level security would cost: `python -m bench.row_security [LEADS]`.

The same requests of a supervisor and a caller on the register, as they are, and with the policy that ADR 16 weighs:
person and role are set in the request's transaction, and a caller sees the leads whose lease they hold. The limit is
the request without a policy, in the same run and in turn with it. Starts a PostgreSQL of its own.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

import asyncpg

from bench.claims import line, ratio
from bench.register import fill
from services.chassis.db import Connection, init_connection
from services.chassis.migrate import migrate
from services.lead_gen.domain.leads import LeadFilter
from services.lead_gen.repository import leads
from tests.fixtures.postgres_server import postgres_server

LEADS = 200_000
ROUNDS = 200
WHO = "SELECT set_config('leadrelay.role', $1, true), set_config('leadrelay.person', $2, true)"
# One database and two logins, so that both find the same pages in the cache.
POLICIES = """
CREATE ROLE plain LOGIN BYPASSRLS; CREATE ROLE guarded LOGIN;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO plain, guarded;
ALTER TABLE leads ENABLE ROW LEVEL SECURITY;
ALTER TABLE lead_phones ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON leads USING (
    current_setting('leadrelay.role', true) IN ('supervisor', 'ops')
    OR EXISTS (SELECT 1 FROM work_items w WHERE w.lead_id = leads.id AND w.state = 'leased'
                  AND w.leased_by = current_setting('leadrelay.person', true)));
CREATE POLICY seen ON lead_phones USING (
    current_setting('leadrelay.role', true) IN ('supervisor', 'ops')
    OR EXISTS (SELECT 1 FROM work_items w WHERE w.lead_id = lead_phones.lead_id AND w.state = 'leased'
                  AND w.leased_by = current_setting('leadrelay.person', true)));
"""
LEASE = """
INSERT INTO work_items (id, kind, key, workflow_id, lead_id, state, leased_by, lease_token, lease_until)
VALUES (gen_random_uuid(), 'call', 'bench', 'bench', $1, 'leased', 'anna', 1, now() + interval '1 hour')
"""
Request = Callable[[Connection], Awaitable[object]]


async def timed(conn: Connection, role: str, request: Request, *, guarded: bool) -> float:
    """Milliseconds of one request; with the policy it needs a transaction that says who asks."""
    began = time.perf_counter()
    if guarded:
        async with conn.transaction():
            await conn.execute(WHO, role, "anna")
            await request(conn)
    else:
        await request(conn)
    return (time.perf_counter() - began) * 1000


async def compare(name: str, role: str, request: Request, plain: Connection, guarded: Connection) -> None:
    """Print the request with and without the policy, measured in turn."""
    limit, took = [], []
    for _ in range(ROUNDS):
        limit.append(await timed(plain, role, request, guarded=False))
        took.append(await timed(guarded, role, request, guarded=True))
        if sum(took) > 30_000 and len(took) > 10:
            break
    print(line(f"{name}, as it is", limit))
    print(line(f"{name}, guarded", took), f" ratio {ratio(took, limit)}  (+{_more(took, limit):.2f} ms)")


def _more(took: list[float], limit: list[float]) -> float:
    return statistics.median(took) - statistics.median(limit)


async def _as(dsn: str, role: str) -> Connection:
    conn = await asyncpg.connect(dsn, user=role, server_settings={"jit": "off"})
    await init_connection(conn)
    return conn


async def run(dsn: str, count: int) -> None:
    """Fill a register and measure."""
    await migrate(dsn, "services.chassis.migrations", "services.lead_gen.migrations")
    owner = await asyncpg.connect(dsn)
    await fill(owner, 0, count)
    one = await owner.fetchval("SELECT id FROM leads ORDER BY created_at, id OFFSET $1 LIMIT 1", count // 2)
    phone = await owner.fetchval("SELECT phone FROM lead_phones WHERE lead_id = $1", one)
    company = await owner.fetchval("SELECT company FROM leads WHERE id = $1", one)
    await owner.execute(LEASE, one)
    await owner.execute(POLICIES)
    await owner.execute("ANALYZE")
    plain, guarded = await _as(dsn, "plain"), await _as(dsn, "guarded")
    page, named = LeadFilter(), LeadFilter(q=company)
    await compare("one lead, supervisor", "supervisor", lambda conn: leads.get(conn, one), plain, guarded)
    await compare("one lead, caller", "caller", lambda conn: leads.get(conn, one), plain, guarded)
    await compare("lead of a number", "supervisor", lambda conn: leads.find_by_phone(conn, phone), plain, guarded)
    await compare("first page", "supervisor", lambda c: leads.page(c, page, limit=51, after=None), plain, guarded)
    await compare("search by name", "supervisor", lambda c: leads.page(c, named, limit=51, after=None), plain, guarded)
    await compare("names that are alike", "supervisor", lambda conn: _alike(conn, company), plain, guarded)


async def _alike(conn: Connection, company: str) -> object:
    """What an import asks for every new company."""
    return await conn.fetch("SELECT id FROM leads WHERE company % $1 LIMIT 5", company)


def main() -> None:
    """Run."""
    with postgres_server() as dsn:
        asyncio.run(run(dsn, int(sys.argv[1]) if len(sys.argv) > 1 else LEADS))


if __name__ == "__main__":
    main()
