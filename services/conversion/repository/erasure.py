"""Erasing people: texts and contact data go from the records, facts and figures stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.deals import Deal

_OF_DEALS = "deal_id IN (SELECT id FROM deals WHERE lead_id = ANY($1::uuid[]))"
_STATEMENTS = (
    """UPDATE deals SET contact = jsonb_build_object('lead_id', lead_id, 'company', 'erased'), contact_changes = '{}',
              question = NULL,
              needs = NULL, wished_meeting = NULL, story = '[]', qualification = NULL,
              next_action = CASE WHEN next_action IS NOT NULL THEN 'erased' END,
              lost_reason = CASE WHEN lost_reason IS NOT NULL THEN coalesce(loss_code, 'erased') END,
              updated_at = now()
        WHERE lead_id = ANY($1::uuid[])""",
    f"""UPDATE hand_overs SET question = NULL, needs = NULL, story = '[]',
               decline_reason = CASE WHEN decline_reason IS NOT NULL THEN 'erased' END WHERE {_OF_DEALS}""",  # noqa: S608 - a constant
    f"UPDATE timeline SET text = 'erased', data = '{{}}' WHERE {_OF_DEALS}",  # noqa: S608 - a constant
    f"""UPDATE meetings SET place = NULL, note = NULL, message_to_customer = NULL
         WHERE lead_id = ANY($1::uuid[]) OR {_OF_DEALS}""",  # noqa: S608 - a constant
    # What was ordered from the catalogue is a figure; what somebody wrote by hand may name them.
    f"""UPDATE offers SET lines = (SELECT coalesce(jsonb_agg(
               CASE WHEN line ->> 'product_id' IS NULL THEN line || '{{"description": "erased"}}' ELSE line END
               ORDER BY position), '[]') FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (line, position))
        WHERE {_OF_DEALS}""",  # noqa: S608 - a constant
    """UPDATE published_answers SET question = 'erased', answer = 'erased', question_key = 'erased'
        WHERE lead_id = ANY($1::uuid[])""",
    """UPDATE playbook_steps SET text = 'erased', result = CASE WHEN result IS NOT NULL THEN 'erased' END
        WHERE run_id IN (SELECT id FROM playbook_runs WHERE lead_id = ANY($1::uuid[]))""",
    """UPDATE playbook_runs SET reason = CASE WHEN reason IS NOT NULL THEN 'erased' END
        WHERE lead_id = ANY($1::uuid[])""",
)


async def remember(conn: Connection, lead_ids: Sequence[str], at: datetime) -> None:
    """Keep that these leads were erased."""
    await conn.execute(
        "INSERT INTO erased_leads (lead_id, erased_at) SELECT unnest($1::uuid[]), $2 ON CONFLICT DO NOTHING",
        list(lead_ids),
        at,
    )


async def is_erased(conn: Connection, lead_id: str) -> bool:
    """Whether this lead was erased: nothing of it is written down any more."""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM erased_leads WHERE lead_id = $1)", lead_id))


async def erase(conn: Connection, lead_ids: Sequence[str]) -> list[Deal]:
    """Erase these leads from all records; their deals, locked, as they are now."""
    ids = list(lead_ids)
    await conn.execute("SELECT FROM deals WHERE lead_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", ids)
    for statement in _STATEMENTS:
        await conn.execute(statement, ids)
    return Deal.of_all(await conn.fetch("SELECT * FROM deals WHERE lead_id = ANY($1::uuid[]) ORDER BY id", ids))
