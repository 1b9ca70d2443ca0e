"""Erasure of a lead's personal data: nothing of this tier keeps it but the do-not-call ledger."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection
from services.chassis.erasure import erase_traces

_PERSONAL = (
    "contact_name",
    "email",
    "industry",
    "size",
    "region",
    "city",
    "website",
    "tax_id",
    "zones",
    "timezone_from",
    "language_from",
)


async def family(conn: Connection, lead_id: str) -> list[str]:
    """The lead and everything that was ever merged into it."""
    rows = await conn.fetch(
        """WITH RECURSIVE part AS (
               SELECT id FROM leads WHERE id = $1
               UNION SELECT l.id FROM leads l JOIN part ON l.merged_into = part.id)
           SELECT id FROM part""",
        lead_id,
    )
    return [row["id"] for row in rows]


async def erase(conn: Connection, lead_ids: Sequence[str]) -> int:
    """Erase the personal data of these leads; returns how many ledger entries stay for their numbers.

    Records stay as bare facts (a call, its time and outcome), so figures do not change.
    """
    ids = list(lead_ids)
    phones = [row["phone"] for row in await conn.fetch("SELECT phone FROM lead_phones WHERE lead_id = ANY($1)", ids)]
    kept = int(await conn.fetchval("SELECT count(*) FROM do_not_call WHERE phone = ANY($1)", phones) or 0)
    await _erase_rejected_rows(conn, ids, phones)
    for table in ("lead_phones", "lead_keys", "lead_blocks", "import_merges", "call_drafts"):
        await conn.execute(f"DELETE FROM {table} WHERE lead_id = ANY($1)", ids)  # noqa: S608 - tables and columns named here
    await conn.execute("DELETE FROM lead_merges WHERE kept = ANY($1) OR gone = ANY($1)", ids)
    await conn.execute(
        f"""UPDATE leads SET company = 'erased', {", ".join(f"{name} = NULL" for name in _PERSONAL)}, updated_at = now()
             WHERE id = ANY($1)""",  # noqa: S608 - tables and columns named here
        ids,
    )
    await conn.execute(
        """UPDATE calls SET note = NULL, reason = NULL, question = NULL, needs = NULL, path = '{}'
            WHERE lead_id = ANY($1)""",
        ids,
    )
    await conn.execute("UPDATE calls SET dialled = NULL WHERE lead_id = ANY($1)", ids)
    await conn.execute("UPDATE dials SET phone = '', reason = NULL WHERE lead_id = ANY($1)", ids)
    await conn.execute("UPDATE inbound_calls SET phone = '', note = NULL WHERE lead_id = ANY($1)", ids)
    await conn.execute("UPDATE answers SET question = 'erased', answer = 'erased' WHERE lead_id = ANY($1)", ids)
    await erase_traces(conn, ids)
    return kept


async def _erase_rejected_rows(conn: Connection, ids: list[str], phones: list[str]) -> None:
    """Rejected rows belong to no lead; they are found by their contents."""
    emails = await conn.fetch("SELECT lower(email) AS email FROM leads WHERE id = ANY($1) AND email IS NOT NULL", ids)
    await conn.execute(
        """UPDATE import_rows SET original = NULL, reason = 'erased'
            WHERE verdict = 'rejected' AND original IS NOT NULL AND (
                  regexp_replace(original::text, '\\D', '', 'g') LIKE ANY($1)
                  OR lower(original::text) LIKE ANY($2))""",
        [f"%{phone[-9:]}%" for phone in phones],
        ["%" + row["email"].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%" for row in emails],
    )
