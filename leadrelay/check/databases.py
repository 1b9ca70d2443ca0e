"""Gathering from the tiers' databases: one read-only snapshot of each, every statement with a deadline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

from leadrelay.backup.marks import MARKS
from leadrelay.check.facts import (
    AccountMgmtFacts,
    Campaign,
    ConversionFacts,
    Customer,
    DeadMessage,
    Deal,
    FailedImport,
    InboundCall,
    Item,
    Lead,
    LeadGenFacts,
    Restored,
    Row,
    Series,
    Sums,
    Won,
)
from services.account_mgmt.repository import ended as account_mgmt_ended
from services.chassis import db
from services.chassis.db import Connection
from services.chassis.ended import MOST, read_ended
from services.chassis.records import Record
from services.conversion.domain.commission_ledger import Difference
from services.conversion.repository import commissions
from services.conversion.repository import ended as conversion_ended
from services.conversion.repository.commission_books import read_books
from services.conversion.repository.policies import policies
from services.lead_gen.repository import ended as lead_gen_ended

STATEMENT_SECONDS = 60
_SALES_AT_ONCE = 500
_OVER = {
    "lead_gen": lead_gen_ended.OVER,
    "conversion": conversion_ended.OVER,
    "account_mgmt": account_mgmt_ended.OVER,
}
One = TypeVar("One", bound=Record)

_ITEMS = "SELECT id, kind, workflow_id, lead_id FROM work_items WHERE state IN ('open', 'leased') ORDER BY id"
_OUTBOX = """
SELECT id, event_id, workflow_id, coalesce(signal, workflow, activity) AS what, state, last_error AS error,
       extract(epoch FROM now() - created_at)::float8 AS age,
       ARRAY(SELECT DISTINCT (regexp_matches(concat_ws(' ', workflow_id, event_id, search_attributes->>'Lead',
                 payload->>'lead_id', payload->>'customer_id', start_input->>'lead_id', start_input->>'customer_id'),
                 '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'g'))[1]) AS leads
  FROM outbox WHERE state IN ('pending', 'dead') ORDER BY id
"""
_DOUBLED = "SELECT key FROM mails GROUP BY key HAVING count(*) > 1 ORDER BY key LIMIT 100"
_FAILED_IMPORTS = """
SELECT id, error FROM imports WHERE state = 'failed' AND created_at > now() - interval '30 days' ORDER BY created_at
"""
_DEAD_MESSAGES = """
SELECT d.id, d.webhook_id, m.type, d.last_error AS error FROM webhook_deliveries d
  JOIN webhook_messages m ON m.id = d.message_id WHERE d.state = 'dead' ORDER BY d.id LIMIT 200
"""
_LEADS = """
SELECT id, tier, stage, owner, workflow_id FROM leads
 WHERE (tier = 'lead_gen' AND stage = 'calling')
    OR (tier <> 'lead_gen' AND stage NOT IN ('lost', 'do_not_call', 'cancelled', 'erased', 'merged'))
 ORDER BY id
"""
_PASSED_ON = """
SELECT c.id, c.lead_id, c.at FROM inbound_calls c
  JOIN outbox o ON o.event_id = 'inbound:' || c.id AND o.state = 'delivered'
  JOIN leads l ON l.id = c.lead_id AND l.stage NOT IN ('do_not_call', 'cancelled', 'erased')
 WHERE c.at > now() - interval '1 day' ORDER BY c.id
"""
_HEARD = """
SELECT payload->>'inbound_call_id' AS id FROM work_items
 WHERE kind = 'inbound' AND opened_at > now() - interval '2 days' AND payload ? 'inbound_call_id'
"""
_OFFERED = """
SELECT lead_id, max(opened_at) AS at FROM work_items
 WHERE kind = 'hand_over' AND opened_at > now() - interval '2 days' GROUP BY lead_id
"""
_DEALS = "SELECT id, lead_id, workflow_id, stage, owner FROM deals WHERE stage NOT IN ('won', 'lost') ORDER BY id"
_WON = "SELECT id AS deal_id, lead_id FROM deals WHERE stage = 'won' ORDER BY id"
_CUSTOMERS = """
SELECT id, state, account_manager, imported_by IS NOT NULL AND care_opened_at IS NULL AS waits
  FROM customers WHERE state IN ('active', 'at_risk', 'opted_out') ORDER BY id
"""
_ORDERED = "SELECT deal_id, count(*) AS orders FROM orders WHERE deal_id IS NOT NULL GROUP BY deal_id"
# A number belongs to the series that its counter made: the counter's text is the number's beginning. Numbers that were
# passed over when a series was moved on are no gap: who did it, when and why is written down.
_SERIES = """
WITH numbers AS (
    SELECT number, '' AS kind FROM invoices UNION ALL SELECT number, 'CN' FROM credit_notes
    UNION ALL SELECT number, 'SO' FROM orders WHERE imported_by IS NULL),
counted AS (
    SELECT c.entity, c.kind, c.year, c.last, n.number,
           substring(n.number FROM '[0-9]+$')::bigint AS count
      FROM counters c
      LEFT JOIN numbers n ON n.kind = c.kind
       AND n.number LIKE c.entity || CASE WHEN c.kind = '' THEN '' ELSE '-' || c.kind END || '-' || c.year || '-%'),
series AS (
    SELECT entity, kind, year, last, count(number)::int AS given, greatest(last, max(count))::int AS highest,
           array_remove(array_agg(count), NULL) AS counts
      FROM counted GROUP BY entity, kind, year, last)
SELECT entity, kind, year, last, given + passed.numbers AS used,
       ARRAY(SELECT g FROM generate_series(1, highest) g
              WHERE NOT g = ANY(counts)
                AND NOT EXISTS (SELECT FROM number_starts s
                                 WHERE (s.entity, s.kind, s.year) = (t.entity, t.kind, t.year)
                                   AND g >= s.was AND g < s.next_number) LIMIT 20) AS missing
  FROM series t, LATERAL (
    SELECT count(*)::int AS numbers FROM number_starts s, generate_series(s.was, s.next_number - 1) g
     WHERE (s.entity, s.kind, s.year) = (t.entity, t.kind, t.year) AND NOT g = ANY(counts)) passed
 ORDER BY entity, kind, year
"""
# Only what the ledger hears of: orders of the organisation, not those that an import brought.
_BOOKED = """
SELECT coalesce(o.deal_id, o.id::text) AS sale_id, max(i.customer_id::text) AS lead_id,
       sum(i.paid + i.written_off) AS paid, sum(i.refunded) AS refunded,
       sum(CASE WHEN o.state = 'cancelled' THEN 0 ELSE i.credited END) AS credited
  FROM invoices i JOIN orders o ON o.id = i.order_id WHERE o.imported_by IS NULL GROUP BY 1
"""
_REPORTED = """
SELECT sale_id, max(lead_id::text) AS lead_id,
       coalesce(sum(CASE kind WHEN 'paid' THEN amount ELSE -amount END) FILTER (WHERE kind IN ('paid', 'reversed')), 0)
           AS paid,
       coalesce(sum(amount) FILTER (WHERE kind = 'refunded'), 0) AS refunded,
       CASE WHEN bool_or(kind = 'cancelled') THEN 0
            ELSE coalesce(sum(amount) FILTER (WHERE kind = 'credited'), 0) END AS credited
  FROM commission_events GROUP BY sale_id
"""


@asynccontextmanager
async def _snapshot(dsn: str) -> AsyncIterator[Connection]:
    settings = {"application_name": "leadrelay check", "statement_timeout": f"{STATEMENT_SECONDS}s", "timezone": "UTC"}
    conn = await asyncpg.connect(dsn, timeout=10, server_settings=settings)
    try:
        await db.init_connection(conn)
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            yield conn
    finally:
        await conn.close(timeout=5)


async def _all(conn: Connection, record: type[One], sql: str) -> list[One]:
    return record.of_all(await conn.fetch(sql))


async def _of_any_tier(conn: Connection, *, imports: bool) -> dict[str, Any]:
    """What is the same in every tier's database."""
    return {
        "items": await _all(conn, Item, _ITEMS),
        "outbox": await _all(conn, Row, _OUTBOX),
        "mails": await conn.fetchval("SELECT count(*) FROM mails"),
        "doubled": [row["key"] for row in await conn.fetch(_DOUBLED)],
        "restored": await _all(conn, Restored, MARKS),
        "failed_imports": await _all(conn, FailedImport, _FAILED_IMPORTS) if imports else [],
        "dead_messages": await _all(conn, DeadMessage, _DEAD_MESSAGES),
    }


async def lead_gen(dsn: str) -> LeadGenFacts:
    """Tier 1's facts. Raises what PostgreSQL raises."""
    async with _snapshot(dsn) as conn:
        campaigns = "SELECT id, state FROM campaigns WHERE state IN ('running', 'paused') ORDER BY id"
        return LeadGenFacts(
            leads=await _all(conn, Lead, _LEADS),
            campaigns=await _all(conn, Campaign, campaigns),
            passed_on=await _all(conn, InboundCall, _PASSED_ON),
            **await _of_any_tier(conn, imports=True),
        )


async def conversion(dsn: str) -> ConversionFacts:
    """Tier 2's facts. Raises what PostgreSQL raises."""
    async with _snapshot(dsn) as conn:
        sales, lacking = await _ledger(conn)
        return ConversionFacts(
            deals=await _all(conn, Deal, _DEALS),
            won=await _all(conn, Won, _WON),
            heard=frozenset(row["id"] for row in await conn.fetch(_HEARD)),
            offered={row["lead_id"]: row["at"] for row in await conn.fetch(_OFFERED)},
            sales=sales,
            lacking=lacking,
            reported={one.sale_id: one for one in await _all(conn, Sums, _REPORTED)},
            **await _of_any_tier(conn, imports=False),
        )


async def _ledger(conn: Connection) -> tuple[int, Mapping[str, list[Difference]]]:
    """How many sales there are, and what the ledger lacks for which of them by their events."""
    found: dict[str, list[Difference]] = {}
    zone, first_open = (await policies.rules(conn)).zone, await commissions.first_open(conn)
    count, after = 0, None
    while sale_ids := await commissions.sale_ids(conn, _SALES_AT_ONCE, after):
        books = await read_books(conn, sale_ids)
        lacking = {sale_id: book.lacking(zone, first_open) for sale_id, book in books.items()}
        found |= {sale_id: lacks for sale_id, lacks in lacking.items() if lacks}
        count, after = count + len(sale_ids), sale_ids[-1]
    return count, found


async def account_mgmt(dsn: str) -> AccountMgmtFacts:
    """Tier 3's facts. Raises what PostgreSQL raises."""
    async with _snapshot(dsn) as conn:
        return AccountMgmtFacts(
            customers=await _all(conn, Customer, _CUSTOMERS),
            ordered={row["deal_id"]: row["orders"] for row in await conn.fetch(_ORDERED)},
            heard=frozenset(row["id"] for row in await conn.fetch(_HEARD)),
            series=await _all(conn, Series, _SERIES),
            booked={one.sale_id: one for one in await _all(conn, Sums, _BOOKED)},
            **await _of_any_tier(conn, imports=True),
        )


async def over(dsns: Mapping[str, str], workflow_ids: Sequence[str]) -> frozenset[str]:
    """Of these workflows, those whose record is over and for which nothing waits. Raises what PostgreSQL raises."""
    found: set[str] = set()
    for tier, statement in _OVER.items() if workflow_ids else ():
        async with _snapshot(dsns[tier]) as conn:
            for start in range(0, len(workflow_ids), MOST):
                found |= await read_ended(conn, statement, workflow_ids[start : start + MOST])
    return frozenset(found)
