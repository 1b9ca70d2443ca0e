"""Offers of a lead to a manager, each beside its work item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.conversion.domain.hand_overs import HandOverRow, HandOverState
from services.conversion.domain.routing import Routing, Wanted
from services.conversion.repository.teams import seen


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to. `of`: a person's own; `unassigned` adds what waits for a supervisor."""

    state: HandOverState | None = None
    of: str | None = None
    unassigned: bool = False
    people: Sequence[str] | None = None


_WRITTEN = (
    "item_id", "deal_id", "number", "reason", "manager", "priority", "accept_by", "question", "needs", "story",
    "routing", "waiting", "overflow_at", "sticky", "excluded", "offered_at",
)  # fmt: skip


async def add(conn: Connection, new: HandOverRow) -> None:
    """Write a new offer."""
    holes = ", ".join(f"${number}" for number in range(1, len(_WRITTEN) + 1))
    values = [getattr(new, name) for name in _WRITTEN]
    columns = ", ".join(_WRITTEN)
    await conn.execute(f"INSERT INTO hand_overs ({columns}) VALUES ({holes})", *values)  # noqa: S608 - constants


# What a waiting lead asks of a manager. Hundreds may wait for the same: it is compared with the managers once.
_WANT = """md5(jsonb_build_array(d.contact ->> 'language', d.segment, d.contact ->> 'region', d.products,
                              h.excluded)::text)"""


async def wants(conn: Connection, *, urgent: int | None = None) -> dict[str, Wanted]:
    """What the waiting leads ask of a manager, each kind once, by its key; `urgent`: of at least that priority."""
    rows = await conn.fetch(
        f"""SELECT {_WANT} AS key, d.contact ->> 'language' AS language, d.segment, d.contact ->> 'region' AS region,
                   d.products, h.excluded
              FROM hand_overs h JOIN deals d ON d.id = h.deal_id
             WHERE h.state = 'open' AND h.waiting AND ($1::int IS NULL OR h.priority >= $1)
             GROUP BY 1, 2, 3, 4, 5, 6""",  # noqa: S608 - a constant
        urgent,
    )
    return {row["key"]: Wanted(**{name: value for name, value in row.items() if name != "key"}) for row in rows}


async def waiting(
    conn: Connection, wants: Sequence[str], limit: int, after: HandOverRow | None = None
) -> list[HandOverRow]:
    """Offers of these kinds that wait for a free manager, behind `after`, in the order in which they are served."""
    rows = await conn.fetch(
        f"""SELECT h.* FROM hand_overs h JOIN deals d ON d.id = h.deal_id
             WHERE h.state = 'open' AND h.waiting AND {_WANT} = ANY($1)
               AND ($3::int IS NULL OR h.priority < $3
                    OR (h.priority = $3 AND (h.offered_at, h.item_id) > ($4::timestamptz, $5::uuid)))
             ORDER BY h.priority DESC, h.offered_at, h.item_id LIMIT $2""",  # noqa: S608 - a constant
        list(wants),
        limit,
        *((after.priority, after.offered_at, after.item_id) if after else (None, None, None)),
    )
    return HandOverRow.of_all(rows)


async def waits_too_long(conn: Connection, at: datetime, limit: int) -> list[HandOverRow]:
    """Offers whose time for a free manager to be found is over, in the order in which they are served."""
    rows = await conn.fetch(
        """SELECT * FROM hand_overs WHERE state = 'open' AND waiting AND overflow_at <= $1
            ORDER BY priority DESC, offered_at, item_id LIMIT $2""",
        at,
        limit,
    )
    return HandOverRow.of_all(rows)


async def assign(
    conn: Connection, item_id: str, manager: str, *, accept_by: datetime, routing: Routing
) -> HandOverRow | None:
    """Give a waiting offer to a manager; none if it does not wait any more."""
    row = await conn.fetchrow(
        """UPDATE hand_overs SET manager = $2, accept_by = $3, routing = $4, waiting = false, overflow_at = NULL
            WHERE item_id = $1 AND state = 'open' AND waiting RETURNING *""",
        item_id,
        manager,
        accept_by,
        routing,
    )
    return HandOverRow.maybe(row)


