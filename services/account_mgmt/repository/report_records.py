"""The records behind each figure of the reports, by the conditions that the figures are counted by."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.report_records import WITHIN_DAYS, Figure, Narrowed, RecordPage, RecordRow
from services.chassis.db import Connection

PAGE = 50
AGE = """CASE WHEN i.due_at >= now() THEN 'not_yet' WHEN i.due_at > (SELECT now() - interval '31 days') THEN '1-30'
              WHEN i.due_at > (SELECT now() - interval '61 days') THEN '31-60'
              WHEN i.due_at > (SELECT now() - interval '91 days') THEN '61-90' ELSE 'over 90' END"""
# $1 and $2 are the period, $3 the account manager, $4 the outcome, source, product or age that counts.
_ANY = "($3::text IS NULL OR true) AND ($4::text IS NULL OR true)"
_NO_MATTER = "($1::timestamptz IS NULL OR true) AND ($2::timestamptz IS NULL OR true)"
_MINE = "($3::text IS NULL OR c.account_manager = $3) AND ($4::text IS NULL OR true)"
# Whose customer it is, is asked only where somebody's records are wanted: to join all customers took longest of all.
_THEIRS = "($3::text IS NULL OR {row}.customer_id IN (SELECT id FROM customers WHERE account_manager = $3))"
_NUDGES = f"""SELECT n.item_id AS id, n.opened_at AS at, n.customer_id, n.answered_by AS person,
                     coalesce(n.outcome, 'unanswered') AS note FROM nudges n
               WHERE n.opened_at >= $1 AND n.opened_at < $2 AND {_THEIRS.format(row="n")}
                 AND ($4::text IS NULL OR coalesce(n.outcome, 'unanswered') = $4) AND {{which}}"""  # noqa: S608 - constants
_AFTER_NUDGE = f"""EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = n.customer_id AND o.state = 'placed'
                   AND o.contract_id IS NULL AND o.placed_at >= n.opened_at
                   AND o.placed_at < n.opened_at + make_interval(days => {WITHIN_DAYS})
                   -- So that the orders of the time can be read once, rather than those of each customer.
                   AND o.placed_at >= $1 AND o.placed_at < $2 + make_interval(days => {WITHIN_DAYS}))"""  # noqa: S608 - a constant
_HELD = f"""SELECT md5(h.customer_id::text || h.number)::uuid AS id, h.at, h.customer_id, NULL::text AS person,
                   ''::text AS note FROM held_out h
             WHERE h.at >= $1 AND h.at < $2 AND {{which}} AND {_ANY}"""  # noqa: S608 - constants
_ORDERED_THEN = f"""o.state = 'placed' AND o.contract_id IS NULL AND o.placed_at >= h.at
                    AND o.placed_at < h.at + make_interval(days => {WITHIN_DAYS})"""
_AFTER_HELD = f"""(EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = h.customer_id AND {_ORDERED_THEN})
                   OR h.customer_id IN (SELECT id FROM customers WHERE merged_into IS NOT NULL)
                  AND EXISTS (
                     WITH RECURSIVE gone AS (
                       SELECT merged_into AS kept FROM customers WHERE id = h.customer_id AND merged_into IS NOT NULL
                       UNION SELECT k.merged_into FROM gone g JOIN customers k ON k.id = g.kept
                        WHERE k.merged_into IS NOT NULL)
                     SELECT 1 FROM gone g JOIN orders o ON o.customer_id = g.kept WHERE {_ORDERED_THEN}))"""  # noqa: S608 - constants
_CUSTOMERS = """SELECT c.id, {at} AS at, c.id AS customer_id, c.account_manager AS person, c.state AS note
                  FROM customers c WHERE {which}"""
# What was bought before has no number of ours.
_NUMBER = "CASE WHEN o.source = 'import' THEN 'import' ELSE o.number END"
_ORDERS = f"""SELECT o.id, o.placed_at AS at, o.customer_id, o.placed_by AS person, {_NUMBER} AS note
                FROM orders o
               WHERE o.state = 'placed' AND o.placed_at >= $1 AND o.placed_at < $2 AND {_THEIRS.format(row="o")}
                 AND ($4::text IS NULL OR true)"""  # noqa: S608 - constants
_FIRST = """SELECT md5(f.customer_id::text || f.product_id)::uuid AS id, f.placed_at AS at, f.customer_id,
                   NULL::text AS person, p.name AS note
              FROM first_purchases f LEFT JOIN products p ON p.id = f.product_id
             WHERE f.placed_at >= $1 AND f.placed_at < $2 AND f.placed_at > f.began_at AND {which}"""
_OWED = f"""SELECT i.id, i.due_at AS at, i.customer_id, c.account_manager AS person, i.number AS note
              FROM invoices i JOIN customers c ON c.id = i.customer_id
             WHERE i.state = 'open' AND {_NO_MATTER} AND {{which}}"""  # noqa: S608 - constants

_SOURCES: dict[Figure, str] = {
    "nudged": _NUDGES.format(which="true"),
    "nudged_ordered": _NUDGES.format(which=_AFTER_NUDGE),
    "held_out": _HELD.format(which="true"),
    "held_out_ordered": _HELD.format(which=_AFTER_HELD),
    "outcome": _NUDGES.format(which="true"),
    "customers": _CUSTOMERS.format(
        at="c.created_at", which=f"c.state NOT IN ('lost', 'cancelled') AND {_NO_MATTER} AND {_MINE}"
    ),
    "at_risk": _CUSTOMERS.format(at="c.created_at", which=f"c.state = 'at_risk' AND {_NO_MATTER} AND {_MINE}"),
    "lost": _CUSTOMERS.format(
        at="c.lost_at", which=f"c.lost_at >= $1 AND c.lost_at < $2 AND c.merged_into IS NULL AND {_MINE}"
    ),
    "there": _CUSTOMERS.format(
        at="c.created_at",
        which=f"""c.created_at < $1 AND ($2::timestamptz IS NULL OR true) AND c.state <> 'cancelled'
                  AND (c.lost_at IS NULL OR c.lost_at >= $1) AND {_MINE}""",
    ),
    "left_in": _CUSTOMERS.format(
        at="c.lost_at",
        which=f"""c.lost_at >= $1 AND c.lost_at < $2 AND c.created_at < $1 AND c.state <> 'cancelled' AND {_MINE}""",
    ),
    "came": _CUSTOMERS.format(
        at="c.created_at",
        which=f"""c.created_at >= $1 AND c.created_at < $2 AND c.state <> 'cancelled' AND c.merged_into IS NULL
                  AND {_MINE}""",
    ),
    "nudges": _NUDGES.format(which="true"),
    "in_time": _NUDGES.format(which="n.answered_at <= n.answer_by"),
    "after_nudge": _NUDGES.format(which="n.order_id IS NOT NULL"),
    "orders": _ORDERS,
    "cross_sold": _FIRST.format(which=_THEIRS.format(row="f") + " AND ($4::text IS NULL OR true)"),
    "ordered": f"""SELECT o.id, o.placed_at AS at, o.customer_id, o.placed_by AS person, {_NUMBER} AS note FROM orders o
                   WHERE o.state = 'placed' AND o.placed_at >= $1 AND o.placed_at < $2 AND $3::text IS NULL
                     AND o.source || ':' || o.currency = $4""",  # noqa: S608 - a constant
    "taken": _FIRST.format(which="$3::text IS NULL AND f.product_id = $4"),
    "refused": """SELECT md5(r.customer_id::text || r.product_id)::uuid AS id, r.created_at AS at, r.customer_id,
                         r.recorded_by AS person, r.reason AS note FROM never_offer r
                   WHERE r.created_at >= $1 AND r.created_at < $2 AND $3::text IS NULL AND r.product_id = $4""",
    "needs": """SELECT e.id, e.created_at AS at, e.customer_id, e.recorded_by AS person, e.text AS note FROM needs e
                 WHERE e.created_at >= $1 AND e.created_at < $2 AND $3::text IS NULL AND e.product_id = $4""",
    "owed": _OWED.format(which=f"$3::text IS NULL AND {AGE} || ':' || i.currency = $4"),
    "late_of": _OWED.format(
        which="""i.due_at < now() AND coalesce(c.account_manager, '-') = $3 AND ($4::text IS NULL OR i.currency = $4)"""
    ),
}


async def read_page(
    conn: Connection, figure: Figure, wanted: Narrowed, after: tuple[datetime, str] | None
) -> RecordPage:
    """The records, the latest first; `after` is the last of the page before."""
    asked = (wanted.start, wanted.end, wanted.person, wanted.value)
    total = await conn.fetchval(f"SELECT count(*) FROM ({_SOURCES[figure]}) found", *asked)  # noqa: S608 - named above
    found = await conn.fetch(
        f"""SELECT f.id, f.at, f.customer_id, f.note, c.contact->>'company' AS company,
                   coalesce(m.name, s.name, f.person) AS person
              FROM (SELECT * FROM ({_SOURCES[figure]}) found
                     WHERE $5::timestamptz IS NULL OR (at, id) < ($5, $6::uuid)
                     ORDER BY at DESC, id DESC LIMIT $7) f
              LEFT JOIN customers c ON c.id = f.customer_id LEFT JOIN account_managers m ON m.id = f.person
              LEFT JOIN person_names s ON s.person = f.person
             ORDER BY f.at DESC, f.id DESC""",  # noqa: S608 - named above
        *asked,
        *(after or (None, None)),
        PAGE + 1,
    )
    rows = RecordRow.of_all(found)
    following = (rows[PAGE - 1].at, rows[PAGE - 1].id) if len(rows) > PAGE else None
    return RecordPage(total, rows[:PAGE], following)
