"""What every tier's own tables hold of a person: mails, work, answers under way and kept. Erased by the lead's id."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection

# Facts of work that say nothing of a person: ids, counts and codes.
_HARMLESS = [
    "attempt", "callback", "campaign_id", "deal_id", "discount_percent", "inbound_call_id", "invoice_id", "level",
    "number", "offer_id", "open_amount", "order_id", "run_id", "script_id", "way",
]  # fmt: skip


async def erase_traces(conn: Connection, lead_ids: Sequence[str], *, keep: Sequence[str] = ()) -> None:
    """Erase these leads' mails, the texts of their work, and their messages and kept answers.

    Mails that wait are withdrawn. Rows of the outbox go, also those set aside, but signals and reports named in `keep`:
    money that is on its way reaches its ledger. Kept answers lose their contact card and still answer a repetition.
    """
    ids = list(lead_ids)
    await _erase_mails(conn, ids)
    await conn.execute("UPDATE operator_acts SET reason = 'erased' WHERE lead_id = ANY($1::uuid[])", ids)
    await conn.execute(
        """UPDATE work_items SET payload = (SELECT coalesce(jsonb_object_agg(key, value), '{}')
                                              FROM jsonb_each(payload) WHERE key = ANY($2))
            WHERE lead_id = ANY($1::uuid[])""",
        ids,
        _HARMLESS,
    )
    await conn.execute(
        """DELETE FROM outbox WHERE split_part(workflow_id, ':', 2) = ANY($1::text[])
              AND NOT coalesce(signal, activity, '') = ANY($2)""",
        ids,
        list(keep),
    )
    # What is kept names nobody: a sale may carry the card that its manager corrected.
    await conn.execute(
        """UPDATE outbox SET payload = payload #- '{order,contact}'
            WHERE split_part(workflow_id, ':', 2) = ANY($1::text[]) AND payload #> '{order,contact}' IS NOT NULL""",
        ids,
    )
    await conn.execute(
        """DELETE FROM idempotency_keys WHERE EXISTS (
               SELECT FROM unnest($1::text[]) id WHERE position(convert_to(id, 'UTF8') IN body) > 0)""",
        ids,
    )
    await conn.execute(
        """UPDATE effects SET answer = jsonb_set(answer, '{contact}',
                  jsonb_build_object('lead_id', answer #> '{contact,lead_id}', 'company', 'erased'))
            WHERE answer #>> '{contact,lead_id}' = ANY($1::text[])""",
        ids,
    )


async def _erase_mails(conn: Connection, ids: list[str]) -> None:
    # A key may have been made with the address in it.
    await conn.execute(
        """UPDATE mails SET recipient = '', reply_to = NULL, subject = 'erased', body = '', attachments = '[]',
                  last_error = NULL, withdrawn_why = CASE WHEN state = 'queued' THEN 'erased' END,
                  withdrawn_at = CASE WHEN state = 'queued' THEN now() ELSE withdrawn_at END,
                  key = CASE WHEN strpos(key, '@') > 0 THEN 'erased:' || id ELSE key END,
                  state = CASE WHEN state = 'queued' THEN 'withdrawn' ELSE state END,
                  closed_at = coalesce(closed_at, now())
            WHERE lead_id = ANY($1::uuid[])""",
        ids,
    )
    # What they wrote goes; that this mail came stays, or a server that sends it again would bring it back.
    await conn.execute(
        """UPDATE inbound_mails SET raw = NULL, sender = '', sender_name = '', subject = '', body = '', whole = '',
                  files = '[]', trouble = NULL WHERE lead_id = ANY($1::uuid[])""",
        ids,
    )
    await conn.execute("DELETE FROM mail_addresses WHERE lead_id = ANY($1::uuid[])", ids)