async def forget_overflow(conn: Connection, item_id: str) -> None:
    """Mark that the supervisor knows of an offer that waits too long."""
    await conn.execute("UPDATE hand_overs SET overflow_at = NULL WHERE item_id = $1", item_id)


async def raise_level(conn: Connection, item_id: str) -> HandOverRow | None:
    """Count one more reminder of an offer that nobody answers; none if it was answered."""
    row = await conn.fetchrow(
        "UPDATE hand_overs SET level = level + 1 WHERE item_id = $1 AND state = 'open' RETURNING *", item_id
    )
    return HandOverRow.maybe(row)


async def give_back(conn: Connection, deal_id: str, *, by: str, at: datetime, reason: str) -> None:
    """Write that the manager who accepted a deal gave it back later."""
    await conn.execute(
        """UPDATE hand_overs SET state = 'returned', answered_by = $2, answered_at = $3, decline_reason = $4
            WHERE item_id = (SELECT item_id FROM hand_overs WHERE deal_id = $1 AND state = 'accepted'
                              ORDER BY item_id DESC LIMIT 1)""",
        deal_id,
        by,
        at,
        reason,
    )


async def get(conn: Connection, item_id: str) -> HandOverRow:
    """One offer. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM hand_overs WHERE item_id = $1", item_id)
    if row is None:
        raise NotFound("there is no such hand-over")
    return HandOverRow.of(row)


async def close(
    conn: Connection,
    item_id: str,
    state: HandOverState,
    *,
    by: str | None,
    at: datetime,
    decline_reason: str | None = None,
) -> None:
    """Write how an open offer ended; one that has ended stays as it is."""
    await conn.execute(
        """UPDATE hand_overs SET state = $2, answered_by = $3, answered_at = $4, decline_reason = $5
            WHERE item_id = $1 AND state = 'open'""",
        item_id,
        state,
        by,
        at,
        decline_reason,
    )


async def open_of_deal(conn: Connection, deal_id: str) -> HandOverRow | None:
    """The offer of this deal that waits for its answer, or none."""
    row = await conn.fetchrow("SELECT * FROM hand_overs WHERE deal_id = $1 AND state = 'open'", deal_id)
    return HandOverRow.maybe(row)


async def open_of_manager(conn: Connection, manager_id: str) -> list[HandOverRow]:
    """The offers that wait for this manager's answer."""
    rows = await conn.fetch(
        "SELECT * FROM hand_overs WHERE manager = $1 AND state = 'open' ORDER BY item_id", manager_id
    )
    return HandOverRow.of_all(rows)


async def page(
    conn: Connection, wanted: Filter, limit: int, after: tuple[int, str] | None
) -> list[tuple[HandOverRow, dict[str, Any], str]]:
    """Offers with their deal's contact card and lead: the most urgent first, then the one that waits longest."""
    rows = await conn.fetch(
        f"""SELECT h.*, d.contact AS contact, d.lead_id AS lead_id FROM hand_overs h JOIN deals d ON d.id = h.deal_id
            WHERE ($1::text IS NULL OR h.state = $1)
              AND ($2::text IS NULL OR h.manager = $2 OR ($3 AND h.manager IS NULL))
              AND ($4::int IS NULL OR (-h.priority, h.item_id) > (-$4::int, $5::uuid))
              AND ($7::text[] IS NULL OR (h.state = 'open' AND h.manager = ANY($7)) OR {seen(7)})
            ORDER BY -h.priority, h.item_id LIMIT $6""",  # noqa: S608 - a condition of placeholders
        wanted.state,
        wanted.of,
        wanted.unassigned,
        after[0] if after else None,
        after[1] if after else None,
        limit,
        wanted.people,
    )
    return [(HandOverRow.of(row), row["contact"], row["lead_id"]) for row in rows]
