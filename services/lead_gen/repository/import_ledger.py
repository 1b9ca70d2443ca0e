"""The do-not-call ledger, filled by files: many numbers at once."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection
from services.lead_gen.domain.import_do_not_call import Forbidden


async def forbid(conn: Connection, found: Sequence[Forbidden], by: str) -> list[str]:
    """Enter these numbers; the ones that were not in force before. A ban that was lifted is not renewed by its file."""
    rows = await conn.fetch(
        """WITH given AS (
               SELECT DISTINCT ON (phone) * FROM unnest($1::text[], $2::text[], $3::text[]) AS g (phone, basis, proof)
                ORDER BY phone, proof),
           entered AS (
               INSERT INTO do_not_call (phone, scope, basis, proof, by)
               SELECT phone, 'phone', basis, proof, $4 FROM given
               ON CONFLICT (phone) DO UPDATE
                  SET scope = excluded.scope, basis = excluded.basis, proof = excluded.proof, withdrawn_at = NULL,
                      times = do_not_call.times + 1
                WHERE do_not_call.withdrawn_at IS NOT NULL AND do_not_call.proof IS DISTINCT FROM excluded.proof
               RETURNING phone, basis, proof)
           INSERT INTO do_not_call_history (phone, action, scope, basis, proof, by)
           SELECT phone, 'forbidden', 'phone', basis, proof, $4 FROM entered RETURNING phone""",
        [one.phone for one in found],
        [one.basis for one in found],
        [one.proof for one in found],
        by,
    )
    return [row["phone"] for row in rows]


async def now_forbidden(conn: Connection, phones: Sequence[str]) -> list[str]:
    """The leads of these numbers that the ledger leaves no number to be called by."""
    rows = await conn.fetch(
        """SELECT DISTINCT p.lead_id FROM lead_phones p JOIN leads l ON l.id = p.lead_id
            WHERE p.phone = ANY($1) AND l.stage NOT IN ('do_not_call', 'erased', 'merged')
              AND NOT EXISTS (
                  SELECT FROM lead_phones o WHERE o.lead_id = p.lead_id AND NOT o.bad AND NOT EXISTS (
                      SELECT FROM do_not_call d
                       WHERE d.phone IN (o.phone, split_part(o.phone, ';', 1)) AND d.withdrawn_at IS NULL))
            ORDER BY p.lead_id""",
        list(phones),
    )
    return [row["lead_id"] for row in rows]


async def close_idle(conn: Connection, lead_ids: Sequence[str], key: str) -> list[str]:
    """Move those of these leads that nobody works on to do_not_call, with their history; returns the others."""
    rows = await conn.fetch(
        """WITH moved AS (
               UPDATE leads SET stage = 'do_not_call', register_at = clock_timestamp(), updated_at = now(),
                      next_call_at = NULL
                WHERE id = ANY($1::uuid[]) AND tier = 'lead_gen' AND workflow_id IS NULL RETURNING id, register_at)
           INSERT INTO lead_history (lead_id, at, tier, stage, owner, key)
           SELECT id, register_at, 'lead_gen', 'do_not_call', NULL, 'do-not-call:' || id || ':' || $2 FROM moved
           ON CONFLICT (key) DO NOTHING RETURNING lead_id""",
        list(lead_ids),
        key,
    )
    done = {row["lead_id"] for row in rows}
    return [lead_id for lead_id in lead_ids if lead_id not in done]
