"""What tier 2's audit is read from, beside operators' acts and policies."""

from __future__ import annotations

from services.chassis.person_names import NAMES

PARTS = (
    """SELECT created_at, 'template:' || name || ':' || language || ':' || version, 'template', created_by, NULL::uuid,
              name || ' ' || language || ' ' || version, NULL::text, '{}'::text[] FROM templates""",
    """SELECT created_at, 'playbook:' || id, 'playbook', created_by, NULL::uuid, name || ' ' || version, NULL::text,
              '{}'::text[] FROM playbooks""",
    """SELECT a.created_at, 'absence:' || a.id, 'absence', a.created_by, NULL::uuid, coalesce(m.name, a.manager),
              nullif(a.reason, ''), '{}'::text[]
         FROM absences a LEFT JOIN managers m ON m.id = a.manager WHERE a.created_by <> a.manager""",
)
PEOPLE = f"SELECT id, name FROM managers UNION ALL {NAMES}"  # noqa: S608 - a constant
LEADS = "SELECT lead_id, contact->>'company' FROM deals"
