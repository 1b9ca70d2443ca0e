"""Deals. A transaction that changes one locks it first, so that people and workflow take turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.conversion.domain.deals import Deal
from services.conversion.domain.stages import WORKED
from services.conversion.repository.teams import seen
from workflows.contracts.conversion import HandOver, Stage

_COLUMNS = frozenset(Deal.model_fields) - {"id", "lead_id", "created_at", "updated_at"}
_WORKED = sorted(stage.value for stage in WORKED)


@dataclass(frozen=True)
class Filter:
    """What a list of deals is narrowed to; none of a field means any."""

    stages: Sequence[Stage] | None = None
    owner: str | None = None
    lead_id: str | None = None
    overdue_at: datetime | None = None
    people: Sequence[str] | None = None


async def add(conn: Connection, hand_over: HandOver, *, workflow_id: str, policy_version: int, at: datetime) -> Deal:
    """Make a deal from a hand-over, not offered to anybody yet."""
    contact = hand_over.contact
    row = await conn.fetchrow(
        """INSERT INTO deals (id, lead_id, workflow_id, stage, policy_version, contact, reason, question, needs,
                              wished_meeting, story, campaign_id, campaign_name, segment, sourced_by, offered_at,
                              stage_since, products, promised_by, promise)
           VALUES ($1, $2, $3, 'offered', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                   $15, $16, $17, $18) RETURNING *""",
        new_id(),
        contact.lead_id,
        workflow_id,
        policy_version,
        contact,
        hand_over.reason.value,
        hand_over.question,
        hand_over.needs,
        hand_over.wished_meeting,
        hand_over.story,
        hand_over.campaign_id,
        hand_over.campaign_name,
        hand_over.segment,
        hand_over.sourced_by,
        at,
        hand_over.products,
        hand_over.promised_by,
        "open" if hand_over.promised_by else None,
    )
    return Deal.of(row)


async def update(conn: Connection, deal_id: str, **changes: Any) -> Deal:
    """Set columns of a deal, by name."""
    unknown = changes.keys() - _COLUMNS
    if unknown:
        raise ValueError(f"not columns of a deal: {sorted(unknown)}")
    names = sorted(changes)
    assignments = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, start=2))
    row = await conn.fetchrow(
        f"UPDATE deals SET {assignments}, updated_at = now() WHERE id = $1 RETURNING *",  # noqa: S608 - names checked above
        deal_id,
        *(changes[name] for name in names),
    )
    return Deal.of(row)


async def get(conn: Connection, deal_id: str, *, lock: bool = False) -> Deal:
    """One deal. Raises NotFound."""
    row = await conn.fetchrow(
        "SELECT * FROM deals WHERE id = $1 FOR UPDATE" if lock else "SELECT * FROM deals WHERE id = $1", deal_id
    )
    if row is None:
        raise NotFound("there is no such deal")
    return Deal.of(row)


async def get_many(conn: Connection, deal_ids: Sequence[str]) -> dict[str, Deal]:
    """These deals by id."""
    if not deal_ids:
        return {}
    rows = await conn.fetch("SELECT * FROM deals WHERE id = ANY($1::uuid[])", list(deal_ids))
    return {row["id"]: Deal.of(row) for row in rows}


async def lock_latest(conn: Connection, lead_id: str) -> Deal | None:
    """The lead's last deal, locked, or none."""
    row = await conn.fetchrow("SELECT * FROM deals WHERE lead_id = $1 ORDER BY id DESC LIMIT 1 FOR UPDATE", lead_id)
    return Deal.maybe(row)


async def latest(conn: Connection, lead_id: str) -> Deal | None:
    """The latest deal of a lead as it is now, not locked; none if there was never one."""
    return Deal.maybe(await conn.fetchrow("SELECT * FROM deals WHERE lead_id = $1 ORDER BY id DESC LIMIT 1", lead_id))


async def of_owner(conn: Connection, owner: str, limit: int, only: Sequence[str] | None = None) -> list[Deal]:
    """Deals that a manager works on, the oldest first; `only` these, if they are named."""
    rows = await conn.fetch(
        """SELECT * FROM deals WHERE owner = $1 AND stage = ANY($2) AND ($4::uuid[] IS NULL OR id = ANY($4))
            ORDER BY id LIMIT $3""",
        owner,
        _WORKED,
        limit,
        list(only) if only is not None else None,
    )
    return Deal.of_all(rows)


async def lock_of_owner(conn: Connection, deal_ids: Sequence[str], owner: str) -> list[Deal]:
    """Those of these deals that the manager still works on, the oldest first, locked."""
    rows = await conn.fetch(
        "SELECT * FROM deals WHERE id = ANY($1::uuid[]) AND owner = $2 AND stage = ANY($3) ORDER BY id FOR UPDATE",
        list(deal_ids),
        owner,
        _WORKED,
    )
    return Deal.of_all(rows)


async def offered_since(
    conn: Connection, since: datetime, limit: int, people: Sequence[str] | None = None
) -> list[Deal]:
    """Deals of `people` (none means everybody's) that came after a moment, in their order: the latest of them."""
    rows = await conn.fetch(
        f"""SELECT * FROM deals d WHERE created_at > $1 AND ($3::text[] IS NULL OR {seen(3)})
             ORDER BY id DESC LIMIT $2""",  # noqa: S608 - a condition of placeholders
        since,
        limit,
        people,
    )
    return [Deal.of(row) for row in reversed(rows)]


async def broken_promises(conn: Connection, at: datetime) -> list[Deal]:
    """Mark the promises that nobody kept in time; the deals whose promise is late since the last look."""
    rows = await conn.fetch(
        """UPDATE deals SET promise = 'late' WHERE id IN (
               SELECT id FROM deals WHERE promise = 'open' AND promised_by < $1 ORDER BY promised_by LIMIT 200
                  FOR UPDATE SKIP LOCKED) RETURNING *""",
        at,
    )
    return Deal.of_all(rows)


async def page(conn: Connection, wanted: Filter, limit: int, after: str | None) -> list[Deal]:
    """Deals in order of creation."""
    rows = await conn.fetch(
        f"""SELECT * FROM deals d
            WHERE ($1::text[] IS NULL OR stage = ANY($1)) AND ($2::text IS NULL OR owner = $2)
              AND ($3::uuid IS NULL OR lead_id = $3)
              AND ($4::timestamptz IS NULL OR (next_action_at < $4 AND stage = ANY($5)))
              AND ($6::uuid IS NULL OR id > $6) AND ($8::text[] IS NULL OR {seen(8)})
            ORDER BY id LIMIT $7""",  # noqa: S608 - a condition of placeholders
        [stage.value for stage in wanted.stages] if wanted.stages is not None else None,
        wanted.owner,
        wanted.lead_id,
        wanted.overdue_at,
        _WORKED,
        after,
        limit,
        wanted.people,
    )
    return Deal.of_all(rows)
