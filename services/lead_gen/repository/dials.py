"""Dials, as they were asked for and as the switchboard reported them."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.db import Connection
from services.lead_gen.domain.dials import Dial, NewDial


async def add(conn: Connection, new: NewDial) -> Dial:
    """Write a dial. One by a link is over at once: nobody hears of it again."""
    by_link = new.way == "link"
    row = await conn.fetchrow(
        """INSERT INTO dials (call_id, item_id, number, lead_id, phone, caller, way, line_open, ended_at, result)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $8 THEN NULL ELSE now() END, $9) RETURNING *""",
        new.call_id,
        new.item_id,
        new.number,
        new.lead_id,
        new.phone,
        new.caller,
        new.way,
        not by_link,
        "by_hand" if by_link else None,
    )
    return Dial.of(row)


async def of_item(conn: Connection, item_id: str) -> list[Dial]:
    """The dials of a call, in their order."""
    return Dial.of_all(await conn.fetch("SELECT * FROM dials WHERE item_id = $1 ORDER BY number", item_id))


async def lock(conn: Connection, call_id: str) -> Dial | None:
    """Read a dial, to change it."""
    return Dial.maybe(await conn.fetchrow("SELECT * FROM dials WHERE call_id = $1 FOR UPDATE", call_id))


async def lock_live(conn: Connection, caller: str) -> Dial | None:
    """The dial that this caller is in, to change it; none if their line is free."""
    return Dial.maybe(
        await conn.fetchrow("SELECT * FROM dials WHERE caller = $1 AND ended_at IS NULL FOR UPDATE", caller)
    )


async def save(conn: Connection, dial: Dial) -> None:
    """Write what has happened to a dial."""
    await conn.execute(
        """UPDATE dials SET rang_at = $2, answered_at = $3, ended_at = $4, result = $5, reason = $6, line_open = $7
            WHERE call_id = $1""",
        dial.call_id,
        dial.rang_at,
        dial.answered_at,
        dial.ended_at,
        dial.result,
        dial.reason,
        dial.line_open,
    )


async def unfinished(conn: Connection) -> list[Dial]:
    """Dials that are not over, or whose line may still be open; locked, without those that somebody is changing."""
    rows = await conn.fetch("SELECT * FROM dials WHERE line_open ORDER BY asked_at LIMIT 200 FOR UPDATE SKIP LOCKED")
    return Dial.of_all(rows)


async def close_line(conn: Connection, call_id: str) -> None:
    """The switchboard holds no line for it any more."""
    await conn.execute("UPDATE dials SET line_open = false WHERE call_id = $1", call_id)


async def forget_lines(conn: Connection, after: timedelta) -> None:
    """Give up asking about lines of dials that ended so long ago."""
    await conn.execute("UPDATE dials SET line_open = false WHERE line_open AND ended_at < now() - $1::interval", after)
