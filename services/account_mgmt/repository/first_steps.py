"""What there is of what the first lead needs."""

from __future__ import annotations

from collections.abc import Collection

from services.account_mgmt.domain.legal_entities import SAMPLE_TAX_ID
from services.account_mgmt.domain.products import SEEDED_BY
from services.chassis.db import Connection
from services.chassis.optional_steps import BY_NOBODY

_BESIDES = f"""
SELECT (SELECT count(DISTINCT body - $1::text[]) > 1 FROM policies) AS rules,
       (SELECT count(DISTINCT part) > 1 FROM (
          SELECT jsonb_object_agg(name, body -> name) AS part FROM policies, unnest($1::text[]) AS name
           GROUP BY version) told) AS dunning,
       EXISTS (SELECT FROM mail_templates WHERE created_by NOT IN {BY_NOBODY}) AS mails
"""  # noqa: S608 - a constant


async def there_is(conn: Connection) -> dict[str, int]:
    """By step how many there are; of what can be many, only whether there is one.

    The seller and the prices that a new database begins with are a sample: they count once something was sold by them.
    """
    (row,) = await conn.fetch(
        """SELECT (SELECT count(*) FROM account_managers WHERE active) AS people,
                  EXISTS (SELECT FROM invoices) OR (EXISTS (SELECT FROM legal_entities WHERE active)
                    AND NOT EXISTS (SELECT FROM legal_entities WHERE active AND tax_id = $1)) AS legal_entity,
                  EXISTS (SELECT FROM orders) OR EXISTS (SELECT FROM products p JOIN product_prices s
                    ON s.product_id = p.id WHERE p.active AND s.set_by <> $2) AS products""",
        SAMPLE_TAX_ID,
        SEEDED_BY,
    )
    return {name: int(count) for name, count in row.items()}


async def done_besides(conn: Connection, dunning: Collection[str]) -> dict[str, bool]:
    """By optional step whether somebody has changed what was shipped."""
    (row,) = await conn.fetch(_BESIDES, list(dunning))
    return dict(row)
