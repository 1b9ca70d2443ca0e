"""The customer card: the working instruction that lets somebody without sales technique do the work, from facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from services.account_mgmt.domain import reorder_cycle
from services.account_mgmt.domain.call_opening import call_opening, complaint_opening, overdue_opening
from services.account_mgmt.domain.customers import GONE
from services.account_mgmt.domain.forecasts import CustomerForecast
from services.account_mgmt.domain.people import Person
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.suggestions import Purchase, Suggestion
from services.chassis.records import Record
from workflows.contracts.base import ContactCard, Money

_REASONS = {
    "nudge": "The next order is due",
    "inbound": "They called",
    "complaint": "They complained",
    "risk": "They may be leaving",
    "dunning": "An invoice is overdue",
    "debt": "All reminders were sent",
    "mail": "A mail did not arrive",
    "reply": "They answered by mail",
    "contract": "An invoice of a contract did not go out",
}


class PaymentHabit(Record):
    """Of the latest settled invoices: how many, average days to the last of their money, share paid in time."""

    invoices: int
    days: float | None
    on_time: float | None


class OwedInvoice(Record):
    """An open invoice, whether it is past its date, and whether nobody asks for it now: paused, or in collection."""

    id: str
    number: str
    due_at: datetime
    total: Decimal
    open: Decimal
    currency: str
    overdue: bool
    rests: bool = False

    @property
    def is_asked_for(self) -> bool:
        """Late, and ours to ask for."""
        return self.overdue and not self.rests


class WaitingWork(Record):
    """Open work of the customer."""

    kind: str
    payload: dict[str, Any]


Concern = Literal["complaint", "overdue"]
"""What to talk about before selling anything."""


class CardFacts(Record):
    """Everything that a customer's card is made of; `placed` are the times of the latest orders in order."""

    id: str
    contact: ContactCard
    segment: str
    state: str
    account_manager: str | None
    remind_by: str
    policy: Policy
    orders: int
    placed: list[datetime]
    bought: list[Purchase]
    forecast: CustomerForecast | None
    needs: list[str]
    people: list[Person]
    never_offer: list[str]
    habit: PaymentHabit
    owed: list[OwedInvoice]
    work: list[WaitingWork]
    offer: list[Suggestion]


class PaymentBehaviour(Record):
    """How a customer pays: over their settled invoices, and what is open. Money is per currency."""

    invoices_paid: int
    average_days: float | None = Field(description="From the invoice to the last of its money.")
    on_time: float | None = Field(description="Share of the settled invoices that were paid by their date.")
    open: list[Money]
    overdue: list[Money]


class CardInvoice(Record):
    """An open invoice on the card."""

    id: str
    number: str
    due_at: datetime
    total: Money


class Card(Record):
    """The working instruction for one customer."""

    who: dict[str, Any]
    people: list[Person]
    last_purchase: dict[str, Any] | None
    bought: list[Purchase]
    rhythm: dict[str, Any]
    payment: PaymentBehaviour
    needs: list[str] = Field(description="What they said they need, the latest first.")
    concern: Concern | None = Field(description="What the call is about before anything is sold.")
    why_now: str
    asked_for: CardInvoice | None = Field(default=None, description="The late invoice that the concern is about.")
    on_list_because: list[str] = Field(description="What waits to be done for them, the most urgent first.")
    say: str
    offer: list[Suggestion]
    never_offer: list[str]
    open_invoices: list[CardInvoice]


def build_card(facts: CardFacts, now: datetime) -> Card:
    """Who they are, what they bought and how they pay, why now, what to say, to offer, and never to offer."""
    placed = facts.placed
    every = reorder_cycle.usual_gap(facts.policy, placed)
    expected = _expected(facts)
    concern = concern_of(facts)
    return Card(
        who=_who(facts),
        people=_people(facts),
        last_purchase={"at": placed[-1], "days_ago": (now - placed[-1]).days} if placed else None,
        bought=facts.bought,
        rhythm=_rhythm(every, expected, facts),
        payment=_payment(facts),
        needs=facts.needs,
        concern=concern,
        asked_for=next((_invoice(one) for one in facts.owed if one.is_asked_for), None),
        why_now=_why_concern(facts, concern)
        or why_now(expected and expected.astimezone(facts.policy.zone), now, facts.orders),
        on_list_because=[_reason(item) for item in facts.work],
        say=_say(facts, concern, now, every),
        offer=facts.offer,
        never_offer=facts.never_offer,
        open_invoices=[_invoice(one) for one in facts.owed],
    )


def concern_of(facts: CardFacts) -> Concern | None:
    """A complaint that is not settled comes before an invoice that is overdue; none if there is neither."""
    if any(item.kind == "complaint" for item in facts.work):
        return "complaint"
    return "overdue" if any(one.is_asked_for for one in facts.owed) else None


