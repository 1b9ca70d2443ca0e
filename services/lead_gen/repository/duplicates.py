"""Pairs of leads that may be one company: finding them, offering them, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.duplicates import FreshLead, LeadFacts, Pair
from services.lead_gen.domain.similar_names import BLOCK_MEMBERS, OFFERS_PER_LEAD, SIMILAR


async def fresh(conn: Connection, limit: int) -> list[FreshLead]:
    """The next leads to compare, in order of creation; none while a file is still coming in."""
    # A transaction that began earlier may commit later, so the last seconds are left alone. Where it goes on is asked
    # for by itself: joined, all the leads before would be read again each time.
    rows = await conn.fetch(
        """SELECT l.id, l.company, l.city, l.created_at FROM leads l
            WHERE (l.created_at, l.id) > ((SELECT created_at FROM lead_blocks_progress),
                                          (SELECT lead_id FROM lead_blocks_progress))
              AND l.created_at < now() - interval '5 seconds'
              AND NOT EXISTS (SELECT FROM imports WHERE state = 'running')
              -- Strangers who showed no number are all called alike, and that is all that is known of them.
              AND (l.source <> 'inbound' OR EXISTS (SELECT FROM lead_phones n WHERE n.lead_id = l.id))
            ORDER BY l.created_at, l.id LIMIT $1""",
        limit,
    )
    return FreshLead.of_all(rows)


async def compare(conn: Connection, blocks: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, float]]:
    """Put (lead, block, plain name) beside their neighbours; pairs with similar names, the smaller id first."""
    given = [list(column) for column in zip(*blocks, strict=True)]
    await conn.execute(
        """INSERT INTO lead_blocks (lead_id, block, name) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])
           ON CONFLICT DO NOTHING""",
        *given,
    )
    rows = await conn.fetch(
        """SELECT least(n.lead_id, b.lead_id) AS a, greatest(n.lead_id, b.lead_id) AS b, max(b.similarity) AS similarity
             FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (lead_id, block, name)
            CROSS JOIN LATERAL (
                SELECT lead_id, similarity FROM (
                    SELECT o.lead_id, similarity(o.name, n.name) AS similarity FROM lead_blocks o
                     WHERE o.block = n.block AND o.lead_id <> n.lead_id LIMIT $4) near
                 WHERE similarity >= $5 ORDER BY similarity DESC LIMIT $6) b
            GROUP BY 1, 2""",
        *given,
        BLOCK_MEMBERS,
        SIMILAR,
        OFFERS_PER_LEAD,
    )
    return [(row["a"], row["b"], row["similarity"]) for row in rows]


async def offer(conn: Connection, pairs: Sequence[tuple[str, str, float, str]]) -> int:
    """Offer pairs (smaller id, greater id, similarity 0..1, why) to the supervisor, once each; how many are new."""
    if not pairs:
        return 0
    done = await conn.execute(
        """INSERT INTO lead_duplicates (id, lead_a, lead_b, similarity, reason)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::real[], $5::text[])
           ON CONFLICT (lead_a, lead_b) DO NOTHING""",
        [new_id() for _ in pairs],
        *(list(column) for column in zip(*pairs, strict=True)),
    )
    return int(done.rpartition(" ")[2])


async def progress(conn: Connection, last: FreshLead) -> None:
    """Everything up to this lead has been compared."""
    await conn.execute("UPDATE lead_blocks_progress SET created_at = $1, lead_id = $2", last.created_at, last.id)


async def page(conn: Connection, *, state: str, limit: int, after: tuple[datetime, str] | None) -> list[Pair]:
    """Offers in this state, the oldest first."""
    rows = await conn.fetch(
        """SELECT * FROM lead_duplicates WHERE state = $1
              AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid)) ORDER BY created_at, id LIMIT $4""",
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return Pair.of_all(rows)


async def decided_page(conn: Connection, *, state: str, limit: int, before: tuple[datetime, str] | None) -> list[Pair]:
    """Pairs that were merged, or kept apart, the last decision first."""
    rows = await conn.fetch(
        """SELECT * FROM lead_duplicates WHERE state = $1 AND decided_at IS NOT NULL
              AND ($2::timestamptz IS NULL OR (decided_at, id) < ($2, $3::uuid))
            ORDER BY decided_at DESC, id DESC LIMIT $4""",
        state,
        before[0] if before else None,
        before[1] if before else None,
        limit,
    )
    return Pair.of_all(rows)


async def count_open(conn: Connection, most: int) -> int:
    """How many pairs are open; none are counted beyond `most`."""
    counted = "SELECT count(*) FROM (SELECT FROM lead_duplicates WHERE state = 'open' LIMIT $1) AS counted"
    return int(await conn.fetchval(counted, most) or 0)


async def facts(conn: Connection, lead_ids: Sequence[str]) -> dict[str, LeadFacts]:
    """What else is known of these leads, by id."""
    rows = await conn.fetch(
        """SELECT l.id, p.name AS campaign,
                  (SELECT count(*) FROM calls c WHERE c.lead_id = l.id) AS calls,
                  EXISTS (SELECT FROM lead_phones n JOIN do_not_call d
                              ON d.phone IN (n.phone, split_part(n.phone, ';', 1))
                           WHERE n.lead_id = l.id AND d.withdrawn_at IS NULL AND d.scope = 'company') AS banned,
                  EXISTS (SELECT FROM work_items w WHERE w.lead_id = l.id AND w.kind = 'call' AND w.state = 'leased'
                             AND w.lease_until > now()) AS being_called
             FROM leads l LEFT JOIN campaigns p ON p.id = l.campaign_id WHERE l.id = ANY($1)""",
        list(lead_ids),
    )
    return {row["id"]: LeadFacts.of(row) for row in rows}


async def try_hold_comparing(conn: Connection) -> bool:
    """Become the only worker that compares until the transaction ends; False if another one does."""
    return bool(await conn.fetchval("SELECT pg_try_advisory_xact_lock(hashtext('near_duplicates'))"))


async def get(conn: Connection, duplicate_id: str, *, lock: bool = False) -> Pair:
    """An offer, held while it is decided if asked for. Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT * FROM lead_duplicates WHERE id = $1 {'FOR UPDATE' if lock else ''}",  # noqa: S608 - a constant
        duplicate_id,
    )
    if row is None:
        raise NotFound(f"There is no duplicate {duplicate_id}")
    return Pair.of(row)


async def decide(conn: Connection, duplicate_id: str, state: str, by: str | None) -> None:
    """Write the supervisor's decision; without `by` it is taken back."""
    await conn.execute(
        """UPDATE lead_duplicates SET state = $2, decided_by = $3, decided_at = CASE WHEN $3::text IS NULL THEN NULL
                  ELSE now() END WHERE id = $1""",
        duplicate_id,
        state,
        by,
    )
