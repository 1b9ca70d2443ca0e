"""What customers bought, and what goes with it."""

from __future__ import annotations

from services.account_mgmt.domain.suggestions import Purchase, Suggestion
from services.chassis.db import Connection

MIN_SUPPORT = 2


async def purchases(conn: Connection, customer_id: str) -> list[Purchase]:
    """What a customer bought, most often first."""
    rows = await conn.fetch(
        """SELECT l.product_id, l.description, sum(l.quantity) AS quantity, count(DISTINCT o.id) AS times,
                  max(o.placed_at) AS last_at
             FROM orders o JOIN order_lines l ON l.order_id = o.id
            WHERE o.customer_id = $1 AND o.state = 'placed'
            GROUP BY l.product_id, l.description ORDER BY times DESC, l.description LIMIT 20""",
        customer_id,
    )
    return Purchase.of_all(rows)


_FIRSTS = """
INSERT INTO first_purchases (customer_id, product_id, placed_at, began_at, net, currency)
SELECT DISTINCT ON (o.customer_id, l.product_id) o.customer_id, l.product_id, o.placed_at, b.began_at, l.net, o.currency
  FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.id = l.product_id
  JOIN (SELECT customer_id, min(placed_at) AS began_at FROM orders WHERE state = 'placed' GROUP BY 1) b
    ON b.customer_id = o.customer_id
 WHERE o.state = 'placed'
 ORDER BY o.customer_id, l.product_id, o.placed_at
"""
_LEARN = """
WITH bought AS (SELECT customer_id, product_id FROM first_purchases),
buyers AS (SELECT product_id, count(*) AS number FROM bought GROUP BY product_id),
everybody AS (SELECT count(DISTINCT customer_id)::float8 AS number FROM bought),
pairs AS (
    SELECT a.product_id, b.product_id AS other_id, count(*) AS support
      FROM bought a JOIN bought b ON b.customer_id = a.customer_id AND b.product_id <> a.product_id
     GROUP BY 1, 2 HAVING count(*) >= $1)
INSERT INTO product_pairs (product_id, other_id, support, buyers, confidence, share, lift)
SELECT p.product_id, p.other_id, p.support, mine.number, p.support::float8 / mine.number,
       others.number / everybody.number, (p.support::float8 / mine.number) / (others.number / everybody.number)
  FROM pairs p JOIN buyers mine ON mine.product_id = p.product_id
  JOIN buyers others ON others.product_id = p.other_id CROSS JOIN everybody
"""


async def learn_pairs(conn: Connection) -> int:
    """Recount what each customer bought first, and which products go together; how many pairs have support.

    In the caller's transaction, so that whoever reads meanwhile sees the figures of the night before.

    Support, confidence and lift as in Agrawal, Imielinski, Swami 1993; a pair seen once is no evidence.
    """
    # Once a night, over all orders: the usual limit of a statement is for people's requests. It ends with this
    # transaction, and these statements together end before the activity's ten minutes do.
    await conn.execute("SET LOCAL statement_timeout = '2min'")
    await conn.execute("DELETE FROM first_purchases")
    await conn.execute(_FIRSTS)
    await conn.execute("DELETE FROM product_pairs")
    status = await conn.execute(_LEARN, MIN_SUPPORT)
    return int(status.rsplit(" ", 1)[-1])


# The best evidence for each other product. What an open need names comes first; what is no longer needed, never.
SUGGEST = """
WITH mine AS (SELECT DISTINCT l.product_id FROM orders o JOIN order_lines l ON l.order_id = o.id
               WHERE o.customer_id = $1 AND o.state = 'placed' AND l.product_id IS NOT NULL),
wanted AS (SELECT DISTINCT ON (product_id) product_id, text, state FROM needs
            WHERE customer_id = $1 AND product_id IS NOT NULL ORDER BY product_id, updated_at DESC, id DESC),
best AS (SELECT DISTINCT ON (x.other_id) x.* FROM product_pairs x JOIN mine ON mine.product_id = x.product_id
          ORDER BY x.other_id, x.lift DESC, x.support DESC, x.product_id)
SELECT p.id AS product_id, p.name, best.support, best.confidence, best.lift, best.share, best.buyers,
       best.product_id AS because_of, w.text AS need
  FROM products p LEFT JOIN best ON best.other_id = p.id LEFT JOIN wanted w ON w.product_id = p.id AND w.state = 'open'
 WHERE p.active AND (best.other_id IS NOT NULL OR w.product_id IS NOT NULL)
   AND (best.lift IS NULL OR best.lift > 1 OR w.product_id IS NOT NULL)
   AND p.id NOT IN (SELECT product_id FROM mine)
   AND p.id NOT IN (SELECT product_id FROM never_offer WHERE customer_id = $1)
   AND p.id NOT IN (SELECT product_id FROM wanted WHERE state = 'gone')
 ORDER BY w.product_id IS NULL, best.lift DESC NULLS LAST, best.support DESC, p.id LIMIT 5
"""


async def suggestions(conn: Connection, customer_id: str) -> list[Suggestion]:
    """Other products, with the evidence: what an open need names, then what similar customers bought too."""
    return Suggestion.of_all(await conn.fetch(SUGGEST, customer_id))
