"""What there is of what the first lead needs."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.optional_steps import BY_NOBODY
from services.chassis.samples import SAMPLE_PRODUCTS


async def there_is(conn: Connection) -> dict[str, int]:
    """By step how many there are; of what can be many, only whether there is one.

    The sample with which tier 3 begins is no catalogue of one's own until a product of it changed or a deal was won.
    """
    (row,) = await conn.fetch(
        """SELECT (SELECT count(*) FROM managers WHERE active) AS people,
                  EXISTS (SELECT FROM catalogue_items WHERE active
                             AND (product_id <> ALL ($1) OR version > cardinality($1::text[])))
                    OR (EXISTS (SELECT FROM catalogue_items) AND EXISTS (SELECT FROM deals WHERE stage = 'won'))
                      AS products,
                  EXISTS (SELECT FROM catalogue_items) AS sample_prices,
                  EXISTS (SELECT FROM hand_overs) AS leads""",
        list(SAMPLE_PRODUCTS),
    )
    return {name: int(count) for name, count in row.items()}


async def done_besides(conn: Connection) -> dict[str, bool]:
    """By optional step whether somebody has changed what was shipped."""
    (row,) = await conn.fetch(
        f"""SELECT EXISTS (SELECT FROM managers WHERE active AND (weight <> 1 OR daily_quota IS NOT NULL
                     OR cardinality(languages || segments || regions || products) > 0)) AS routing,
                   (SELECT count(DISTINCT body - 'commission') > 1 FROM policies) AS rules,
                   (SELECT count(DISTINCT body -> 'commission') > 1 FROM policies) AS commission,
                   EXISTS (SELECT FROM playbooks WHERE created_by NOT IN {BY_NOBODY}) AS playbooks,
                   EXISTS (SELECT FROM templates WHERE created_by NOT IN {BY_NOBODY}) AS mails"""  # noqa: S608 - a constant
    )
    return dict(row)
