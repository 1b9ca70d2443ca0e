"""A customer's history in words, for whoever is to win them back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.account_mgmt.domain.money import grouped
from services.account_mgmt.repository import customers, history, invoices, needs, never_offer, orders, suggestions
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection
from workflows.contracts.account_mgmt import CustomerCard

_MOST_CHARACTERS = 3_000


async def read_win_back_card(conn: Connection, customer_id: str) -> CustomerCard:
    """What tier 2 must know to win the customer back. Raises NotFound."""
    customer = await customers.get(conn, customer_id)
    return CustomerCard(
        contact=customer.contact,
        account_manager=customer.account_manager,
        won_by=customer.won_by,
        history=await _history(conn, customer.id),
    )


async def _history(conn: Connection, customer_id: str) -> str:
    """What they bought, what they said to reminders, what they complained of, what they need, what they owe."""
    lines = [await _bought(conn, customer_id)]
    zone = (await policies.rules(conn)).zone
    lines += [f"{at.astimezone(zone):%Y-%m-%d}: {what}" for at, what in await history.events(conn, customer_id)]
    if wanted := await needs.latest(conn, customer_id):
        lines.append(f"needs: {'; '.join(wanted)}")
    if refused := await never_offer.of_customer(conn, customer_id):
        lines.append(f"never offer: {', '.join(one.product_id for one in refused)}")
    owed = await invoices.open_of(conn, customer_id, 20)
    lines += [f"owes {grouped(one.open_amount, one.currency)} {one.currency} on {one.number}" for one in owed]
    return "\n".join(lines)[:_MOST_CHARACTERS]


async def _bought(conn: Connection, customer_id: str) -> str:
    bought = await suggestions.purchases(conn, customer_id)
    placed = await orders.placed_times(conn, customer_id)
    if not placed:
        return "never ordered"
    age = datetime.now(UTC) - placed[-1]
    what = ", ".join(f"{p.description} ({p.times}x)" for p in bought[:5])
    return f"{len(placed)} orders, the last {max(0, age // timedelta(days=1))} days ago: {what}"
