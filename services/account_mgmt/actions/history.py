"""A customer's whole story in words, for whoever is to win it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.account_mgmt.domain.money import grouped
from services.account_mgmt.repository import history, needs, sales, suggestions
from services.chassis.db import Connection

_MOST_WORDS = 3_000


async def tell(conn: Connection, customer_id: str) -> str:
    """What they bought, what they said to reminders, what they complained of, what they need, what they owe."""
    lines = [await _bought(conn, customer_id)]
    lines += [f"{day:%Y-%m-%d}: {what}" for day, what in await history.events(conn, customer_id)]
    if wanted := await needs.latest(conn, customer_id):
        lines.append(f"needs: {'; '.join(wanted)}")
    if refused := await suggestions.refusals(conn, customer_id):
        lines.append(f"never offer: {', '.join(one.product_id for one in refused)}")
    owed = await sales.invoices(conn, state="open", customer_id=customer_id, limit=20, after=None)
    lines += [f"owes {grouped(one.open_amount.amount)} {one.total.currency} on {one.number}" for one in owed]
    return "\n".join(lines)[:_MOST_WORDS]


async def _bought(conn: Connection, customer_id: str) -> str:
    bought = await suggestions.purchases(conn, customer_id)
    placed = await sales.placed_times(conn, customer_id)
    if not placed:
        return "never ordered"
    age = datetime.now(UTC) - placed[-1]
    what = ", ".join(f"{p.description} ({p.times}x)" for p in bought[:5])
    return f"{len(placed)} orders, the last {max(0, age // timedelta(days=1))} days ago: {what}"
