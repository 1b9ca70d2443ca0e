"""An order while it is put together: what was typed, what it comes to, and what is still wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from services.account_mgmt.domain import money
from services.account_mgmt.domain.allowances import MOST
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.draft_extras import NO_EXTRAS, SORTS, DraftExtra, Extras
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.line_charges import ChargedLine
from services.account_mgmt.domain.money import PricedLine
from services.account_mgmt.domain.orders import Order, UndoneOrder
from services.account_mgmt.domain.tax_categories import Parties, ProductTax, treatment
from services.account_mgmt.domain.typed_numbers import MOST_PIECES, TypedNumberError, read_number
from services.account_mgmt.domain.units import PIECE, word_of
from services.chassis.errors import Conflict
from services.chassis.records import Record
from workflows.contracts.base import Money

MOST_LINES = 40


class DraftLine(Record):
    """A line as it was typed. Only a free line, taken over from an earlier order, brings its own words and price."""

    key: str
    product_id: str | None = None
    description: str = ""
    quantity: str = "1"
    unit_price: Decimal | None = None
    tax_percent: Decimal | None = None
    discount_percent: Decimal = Decimal(0)
    unit: str = PIECE


class Draft(Record):
    """What one person is putting together for a customer."""

    lines: list[DraftLine] = Field(default_factory=list)
    note: str = ""
    allowance_charges: list[DraftExtra] = Field(default_factory=list)


@dataclass(frozen=True)
class TypedOrder:
    """What stands in the fields of the form now: quantities by the line's key, the note, discounts and charges."""

    quantities: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    extras: list[DraftExtra] = field(default_factory=list)

    def on(self, draft: Draft) -> Draft:
        """The draft with what was typed; what it has no line for is left out."""
        lines = [
            line.model_copy(update={"quantity": self.quantities.get(line.key, line.quantity)}) for line in draft.lines
        ]
        note = draft.note if self.note is None else self.note
        return Draft(lines=lines, note=note, allowance_charges=self.extras or draft.allowance_charges)


class ListedProduct(Record):
    """A product with its price in one currency, if it has one; `refused` if the customer never wants to hear of it."""

    id: str
    name: str
    names: dict[str, str]
    unit: str
    tax_percent: Decimal
    kind: str = "service"
    tax_category: str = ""
    tax_reason: str = ""
    active: bool
    price: Decimal | None
    refused: bool = False

    def name_in(self, language: str) -> str:
        """Its name on a document in this language."""
        return self.names.get(language) or self.name


@dataclass(frozen=True)
class ShownLine:
    """A line with what it comes to. `fault` is a word for what is wrong with it, `before` the price of last time."""

    key: str
    product_id: str | None
    description: str
    unit: str
    quantity: str
    unit_price: Decimal | None
    priced: PricedLine | None
    fault: str = ""
    before: Decimal | None = None


