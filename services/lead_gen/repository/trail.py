"""What tier 1's audit is read from, beside operators' acts and policies."""

from __future__ import annotations

from services.chassis.person_names import NAMES

PARTS = (
    """SELECT at, 'audit:' || id, action, by, lead_id, CASE WHEN rows IS NOT NULL AND action = 'export'
              THEN rows::text END, coalesce(facts->>'reason', facts->>'basis'), '{}'::text[] FROM audit""",
    """SELECT created_at, 'criteria:' || id, 'criteria', created_by, NULL::uuid, name || ' ' || version, NULL::text,
              '{}'::text[] FROM criteria""",
    """SELECT created_at, 'script:' || id, 'script', created_by, NULL::uuid, name || ' ' || version, NULL::text,
              '{}'::text[] FROM scripts""",
    """SELECT at, 'instruction:' || instruction_id || ':' || version, 'instruction', by, NULL::uuid,
              title || ' ' || version, NULL::text, '{}'::text[] FROM instruction_versions""",
    """SELECT created_at, 'campaign:' || id, 'campaign', created_by, NULL::uuid, name, NULL::text, '{}'::text[]
         FROM campaigns""",
    """SELECT created_at, 'import:' || id, 'import', created_by, NULL::uuid, filename, NULL::text, '{}'::text[]
         FROM imports WHERE NOT dry_run""",
    """SELECT at, 'merge:' || id, 'merge', by, kept, NULL::text, NULL::text, '{}'::text[] FROM lead_merges""",
)
PEOPLE = f"SELECT id, name FROM callers UNION ALL {NAMES}"  # noqa: S608 - a constant
LEADS = "SELECT id, company FROM leads"
