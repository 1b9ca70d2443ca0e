"""What a database that is brought back to an earlier time must know of it, and what may not be forgotten with the rest.

Since the backup people said no, numbers went out on invoices, mails were sent, and reports came from other tiers. What
the replaced database still knows of that is carried over; the rest is made harmless, or told to whoever restores.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.chassis.db import Connection
from workflows.contracts import queues
from workflows.contracts.base import Tier

# A report may have been on its way for a while before the other tier wrote down what it says.
_REPORTS_BEFORE = timedelta(hours=1)

# What was on its way at the time of the backup has arrived since, or not: Temporal is asked before it is sent again.
# Reports carry keys, so they are simply sent.
_LOOK_FIRST = "UPDATE outbox SET tried = activity IS NULL, claimed_until = NULL WHERE state = 'pending'"
_HOLD_MAILS = """
UPDATE mails SET state = 'failed', closed_at = now(),
       last_error = 'the database was restored from a backup: this mail may have been sent since'
 WHERE state = 'queued' AND next_at <= now() RETURNING id
"""
_AGAIN = """
UPDATE outbox SET state = 'pending', tried = false, attempts = 0, claimed_until = NULL, next_at = now(),
       delivered_at = NULL
 WHERE activity IS NOT NULL AND state = 'delivered' AND task_queue = $1 AND delivered_at >= $2 RETURNING id
"""
_STOPPED = """
INSERT INTO public.mail_addresses (address, state, reason, lead_id, since)
SELECT address, state, reason, lead_id, since FROM {old}.mail_addresses WHERE since > $1 ON CONFLICT DO NOTHING
RETURNING address
"""
_FORBIDDEN = """
INSERT INTO public.do_not_call AS known (phone, scope, basis, proof, by, at, withdrawn_at, times)
SELECT phone, scope, basis, proof, by, at, withdrawn_at, times FROM {old}.do_not_call was
 WHERE NOT EXISTS (SELECT FROM public.do_not_call same
                    WHERE same.phone = was.phone AND (same.at, same.withdrawn_at, same.times)
                          IS NOT DISTINCT FROM (was.at, was.withdrawn_at, was.times))
    ON CONFLICT (phone) DO UPDATE SET scope = excluded.scope, basis = excluded.basis, proof = excluded.proof,
       by = excluded.by, at = excluded.at, withdrawn_at = excluded.withdrawn_at, times = excluded.times
RETURNING phone
"""
_SAID = """
INSERT INTO public.do_not_call_history (phone, action, scope, basis, proof, by, at)
SELECT phone, action, scope, basis, proof, by, at FROM {old}.do_not_call_history WHERE at > $1 ORDER BY id
"""
_ERASED = "SELECT DISTINCT lead_id::text FROM {old}.audit WHERE action = 'erase' AND at > $1 AND lead_id IS NOT NULL"
_OFFERS = """
INSERT INTO public.counters AS known (name, value) SELECT name, value FROM {old}.counters
    ON CONFLICT (name) DO UPDATE SET value = greatest(known.value, excluded.value)
"""
# Numbers that went out since the backup are never given again: the series goes on behind them, and says why.
_MOVED = """
WITH ahead AS (
    SELECT was.entity, was.kind, was.year, was.last, coalesce(now.last, 0) AS known
      FROM {old}.counters was LEFT JOIN public.counters now USING (entity, kind, year)
     WHERE was.last > coalesce(now.last, 0) AND was.entity IN (SELECT id FROM public.legal_entities)),
moved AS (
    INSERT INTO public.counters AS known (entity, kind, year, last) SELECT entity, kind, year, last FROM ahead
        ON CONFLICT (entity, kind, year) DO UPDATE SET last = excluded.last)
INSERT INTO public.number_starts (entity, kind, year, next_number, was, reason, set_by)
SELECT entity, kind, year, last + 1, known + 1, $1, 'leadrelay restore' FROM ahead
    ON CONFLICT DO NOTHING RETURNING entity, kind, year, was, next_number
"""
_LAST = "SELECT entity, kind, year, last FROM counters ORDER BY year DESC, entity, kind"
_SERIES = {"": "invoice", "CN": "credit note", "SO": "order"}


async def hold_back(conn: Connection) -> list[str]:
    """Let nothing leave a second time that left since the backup; what a person decides, in words."""
    await conn.execute(_LOOK_FIRST)
    held = len(await conn.fetch(_HOLD_MAILS))
    if not held:
        return []
    return [f"{held} mail(s) were queued in the backup and may have been sent since: GET /v1/mails?state=failed, and "
            "POST /v1/mails/{id}/retry for each that was not"]  # fmt: skip


async def send_reports_again(conn: Connection, taken_at: Mapping[str, datetime]) -> int:
    """Send what this tier reported to the restored ones around their backup and since; they drop what they know."""
    sent = 0
    for tier, moment in taken_at.items():
        sent += len(await conn.fetch(_AGAIN, queues.BY_TIER[Tier(tier)], moment - _REPORTS_BEFORE))
    return sent


async def carry_over(conn: Connection, tier: str, old: str, taken_at: datetime) -> list[str]:
    """Bring along from the schema `old` what outlives a restore: refusals and numbers. What was done, in words."""
    stopped = len(await conn.fetch(_STOPPED.format(old=old), taken_at))
    told = [f"{stopped} address(es) that want or get no mail any more were carried over"] if stopped else []
    if tier == Tier.LEAD_GEN:
        return [*told, *await _refusals(conn, old, taken_at)]
    if tier == Tier.CONVERSION:
        await conn.execute(_OFFERS.format(old=old))
        return told
    moved = await conn.fetch(_MOVED.format(old=old), "restored from a backup; numbers in between were given before")
    return [*told, *(_moved(row["kind"], row["entity"], row["was"], row["next_number"]) for row in moved)]


def _moved(kind: str, entity: str, was: int, following: int) -> str:
    what = _SERIES.get(kind, kind)
    return f"{what} numbers {was} to {following - 1} of {entity} went out after the backup: the next is {following}"


async def _refusals(conn: Connection, old: str, taken_at: datetime) -> list[str]:
    kept = len(await conn.fetch(_FORBIDDEN.format(old=old)))
    await conn.execute(_SAID.format(old=old), taken_at)
    erased = [row["lead_id"] for row in await conn.fetch(_ERASED.format(old=old), taken_at)]
    told = [f"{kept} entr{'y' if kept == 1 else 'ies'} of the do-not-call ledger carried over"] if kept else []
    return told + [f"erased since the backup, and here again: POST /v1/leads/{one}/erase" for one in erased]


async def unknown_since(conn: Connection, tier: str) -> list[str]:
    """What nobody can carry over because no newer database is there: what a person must see to before work begins."""
    if tier == Tier.LEAD_GEN:
        return ["who said no after the backup is not known here: enter them before anybody calls (PUT /v1/do-not-call/"
                "{phone}), and erase again whom you erased since"]  # fmt: skip
    if tier != Tier.ACCOUNT_MGMT:
        return []
    rows = await conn.fetch(_LAST)
    last = ", ".join(f"{_SERIES.get(row['kind'], row['kind'])} {row['entity']} {row['year']}: {row['last']}"
                     for row in rows)  # fmt: skip
    return [f"the last numbers known here are: {last or 'none'}. If later ones went out, find the last in the mails "
            "that were sent, and let the series go on behind it before anything is issued: "
            "POST /v1/legal-entities/{id}/numbers"]  # fmt: skip
