"""Everything that the desk shows of one customer, besides the card."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.card import Card
from services.account_mgmt.domain.customers import GONE
from services.account_mgmt.domain.suggestions import Suggestion
from services.account_mgmt.domain.units import PIECE
from services.chassis.records import Record


class PastOrder(Record):
    """An order as the rhythm draws it."""

    id: str
    number: str
    placed_at: datetime
    total: Decimal
    currency: str


class LastLine(Record):
    """A line of the latest order: what "as last time" means. One that is not `active` is no longer sold."""

    product_id: str | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    tax_percent: Decimal
    discount_percent: Decimal = Decimal(0)
    active: bool = True
    unit: str = PIECE


class RefusedProduct(Record):
    """A product that is never offered to them again, and who was told so."""

    product_id: str
    name: str
    reason: str | None
    by: str
    at: datetime


class OpenTask(Record):
    """Open work of the customer."""

    id: str
    kind: str
    payload: dict[str, Any]
    opened_at: datetime
    assignee: str | None

    @property
    def note(self) -> str:
        """What is known of it in words."""
        return str(self.payload.get("note") or self.payload.get("text") or self.payload.get("number") or "")

    @property
    def not_before(self) -> datetime | None:
        """Before when they are not called; none if they may be now."""
        at = self.payload.get("not_before")
        return datetime.fromisoformat(at) if at else None


class CustomerFacts(Record):
    """What the card does not know, as it is written. `orders` are the latest, oldest first."""

    created_at: datetime
    first_at: datetime | None
    next_nudge_at: datetime | None
    last_nudge_at: datetime | None
    manager: str | None
    tax_id: str | None = None
    billing: Billing = Billing()
    no_calls_since: datetime | None = None
    orders: list[PastOrder]
    last_lines: list[LastLine]
    refused: list[RefusedProduct]
    tasks: list[OpenTask]


class CustomerDesk(Record):
    """One customer on the desk. `mine` says whether whoever reads may act for them."""

    id: str
    card: Card
    facts: CustomerFacts
    mine: bool
    names: dict[str, str] = Field(default_factory=dict, description="Of the products they buy, by id.")
    names_by_language: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="Of the products that are suggested or refused: names by language, by id."
    )

    def called(self, one: Suggestion | RefusedProduct, language: str) -> str:
        """A product that is suggested or refused, as whoever reads calls it."""
        return self.names_by_language.get(one.product_id, {}).get(language) or one.name

    @property
    def since(self) -> datetime:
        """Since when they are a customer."""
        return min(self.facts.created_at, self.facts.first_at or self.facts.created_at)

    @property
    def is_gone(self) -> bool:
        """Whether they have left: nothing is sold to them any more."""
        return self.card.who["state"] in GONE

    @property
    def nudge(self) -> OpenTask | None:
        """The reminder that waits for an answer."""
        return next((task for task in self.facts.tasks if task.kind == "nudge"), None)

    @property
    def other_tasks(self) -> list[OpenTask]:
        """What waits besides the reminder; their calls are one, because one call returns them all."""
        first_call = next((task for task in self.facts.tasks if task.kind == "inbound"), None)
        return [task for task in self.facts.tasks if task.kind not in ("nudge", "inbound") or task is first_call]

    @property
    def calls(self) -> int:
        """How often they have called since anybody spoke with them."""
        return sum(task.kind == "inbound" for task in self.facts.tasks)

    @property
    def may_be_called(self) -> bool:
        """Who opted out is not called, unless they called us and wait for an answer."""
        return self.facts.no_calls_since is None or self.calls > 0

    @property
    def last(self) -> PastOrder | None:
        """The latest order."""
        return self.facts.orders[-1] if self.facts.orders else None
