"""The customer card: the working instruction that lets somebody without sales technique do the work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.account_mgmt.domain import rhythm
from services.account_mgmt.domain.talk import say
from services.account_mgmt.repository import customers, forecasts, insight, sales
from services.account_mgmt.schemas import Card, CustomerView, InvoiceRef
from services.chassis.db import Connection


async def build(conn: Connection, customer: CustomerView) -> Card:
    """Who they are, what they bought and how often, why now, what to say and to offer."""
    _, policy = await customers.policy(conn)
    placed = await sales.placed_times(conn, customer.id)
    bought = await insight.purchases(conn, customer.id)
    now = datetime.now(UTC)
    every = rhythm.interval(policy, placed)
    foretold = await forecasts.of_customer(conn, customer.id)
    expected = foretold.expected_at if foretold else rhythm.next_expected(policy, placed) if placed else None
    what = ", ".join(p.description for p in bought[:3]) or "-"
    owed = await sales.invoices(conn, state="open", customer_id=customer.id, limit=20, after=None)
    contact = customer.contact
    return Card(
        who={
            "company": contact.company,
            "industry": contact.industry,
            "size": contact.size,
            "region": contact.region,
            "city": contact.city,
            "contacts": [{"name": contact.contact_name, "phones": contact.phones, "email": contact.email}],
        },
        last_purchase={"at": placed[-1], "days_ago": (now - placed[-1]).days} if placed else None,
        bought=bought,
        rhythm={
            "interval_days": round(every / timedelta(days=1), 2),
            "next_expected_at": expected,
            "between": [foretold.expected_low, foretold.expected_high] if foretold else None,
            "p_alive": round(foretold.p_alive, 3) if foretold else None,
            "p_buys_within_30_days": round(foretold.p_buys, 3) if foretold else None,
            "by": foretold.speaker if foretold else None,
            "orders": len(placed),
        },
        needs=await customers.latest_needs(conn, customer.id),
        why_now=_why_now(expected, now, len(placed)),
        say=say(contact.language, now - placed[-1], what, every) if placed else "",
        offer=await insight.suggestions(conn, customer.id),
        never_offer=await insight.never_offered(conn, customer.id),
        open_invoices=[InvoiceRef(id=i.id, number=i.number, due_at=i.due_at, total=i.total) for i in owed],
    )


def _why_now(expected: datetime | None, now: datetime, orders: int) -> str:
    if expected is None:
        return "Has not ordered yet"
    basis = "by its own rhythm" if orders > 1 else "by the usual rhythm of new customers"
    when = "was due" if expected < now else "is due"
    return f"The next order {when} on {expected:%Y-%m-%d}, {basis} over {orders} order{'s' if orders != 1 else ''}"
