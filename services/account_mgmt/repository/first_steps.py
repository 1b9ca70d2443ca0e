"""What there is of what the first lead needs."""

from __future__ import annotations

from services.chassis.db import Connection


async def there_is(conn: Connection) -> dict[str, int]:
    """By step how many there are; of what can be many, only whether there is one."""
    (row,) = await conn.fetch(
        """SELECT (SELECT count(*) FROM account_managers WHERE active) AS people,
                  EXISTS (SELECT FROM legal_entities WHERE iban <> '') AS legal_entity,
                  EXISTS (SELECT FROM products WHERE active) AS products"""
    )
    return {name: int(count) for name, count in row.items()}
