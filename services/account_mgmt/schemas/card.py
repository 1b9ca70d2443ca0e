"""The customer card: the working instruction as data."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from pydantic import Field

from services.chassis.http import Model
from workflows.contracts.base import Money


class InvoiceRef(Model):
    """The invoice of an order."""

    id: str
    number: str
    due_at: datetime
    total: Money


class Purchase(Model):
    """What a customer bought, over all orders."""

    product_id: str | None
    description: str
    quantity: Decimal
    times: int
    last_at: datetime | None = None


class Suggestion(Model):
    """Another product with its evidence.

    Of the `buyers` of `because_of`, `support` bought this one too: `confidence` of them, where `share` of all
    customers did, which is `lift` times as many. `need`, if the customer said himself that he needs it.
    """

    product_id: str
    name: str
    support: int = 0
    confidence: float = 0
    lift: float = 0
    share: float = 0
    buyers: int = 0
    because_of: str | None = None
    need: str | None = None
    evidence: str = Field(default="", description="The figures as a sentence.")

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """From the row, with its sentence."""
        found = cls.model_validate({name: value for name, value in row.items() if value is not None})
        words = [f"they said: {found.need}"] if found.need else []
        if found.because_of:
            words.append(
                f"{found.support} of {found.buyers} customers with {found.because_of} buy it too "
                f"({found.confidence:.0%}, of all customers {found.share:.0%})"
            )
        return found.model_copy(update={"evidence": "; ".join(words)})


class PersonView(Model):
    """Somebody to talk to at the customer's."""

    id: str | None = None
    name: str
    role: str = ""
    phones: list[str] = Field(default_factory=list)
    email: str | None = None
    language: str | None = None
    note: str = ""


class Payment(Model):
    """How a customer pays: over his settled invoices, and what is open. Money is per currency."""

    invoices_paid: int
    average_days: float | None = Field(description="From the invoice to the last of its money.")
    on_time: float | None = Field(description="Share of the settled invoices that were paid by their date.")
    open: list[Money]
    overdue: list[Money]


class Card(Model):
    """The working instruction for one customer."""

    who: dict[str, Any]
    people: list[PersonView]
    last_purchase: dict[str, Any] | None
    bought: list[Purchase]
    rhythm: dict[str, Any]
    payment: Payment
    needs: list[str] = Field(description="What they said they need, the latest first.")
    why_now: str
    on_list_because: list[str] = Field(description="What waits to be done for them, the most urgent first.")
    say: str
    offer: list[Suggestion]
    never_offer: list[str]
    open_invoices: list[InvoiceRef]
