"""What tier 3's audit is read from, beside operators' acts and policies."""

from __future__ import annotations

from services.chassis.person_names import NAMES

PARTS = (
    """SELECT created_at, 'mail:' || kind || ':' || language || ':' || version, 'template', created_by, NULL::uuid,
              kind || ' ' || language || ' ' || version, NULL::text, '{}'::text[] FROM mail_templates""",
    """SELECT set_at, 'number:' || entity || ':' || kind || ':' || year || ':' || next_number, 'numbers', set_by,
              NULL::uuid, entity || ' ' || kind || ' ' || year, reason, '{}'::text[] FROM number_starts""",
    """SELECT at, 'merge:' || id, 'merge', by, kept, NULL::text, NULL::text, '{}'::text[] FROM customer_merges""",
    """SELECT erased_at, 'erasure:' || customer_id, 'erase', by, customer_id, NULL::text, NULL::text, '{}'::text[]
         FROM erasures""",
)
PEOPLE = f"SELECT id, name FROM account_managers UNION ALL SELECT person, name FROM supervisors UNION ALL {NAMES}"  # noqa: S608 - a constant
LEADS = "SELECT id, contact->>'company' FROM customers"
