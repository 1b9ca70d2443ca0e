"""The do-not-call ledger: what holds now, and every change of it, which is never changed itself."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.lead_gen.domain.do_not_call import LedgerChange, LedgerEntry, Withdrawal
from services.lead_gen.domain.leads import Lead

# A company-wide entry on any of its numbers forbids calling a lead, and so does having none that may be called.
_FORBIDDEN = """count(*) FILTER (WHERE d.phone IS NOT NULL AND d.scope = 'company') > 0
                OR count(*) FILTER (WHERE d.phone IS NULL AND NOT p.bad) = 0"""
_NUMBERS = """lead_phones p LEFT JOIN do_not_call d
    ON d.phone IN (p.phone, split_part(p.phone, ';', 1)) AND d.withdrawn_at IS NULL"""


async def forbidden(conn: Connection, lead_id: str) -> bool:
    """Does the ledger forbid calling this lead? A company-wide entry on any of its numbers does."""
    found: bool = await conn.fetchval(
        f"SELECT {_FORBIDDEN} FROM {_NUMBERS} WHERE p.lead_id = $1",  # noqa: S608 - expressions named here
        lead_id,
    )
    return bool(found)


async def to_call(conn: Connection, lead_id: str) -> tuple[Lead, bool]:
    """(the lead with those of its numbers that may be called, whether the ledger forbids it). Raises NotFound."""
    row = await conn.fetchrow(
        f"""SELECT l.*, n.forbidden, coalesce(n.phones, '{{}}') AS phones
              FROM leads l, LATERAL (
                   SELECT {_FORBIDDEN} AS forbidden,
                          array_agg(p.phone ORDER BY p.position) FILTER (WHERE d.phone IS NULL AND NOT p.bad) AS phones
                     FROM {_NUMBERS} WHERE p.lead_id = l.id) n
             WHERE l.id = $1""",  # noqa: S608 - expressions named here
        lead_id,
    )
    if row is None:
        raise NotFound(f"There is no lead {lead_id}")
    return Lead.of(row), row["forbidden"]


async def forbid(conn: Connection, phone: str, withdrawal: Withdrawal, by: str) -> LedgerEntry:
    """Write a withdrawal of consent; a second one for the same number counts and keeps the first time."""
    row = await conn.fetchrow(
        """INSERT INTO do_not_call (phone, scope, basis, proof, by) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (phone) DO UPDATE
              SET scope = excluded.scope, basis = coalesce(excluded.basis, do_not_call.basis),
                  proof = coalesce(excluded.proof, do_not_call.proof), times = do_not_call.times + 1,
                  withdrawn_at = NULL
           RETURNING *""",
        phone,
        withdrawal.scope,
        withdrawal.basis,
        withdrawal.proof,
        by,
    )
    await _keep(conn, phone, "forbidden", withdrawal, by)
    return LedgerEntry.of(row)


async def _keep(conn: Connection, phone: str, action: str, entry: Withdrawal | LedgerEntry, by: str) -> None:
    await conn.execute(
        "INSERT INTO do_not_call_history (phone, action, scope, basis, proof, by) VALUES ($1, $2, $3, $4, $5, $6)",
        phone,
        action,
        entry.scope,
        entry.basis,
        entry.proof,
        by,
    )


async def entry(conn: Connection, phone: str) -> LedgerEntry | None:
    """The entry for a number, lifted or not."""
    row = await conn.fetchrow("SELECT * FROM do_not_call WHERE phone = $1", phone)
    return LedgerEntry.maybe(row)


async def times_forbidden(conn: Connection, phone: str) -> int:
    """How often this number was entered; makes the event id of each withdrawal new."""
    return int(await conn.fetchval("SELECT times FROM do_not_call WHERE phone = $1", phone) or 0)


async def lift(conn: Connection, phone: str, by: str) -> LedgerEntry | None:
    """Lift an entry; it stays in the ledger with the time."""
    row = await conn.fetchrow(
        "UPDATE do_not_call SET withdrawn_at = now() WHERE phone = $1 AND withdrawn_at IS NULL RETURNING *", phone
    )
    if row is None:
        return None
    lifted = LedgerEntry.of(row)
    await _keep(conn, phone, "lifted", lifted, by)
    return lifted


async def take_back(conn: Connection, phone: str, *, since: datetime, by: str) -> None:
    """Undo what this person has written about a number since then: what held before holds again.

    The ledger keeps both words, as it keeps everything that was said.
    """
    told = LedgerChange.of_all(
        await conn.fetch("SELECT * FROM do_not_call_history WHERE phone = $1 ORDER BY id", phone)
    )
    mine = [change for change in told if change.at >= since and change.by == by and change.action == "forbidden"]
    if not mine or told[-1] != mine[-1]:
        return
    earlier = [change for change in told if change.at < since]
    await lift(conn, phone, by)
    if earlier and earlier[-1].action == "forbidden":
        was = earlier[-1]
        row = await conn.fetchrow(
            """UPDATE do_not_call SET withdrawn_at = NULL, scope = $2, basis = $3, proof = $4 WHERE phone = $1
            RETURNING *""",
            phone,
            was.scope,
            was.basis,
            was.proof,
        )
        await _keep(conn, phone, "forbidden", LedgerEntry.of(row), by)


async def page(
    conn: Connection, *, state: str | None, limit: int, after: tuple[datetime, str] | None
) -> list[LedgerEntry]:
    """Entries in order of time: `active`, `lifted`, or all."""
    rows = await conn.fetch(
        """SELECT * FROM do_not_call
            WHERE ($1::text IS NULL OR (withdrawn_at IS NULL) = ($1 = 'active'))
              AND ($2::timestamptz IS NULL OR (at, id) > ($2, $3::uuid)) ORDER BY at, id LIMIT $4""",
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return LedgerEntry.of_all(rows)


async def history(conn: Connection, phone: str) -> list[LedgerChange]:
    """Every change of a number's entry, the oldest first."""
    rows = await conn.fetch("SELECT * FROM do_not_call_history WHERE phone = $1 ORDER BY id", phone)
    return LedgerChange.of_all(rows)