@dataclass(frozen=True)
class OrderDesk:
    """Everything the order form shows. `barrier` is a word for why this person cannot order now, empty if they can.

    `manager` is the name of whoever looks after the customer, for those who may not order; `undone` are orders that
    this one may correct.
    """

    customer: Customer
    currency: str
    lines: Sequence[ShownLine]
    note: str
    last: Order | None
    seller: LegalEntity | None
    due_at: datetime
    barrier: str
    manager: str | None = None
    undone: Sequence[UndoneOrder] = ()
    extras: Extras = NO_EXTRAS

    @property
    def priced(self) -> list[PricedLine]:
        """The lines that have a sum."""
        return money.taxed([line.priced for line in self.lines if line.priced], self.currency)

    @property
    def total(self) -> Decimal:
        """What the customer pays, tax and all."""
        return money.totals([*self.priced, *self.extras.priced])[0]

    @property
    def taxes(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """(rate, net, tax) for each rate, the highest first."""
        sums = [(one.tax_percent, one.net, one.tax) for one in self.priced]
        return money.rate_sums([*sums, *((one.tax_percent, one.net, one.tax) for one in self.extras.priced)])

    @property
    def rates(self) -> list[Decimal]:
        """The rates of its lines, the highest first."""
        return sorted({one.tax_percent for one in self.priced}, reverse=True)

    @property
    def is_ready(self) -> bool:
        """Whether it can be sent as it stands."""
        faults = [*(line.fault for line in self.lines), *(one.fault for one in self.extras.shown)]
        return bool(self.lines) and not self.barrier and not any(faults)

    @property
    def mail_to(self) -> str | None:
        """Where the invoice goes by mail."""
        return self.customer.contact.email

    def order_lines(self) -> list[ChargedLine]:
        """The lines as an order takes them; for a draft that is ready."""
        return [
            ChargedLine(
                product_id=one.product_id,
                description=one.description,
                quantity=one.quantity,
                unit_price=Money(amount=one.unit_price, currency=self.currency),
                tax_percent=one.tax_percent,
                discount_percent=one.discount_percent,
                unit=None if one.product_id else one.unit,
            )
            for one in self.priced
        ]


def show_line(
    line: DraftLine,
    product: ListedProduct | None,
    *,
    language: str,
    currency: str,
    parties: Parties,
    before: Mapping[str, Decimal],
) -> ShownLine:
    """The line with its price and sum, or with what is wrong with it."""
    description = product.name_in(language) if product else line.description
    unit_price = product.price if product else line.unit_price
    fault, priced = "", None
    if line.product_id and (product is None or not product.active):
        fault = "gone"
    elif unit_price is None:
        fault = "no_price"
    else:
        try:
            quantity = read_number(line.quantity, places=3, most=MOST_PIECES)
            own = ProductTax.of(product) if product else None
            rate = treatment(None if product else line.tax_percent, own, parties, as_offered=False).percent
            off = Decimal(0) if product else line.discount_percent
            asked = (line.product_id, description, quantity, unit_price, rate)
            amounts = money.price(*asked, currency=currency, discount_percent=off)
            priced = amounts.model_copy(update={"unit": line.unit})
        except TypedNumberError as error:
            fault = error.fault
    last_price = before.get(line.key)
    return ShownLine(
        key=line.key,
        product_id=line.product_id,
        description=description or line.product_id or "",
        unit=word_of(product.unit) if product else "",
        quantity=line.quantity,
        unit_price=unit_price,
        priced=priced,
        fault=fault,
        before=last_price if last_price != unit_price else None,
    )


def with_extra(draft: Draft, sort: str) -> Draft:
    """The draft with another discount or charge of this sort. Raises Conflict (`full`)."""
    if len(draft.allowance_charges) == MOST:
        raise Conflict(f"An order has at most {MOST} discounts and charges", code="full")
    added = DraftExtra(sort=sort if sort in SORTS else "off")
    return draft.model_copy(update={"allowance_charges": [*draft.allowance_charges, added]})


def without_extra(draft: Draft, place: str) -> Draft:
    """The draft without the discount or charge at this place, from 0; one that is not there changes nothing."""
    kept = [one for n, one in enumerate(draft.allowance_charges) if str(n) != place]
    return draft.model_copy(update={"allowance_charges": kept})


def as_last_time(order: Order) -> list[DraftLine]:
    """The lines of an earlier order: products at today's price and once each, free lines at the price they had."""
    lines: dict[str, DraftLine] = {}
    for number, line in enumerate(order.lines):
        key = line.product_id or f"free:{number}"
        quantity = line.quantity + (Decimal(lines[key].quantity) if key in lines else 0)
        kept = ("unit_price", "tax_percent", "discount_percent", "unit")
        own = {} if line.product_id else {name: getattr(line, name) for name in kept}
        lines[key] = DraftLine(
            key=key,
            product_id=line.product_id,
            description=line.description,
            quantity=f"{quantity.normalize():f}",
            **own,
        )
    return list(lines.values())[:MOST_LINES]