def _complaint(facts: CardFacts) -> WaitingWork:
    return next(item for item in facts.work if item.kind == "complaint")


def _why_concern(facts: CardFacts, concern: Concern | None) -> str:
    if concern == "complaint":
        return _reason(_complaint(facts))
    late = next((one for one in facts.owed if one.is_asked_for), None)
    return (
        f"Invoice {late.number} has been due since {late.due_at.astimezone(facts.policy.zone):%Y-%m-%d}" if late else ""
    )


def _say(facts: CardFacts, concern: Concern | None, now: datetime, every: timedelta) -> str:
    """The opening of a call; nothing for whoever has left, or never ordered and has no concern."""
    language = facts.contact.language
    if facts.state in GONE:
        return ""
    if concern == "complaint":
        return complaint_opening(language, str(_complaint(facts).payload.get("note") or ""))
    if concern == "overdue":
        late = next(one for one in facts.owed if one.is_asked_for)
        return overdue_opening(language, late.number, now - late.due_at)
    if not facts.placed:
        return ""
    what = ", ".join(one.description for one in facts.bought[:3]) or "-"
    usual = every if len(facts.placed) > 1 else None
    return call_opening(language, now - facts.placed[-1], what, usual)


def why_now(expected: datetime | None, now: datetime, orders: int) -> str:
    """Why the customer is worth a call today, as a sentence; the day is that of the zone of `expected`."""
    if expected is None:
        return "Has not ordered yet"
    basis = "by its own rhythm" if orders > 1 else "by the usual rhythm of new customers"
    when = "was due" if expected < now else "is due"
    return f"The next order {when} on {expected:%Y-%m-%d}, {basis} over {orders} order{'s' if orders != 1 else ''}"


def _expected(facts: CardFacts) -> datetime | None:
    if facts.forecast:
        return facts.forecast.expected_at
    return reorder_cycle.next_expected(facts.policy, facts.placed) if facts.placed else None


def _who(facts: CardFacts) -> dict[str, Any]:
    contact = facts.contact
    return {
        "company": contact.company,
        "industry": contact.industry,
        "size": contact.size,
        "segment": facts.segment,
        "region": contact.region,
        "city": contact.city,
        "language": contact.language,
        "timezone": contact.timezone,
        "state": facts.state,
        "account_manager": facts.account_manager,
        "remind_by": facts.remind_by,
        "contacts": [{"name": contact.contact_name, "phones": contact.phones, "email": contact.email}],
    }


def _people(facts: CardFacts) -> list[Person]:
    contact = facts.contact
    first = Person(
        name=contact.contact_name or contact.company,
        role="first contact",
        phones=contact.phones,
        email=contact.email,
        language=contact.language,
    )
    return [first, *facts.people]


def _rhythm(every: timedelta, expected: datetime | None, facts: CardFacts) -> dict[str, Any]:
    forecast = facts.forecast
    return {
        "interval_days": _days(every / timedelta(days=1), 2),
        "next_expected_at": expected,
        "between": [forecast.expected_low, forecast.expected_high] if forecast else None,
        "p_alive": round(forecast.p_alive, 3) if forecast else None,
        "p_buys_within_30_days": round(forecast.p_buys, 3) if forecast else None,
        "by": forecast.speaker if forecast else None,
        "orders": facts.orders,
    }


def _days(days: float, digits: int) -> float:
    """Days as people say them; less than one keeps what makes it hours or minutes."""
    return round(days, digits if days >= 1 else 6)


def _payment(facts: CardFacts) -> PaymentBehaviour:
    habit = facts.habit
    return PaymentBehaviour(
        invoices_paid=habit.invoices,
        average_days=_days(habit.days, 1) if habit.days is not None else None,
        on_time=round(habit.on_time, 3) if habit.on_time is not None else None,
        open=_sums(facts.owed),
        overdue=_sums(one for one in facts.owed if one.overdue),
    )


def _sums(owed: Iterable[OwedInvoice]) -> list[Money]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for one in owed:
        totals[one.currency] += one.open
    return [Money(amount=amount, currency=currency) for currency, amount in sorted(totals.items())]


def _invoice(one: OwedInvoice) -> CardInvoice:
    total = Money(amount=one.total, currency=one.currency)
    return CardInvoice(id=one.id, number=one.number, due_at=one.due_at, total=total)


def _reason(item: WaitingWork) -> str:
    more = item.payload.get("note") or item.payload.get("text") or item.payload.get("number")
    said = _REASONS.get(item.kind, item.kind)
    return f"{said}: {more}" if more else said
