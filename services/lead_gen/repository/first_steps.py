"""What there is of what the first lead needs."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.optional_steps import BY_NOBODY


async def there_is(conn: Connection) -> dict[str, int]:
    """By step how many there are; of what can be many, only whether there is one."""
    (row,) = await conn.fetch(
        """SELECT (SELECT count(*) FROM callers WHERE active) AS people,
                  EXISTS (SELECT FROM leads) AS leads,
                  EXISTS (SELECT FROM criteria) AS criteria,
                  EXISTS (SELECT FROM scripts) AS scripts,
                  EXISTS (SELECT FROM campaigns WHERE state <> 'draft') AS campaigns"""
    )
    return {name: int(count) for name, count in row.items()}


async def prepared(conn: Connection) -> str | None:
    """The first campaign that was prepared and not started yet."""
    found: str | None = await conn.fetchval(
        "SELECT id::text FROM campaigns WHERE state = 'draft' ORDER BY created_at, id LIMIT 1"
    )
    return found


async def done_besides(conn: Connection) -> dict[str, bool]:
    """By optional step whether somebody has changed what was shipped."""
    (row,) = await conn.fetch(
        f"""SELECT EXISTS (SELECT FROM policies WHERE created_by NOT IN {BY_NOBODY}) AS rules,
                   EXISTS (SELECT FROM instructions) AS instructions"""  # noqa: S608 - a constant
    )
    return dict(row)
