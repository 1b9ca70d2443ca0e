"""What a take-over moves besides deals, and what changed hands lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from services.chassis.db import Connection
from services.conversion.domain.take_over import HandedLately
from services.conversion.repository.board import LAST_OFFER


async def open_work(conn: Connection, lead_ids: Sequence[str], kinds: Sequence[str]) -> dict[str, int]:
    """How many open work items of these kinds these leads have, by kind."""
    rows = await conn.fetch(
        """SELECT kind, count(*)::int AS items FROM work_items
            WHERE lead_id = ANY($1::uuid[]) AND state = 'open' AND kind = ANY($2) GROUP BY kind""",
        list(lead_ids),
        list(kinds),
    )
    return {row["kind"]: row["items"] for row in rows}


async def open_offers(conn: Connection, manager: str) -> int:
    """How many leads wait for a manager's answer."""
    return int(await conn.fetchval("SELECT count(*) FROM hand_overs WHERE manager = $1 AND state = 'open'", manager))


async def worths(conn: Connection, deal_ids: Sequence[str]) -> dict[str, tuple[Decimal, str]]:
    """What these deals are worth: their order, else their last offer; those of which nobody knows are left out."""
    rows = await conn.fetch(
        f"""SELECT d.id, coalesce(d.value, o.net) AS worth, coalesce(d.currency, o.currency) AS currency
              FROM deals d {LAST_OFFER} WHERE d.id = ANY($1::uuid[])""",  # noqa: S608 - a constant
        list(deal_ids),
    )
    return {row["id"]: (row["worth"], row["currency"]) for row in rows if row["worth"] is not None}


async def handed_lately(conn: Connection, manager: str, since: datetime, limit: int) -> list[HandedLately]:
    """What a manager's colleagues have taken over since a moment, the latest first."""
    rows = await conn.fetch(
        """SELECT t.at, t.by, t.data ->> 'to' AS manager, d.id AS deal_id, d.contact ->> 'company' AS company
             FROM timeline t JOIN deals d ON d.id = t.deal_id
            WHERE t.kind = 'taken_over' AND t.at > $2 AND t.data ->> 'from' = $1
            ORDER BY t.at DESC, t.id DESC LIMIT $3""",
        manager,
        since,
        limit,
    )
    return HandedLately.of_all(rows)


async def count_handed(conn: Connection, manager: str, since: datetime) -> int:
    """How much a manager's colleagues have taken over since a moment."""
    found = await conn.fetchval(
        "SELECT count(*) FROM timeline t WHERE t.kind = 'taken_over' AND t.at > $2 AND t.data ->> 'from' = $1",
        manager,
        since,
    )
    return int(found)
