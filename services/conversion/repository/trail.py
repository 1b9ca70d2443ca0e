"""What tier 2's audit is read from, beside operators' acts and policies."""

from __future__ import annotations

from services.chassis.person_names import NAMES

PARTS = (
    """SELECT created_at, 'template:' || name || ':' || language || ':' || version, 'template', created_by, NULL::uuid,
              name || ' ' || language || ' ' || version, NULL::text, '{}'::text[] FROM templates""",
    """SELECT created_at, 'playbook:' || id, 'playbook', created_by, NULL::uuid, name || ' ' || version, NULL::text,
              '{}'::text[] FROM playbooks""",
    """SELECT created_at, 'absence:' || id, 'absence', created_by, NULL::uuid, manager, nullif(reason, ''),
              '{}'::text[] FROM absences WHERE created_by <> manager""",
)
PEOPLE = f"SELECT id, name FROM managers UNION ALL {NAMES}"  # noqa: S608 - a constant
