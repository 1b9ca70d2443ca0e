"""The customer card: the working instruction that lets somebody without sales technique do the work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.call_opening import say
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.repository import card
from services.account_mgmt.schemas.card import Card, InvoiceRef, Payment, PersonView, Purchase, Suggestion
from services.account_mgmt.schemas.forecasts import ForecastView
from services.chassis.db import Connection
from workflows.contracts.base import ContactCard, Money

_REASONS = {
    "nudge": "The next order is due",
    "inbound": "They called",
    "complaint": "They complained",
    "risk": "They may be leaving",
    "dunning": "An invoice is overdue",
    "mail": "A mail did not arrive",
}


async def build(conn: Connection, customer_id: str) -> Card:
    """Who they are, what they bought and how they pay, why now, what to say, to offer, and never to offer.

    Raises NotFound.
    """
    row = await card.read(conn, customer_id)
    policy = Policy.model_validate(row["policy"])
    contact = ContactCard.model_validate(row["contact"])
    placed: list[datetime] = row["placed"]
    bought = [Purchase.model_validate(one) for one in row["bought"]]
    foretold = ForecastView.model_validate(row["forecast"]) if row["forecast"] else None
    now = datetime.now(UTC)
    every = reorder_cycle.interval(policy, placed)
    expected = foretold.expected_at if foretold else reorder_cycle.next_expected(policy, placed) if placed else None
    what = ", ".join(p.description for p in bought[:3]) or "-"
    return Card(
        who=_who(contact, row),
        people=_people(contact, row["people"]),
        last_purchase={"at": placed[-1], "days_ago": (now - placed[-1]).days} if placed else None,
        bought=bought,
        rhythm=_rhythm(every, expected, foretold, row["orders"]),
        payment=_payment(row["habit"], row["owed"]),
        needs=row["needs"],
        why_now=_why_now(expected, now, row["orders"]),
        on_list_because=[_reason(item) for item in row["work"]],
        say=say(contact.language, now - placed[-1], what, every) if placed else "",
        offer=[Suggestion.of(one) for one in row["offer"]],
        never_offer=row["never_offer"],
        open_invoices=[_invoice(one) for one in row["owed"]],
    )


def _who(contact: ContactCard, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "company": contact.company,
        "industry": contact.industry,
        "size": contact.size,
        "segment": row["segment"],
        "region": contact.region,
        "city": contact.city,
        "language": contact.language,
        "timezone": contact.timezone,
        "state": row["state"],
        "account_manager": row["account_manager"],
        "remind_by": row["remind_by"],
        "contacts": [{"name": contact.contact_name, "phones": contact.phones, "email": contact.email}],
    }


def _people(contact: ContactCard, others: Sequence[dict[str, Any]]) -> list[PersonView]:
    first = PersonView(
        name=contact.contact_name or contact.company,
        role="first contact",
        phones=contact.phones,
        email=contact.email,
        language=contact.language,
    )
    return [first, *(PersonView.model_validate(one) for one in others)]


def _rhythm(every: timedelta, expected: datetime | None, foretold: ForecastView | None, orders: int) -> dict[str, Any]:
    return {
        "interval_days": round(every / timedelta(days=1), 2),
        "next_expected_at": expected,
        "between": [foretold.expected_low, foretold.expected_high] if foretold else None,
        "p_alive": round(foretold.p_alive, 3) if foretold else None,
        "p_buys_within_30_days": round(foretold.p_buys, 3) if foretold else None,
        "by": foretold.speaker if foretold else None,
        "orders": orders,
    }


def _payment(habit: dict[str, Any], owed: Sequence[dict[str, Any]]) -> Payment:
    return Payment(
        invoices_paid=habit["invoices"],
        average_days=round(habit["days"], 1) if habit["days"] is not None else None,
        on_time=round(habit["on_time"], 3) if habit["on_time"] is not None else None,
        open=_sums(owed),
        overdue=_sums([one for one in owed if one["overdue"]]),
    )


def _sums(owed: Sequence[dict[str, Any]]) -> list[Money]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for one in owed:
        totals[one["currency"]] += Decimal(one["open"])
    return [Money(amount=amount, currency=currency) for currency, amount in sorted(totals.items())]


def _invoice(one: dict[str, Any]) -> InvoiceRef:
    total = Money(amount=Decimal(one["total"]), currency=one["currency"])
    return InvoiceRef(id=one["id"], number=one["number"], due_at=one["due_at"], total=total)


def _reason(item: dict[str, Any]) -> str:
    facts = item["payload"]
    more = facts.get("note") or facts.get("text") or facts.get("number")
    said = _REASONS.get(item["kind"], item["kind"])
    return f"{said}: {more}" if more else said


def _why_now(expected: datetime | None, now: datetime, orders: int) -> str:
    if expected is None:
        return "Has not ordered yet"
    basis = "by its own rhythm" if orders > 1 else "by the usual rhythm of new customers"
    when = "was due" if expected < now else "is due"
    return f"The next order {when} on {expected:%Y-%m-%d}, {basis} over {orders} order{'s' if orders != 1 else ''}"
