"""What is open on invoices, as SQL, from sums that triggers keep in the transaction that changes an invoice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.account_mgmt.domain.aged_debts import BOUNDS
from services.account_mgmt.repository.invoice_sums import owed
from services.chassis.db import Connection

AGE_LIMITS: Final = tuple(least for least, _ in BOUNDS.values())
"""Days at which what is overdue becomes of the next age."""
_KIND: Final = "account_manager, currency, due_on, dunning, collected, paused_until"
# As questions of their own, so that they are answered once and not for every row.
_DAY: Final = "(SELECT date_trunc('day', now() - interval '{limit:d} days', 'UTC'))"
_NEXT_DAY: Final = "(SELECT date_trunc('day', now() - interval '{limit:d} days', 'UTC') + interval '1 day')"
_DATE: Final = "(date_trunc('day', now() - interval '{limit:d} days', 'UTC') AT TIME ZONE 'UTC')::date"
_SUMS: Final = """
(SELECT {whose}currency, due_on::timestamp AT TIME ZONE 'UTC' AS due_at, dunning, collected, paused_until, invoices,
        total, owed
   FROM open_money WHERE due_on <> ALL (ARRAY(SELECT * FROM (VALUES {days}) days))
 UNION ALL
 SELECT {whose_of_one}i.currency, i.due_at, i.dunning, i.collected_at IS NOT NULL, i.paused_until, 1, i.total, {owed}
   FROM invoices i {customers} WHERE i.state = 'open' AND ({within}))
"""


def open_rows(limits: Sequence[int] = (0,), *, by_manager: bool = False) -> str:
    """Open invoices as rows of many: `currency`, `due_at`, `dunning`, `collected`, `paused_until`, how many `invoices`,
    their `total`, what is `owed`, and with `by_manager` the `account_manager`.

    The rows may be cut at these `limits`, in days ago, by `due_at`, and at no other moment: invoices of the days in
    which a limit falls come one by one, those of all other days at the day's beginning.
    """
    within = f"(i.due_at >= {_DAY} AND i.due_at < {_NEXT_DAY})"
    return _SUMS.format(
        days=", ".join(f"({_DATE.format(limit=limit)})" for limit in limits),
        within=" OR ".join(within.format(limit=limit) for limit in limits),
        owed=owed(),
        whose="account_manager, " if by_manager else "",
        whose_of_one="c.account_manager, " if by_manager else "",
        customers="JOIN customers c ON c.id = i.customer_id" if by_manager else "",
    )


async def pack(conn: Connection) -> int:
    """Make one row of all rows that count the same kind of invoices; how many rows there were of those."""
    # What is added up is what was taken away in the same step, so two who pack at once lose nothing.
    packed: int = await conn.fetchval(
        f"""WITH many AS (SELECT id, count(*) OVER (PARTITION BY {_KIND}) AS rows FROM open_money),
            gone AS (DELETE FROM open_money WHERE id IN (SELECT id FROM many WHERE rows > 1) RETURNING *),
            kept AS (
                INSERT INTO open_money ({_KIND}, invoices, total, owed)
                SELECT {_KIND}, sum(invoices), sum(total), sum(owed) FROM gone GROUP BY {_KIND}
                HAVING sum(invoices) <> 0 OR sum(total) <> 0 OR sum(owed) <> 0)
            SELECT count(*) FROM gone"""  # noqa: S608 - constants
    )
    return packed
