"""The records that reports are measured on: a year of work at a million leads, 200,000 deals and 100,000 customers."""

from __future__ import annotations

import asyncpg

from bench import card, deals

LEADS, DEALS, ORDERS = 1_000_000, 200_000, 1_000_000
CALLERS, DAYS = 40, 300

_TIER_1 = (
    """INSERT INTO callers (id, name, daily_quota)
       SELECT 'caller-' || n, 'Caller ' || n, 80 FROM generate_series(0, 39) n ON CONFLICT DO NOTHING""",
    """INSERT INTO campaigns (id, name, state, created_by)
       SELECT gen_random_uuid(), 'Campaign ' || n, 'running', 'bench' FROM generate_series(1, 12) n""",
    """INSERT INTO scripts (id, name, version, body, created_by)
       SELECT gen_random_uuid(), 'Spring freight', 100 + n,
              '{"start": "a", "nodes": {"a": {"kind": "end", "text": "Hello"}}}', 'bench'
         FROM generate_series(1, 4) n""",
    # Leads come in weekly files, and four in ten have been called, three times each: in a shift, but one call of twenty
    # in the hour after it. On each day every caller calls for every campaign.
    """INSERT INTO leads (id, company, source, created_at, campaign_id, stage)
       SELECT gen_random_uuid(), 'Company ' || n, 'import',
              now() - ((n::bigint * 7919) % 300 + 1)::int * interval '1 day',
              (SELECT array_agg(id ORDER BY id) FROM campaigns)[abs(hashtext(n::text)) % 12 + 1],
              CASE WHEN n % 10 < 4 THEN 'resting' ELSE 'new' END
         FROM generate_series(1, {leads}) n""",
    # Row by row, what is kept of each lead would take most of the time of the filling.
    "ALTER TABLE calls DISABLE TRIGGER USER",
    "ALTER TABLE lead_history DISABLE TRIGGER USER",
    """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, path, script_id, shift_id, at,
                          talk_seconds)
       SELECT gen_random_uuid(), gen_random_uuid(), l.id, l.campaign_id, k,
              'caller-' || abs(hashtext(l.id::text || k)) % 40,
              CASE WHEN k < 3 THEN (ARRAY['no_answer', 'busy', 'voicemail', 'callback'])[l.n % 4 + 1]
                   ELSE (ARRAY['not_interested', 'not_interested', 'no_answer', 'callback', 'wrong_number',
                               'not_interested', 'no_answer', 'interested', 'do_not_call',
                               'hard_question'])[l.n % 10 + 1]
              END, '{a}', (SELECT array_agg(id ORDER BY id) FROM scripts)[l.n % 4 + 1], NULL,
              s.begins + CASE WHEN (l.n + k) % 20 = 0 THEN interval '8 hours' + (l.n % 3600) * interval '1 second'
                              ELSE (l.n * 7919 % 28800) * interval '1 second' END, l.n % 300
         FROM (SELECT *, row_number() OVER () AS n FROM leads WHERE stage = 'resting') l
        CROSS JOIN generate_series(1, 3) k
        CROSS JOIN LATERAL (SELECT now() - day * interval '1 day' - interval '9 hours' AS begins
                              FROM extract(day FROM now() - l.created_at - (k * k) * interval '1 day') day
                             WHERE day >= 0) s""",
    """INSERT INTO lead_history (lead_id, at, tier, stage, key)
       SELECT lead_id, at + interval '30 minutes', 'conversion', 'accepted', 'bench:a:' || id FROM calls
        WHERE outcome IN ('interested', 'hard_question') AND hashtext(id::text) % 10 <> 0""",
    """INSERT INTO lead_history (lead_id, at, tier, stage, key)
       SELECT lead_id, at + interval '20 days', 'conversion', 'won', 'bench:w:' || id FROM calls
        WHERE outcome IN ('interested', 'hard_question') AND hashtext(id::text) % 5 = 0
          AND at < now() - interval '20 days'""",
    "ALTER TABLE calls ENABLE TRIGGER USER",
    "ALTER TABLE lead_history ENABLE TRIGGER USER",
    # Days that the worker sealed meanwhile, while nothing marked them.
    "DELETE FROM sealed_days",
    "ANALYZE",
    "CALL count_all_leads()",
    """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at, signed_off_at)
       SELECT gen_random_uuid(), 'caller-' || n, at, at + interval '8 hours', at, at + interval '8 hours'
         FROM generate_series(0, 39) n, LATERAL (SELECT now() - d * interval '1 day' - interval '9 hours' AS at
                                                   FROM generate_series(0, 299) d) days""",
    # As autovacuum leaves records that were written in the course of a year.
    "VACUUM (ANALYZE)",
)
_TIER_2 = (
    """WITH made AS (SELECT id AS deal, gen_random_uuid() AS item, lead_id, owner, offered_at FROM deals
                     WHERE owner IS NOT NULL),
       items AS (INSERT INTO work_items (id, kind, key, workflow_id, lead_id, assignee, state, closed_at)
                 SELECT item, 'hand_over', 'bench:' || item, 'conversion:' || lead_id, lead_id, owner, 'done', now()
                   FROM made RETURNING id)
       INSERT INTO hand_overs (item_id, deal_id, number, reason, manager, priority, routing, state, offered_at,
                               accept_by, answered_at, answered_by, decline_reason)
       SELECT item, deal, 1, CASE WHEN hashtext(deal::text) % 5 = 0 THEN 'hard_question' ELSE 'interested' END, owner,
              5, '{"manager": null, "why": "bench", "considered": []}',
              CASE WHEN hashtext(item::text) % 8 = 0 THEN 'declined' ELSE 'accepted' END, offered_at,
              offered_at + interval '30 minutes',
              offered_at + (abs(hashtext(item::text)) % 5400) * interval '1 second', owner,
              CASE WHEN hashtext(item::text) % 8 = 0 THEN 'no time in the next hours' END FROM made""",
    """INSERT INTO meetings (id, deal_id, manager, starts_at, ends_at, kind, state, created_by, created_at)
       SELECT gen_random_uuid(), id, owner, offered_at + interval '2 days', offered_at + interval '50 hours', 'online',
              CASE WHEN hashtext(id::text) % 6 = 0 THEN 'no_show' ELSE 'held' END, owner, offered_at + interval '1 day'
         FROM deals WHERE owner IS NOT NULL AND hashtext(id::text) % 3 = 0""",
    """INSERT INTO timeline (id, deal_id, at, by, kind, text, data)
       SELECT gen_random_uuid(), id, offered_at + k * interval '2 days', owner, 'stage', 'moved',
              jsonb_build_object('to', (ARRAY['informing', 'qualified', 'meeting', 'offer'])[k])
         FROM deals CROSS JOIN generate_series(1, 4) k
        WHERE owner IS NOT NULL AND k <= 1 + abs(hashtext(id::text)) % 4""",
    """INSERT INTO commissions (id, key, deal_id, lead_id, sale_id, person, role, kind, base, percent, amount, currency,
                                policy_version, at, month)
       SELECT gen_random_uuid(), kind || ':' || role || ':' || d.id, d.id, lead_id, d.id,
              CASE role WHEN 'closed' THEN owner ELSE 'caller-' || abs(hashtext(d.id::text)) % 40 END, role, kind,
              value, 5, 50, 'UAH', 1, closed_at, to_char(closed_at, 'YYYY-MM')
         FROM deals d, (VALUES ('sourced'), ('closed')) r (role), (VALUES ('accrued'), ('vested')) k (kind)
        WHERE stage = 'won'""",
    "VACUUM (ANALYZE)",
)
_TIER_3 = (
    """INSERT INTO first_purchases (customer_id, product_id, placed_at, began_at, net, currency)
       SELECT o.customer_id, l.product_id, min(o.placed_at), min(min(o.placed_at)) OVER (PARTITION BY o.customer_id),
              500, 'UAH' FROM orders o JOIN order_lines l ON l.order_id = o.id GROUP BY 1, 2""",
    """INSERT INTO nudges (item_id, customer_id, number, opened_at, answer_by, outcome, answered_by, answered_at)
       SELECT gen_random_uuid(), id, k + 10, now() - (k * 30) * interval '1 day',
              now() - (k * 30 - 2) * interval '1 day',
              (ARRAY['ordered', 'later', 'not_now', 'not_now', 'ordered'])[k % 5 + 1], account_manager,
              now() - (k * 30 - 1) * interval '1 day'
         FROM customers CROSS JOIN generate_series(1, 3) k WHERE hashtext(id::text) % 2 = 0""",
    """INSERT INTO held_out (customer_id, number, at)
       SELECT id, k, now() - (k * 30) * interval '1 day' FROM customers CROSS JOIN generate_series(1, 3) k
        WHERE hashtext(id::text) % 10 = 0""",
    """UPDATE customers SET state = 'lost', lost_at = now() - (abs(hashtext(id::text)) % 300) * interval '1 day'
        WHERE abs(hashtext(id::text)) % 8 = 3""",
    "VACUUM (ANALYZE)",
)


async def fill(tier: str, conn: asyncpg.Connection, share: float = 1.0) -> None:
    """A year of records of this tier, or a share of it."""
    await conn.execute("SET statement_timeout = 0")
    if tier == "lead_gen":
        for statement in _TIER_1:
            await conn.execute(statement.replace("{leads}", str(round(LEADS * share))))
        return
    if tier == "conversion":
        await deals.fill(conn, round(DEALS * share))
    else:
        await card.fill(conn, round(ORDERS * share))
    for statement in _TIER_2 if tier == "conversion" else _TIER_3:
        await conn.execute(statement)
