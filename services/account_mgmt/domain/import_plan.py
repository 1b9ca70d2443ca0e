"""What a chunk of a customer file means: new customers, their earlier orders, and a verdict for every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from services.account_mgmt.domain.import_rows import OrderLineRow, Row
from services.account_mgmt.domain.money import PricedLine, price
from services.account_mgmt.domain.recognition import WORDS, spelt
from services.chassis.contacts.companies import Party, same_company
from services.chassis.contacts.tax_ids import country_of_tax_id
from services.chassis.sentences import said

VerdictName = Literal["accepted", "merged", "duplicate", "rejected"]
USUAL_TAX = Decimal(20)
_BILLING = ("country", "street", "postal_code")
_NO_CONTACT = frozenset({"segment", "account_manager", *_BILLING})


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order that was imported already: `ours` if this very import brought it, so that lines may follow.

    `day` is its date, `line` the one of the file that it began in.
    """

    id: str
    currency: str
    ours: bool
    day: date | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What the records hold of a chunk: owners of keys, their tax keys and names, orders, products as (name, tax).

    `retired` are products that are no longer sold; `numbers` are those of orders that this import brought, each with
    its customer and the line that it began in. `called` are products' names by language, of those that have any.
    """

    owners: Mapping[str, str]
    tax_ids: Mapping[str, str]
    orders: Mapping[tuple[str, str], KnownOrder]
    products: Mapping[str, tuple[str, Decimal]]
    managers: Collection[str]
    retired: Collection[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    called: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer to be written."""

    id: str
    contact: dict[str, Any]
    segment: str
    account_manager: str | None
    billing: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An earlier order to be written."""

    id: str
    customer_id: str
    first: OrderLineRow


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a row. `cells` are kept of rejected ones only."""

    line: int
    verdict: VerdictName
    reason: str | None
    customer_id: str | None
    cells: Sequence[str] | None = None


@dataclass
class Plan:
    """Everything that a chunk adds. A line's position is its place in the file: it is written once."""

    customers: list[NewCustomer] = field(default_factory=list)
    keys: list[tuple[str, str]] = field(default_factory=list)
    orders: list[NewOrder] = field(default_factory=list)
    lines: list[tuple[str, int, PricedLine]] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    def counts(self) -> Mapping[str, int]:
        """How many rows of each verdict."""
        return Counter(verdict.verdict for verdict in self.verdicts)


class Planner:
    """Takes rows one after another; `new_id` makes ids."""

    def __init__(self, known: Known, new_id: Callable[[], str]) -> None:
        self._owners = dict(known.owners)
        self._tax_ids = dict(known.tax_ids)
        self._names = dict(known.names)
        self._orders = dict(known.orders)
        self._numbers = dict(known.numbers)
        self._known = known
        self._new_id = new_id
        self.plan = Plan()

    def take(self, row: Row) -> None:
        """Decide on a row."""
        if row.problem is not None:
            self._say(row, "rejected", row.problem, None)
            return
        owners = self._owners_of(row)
        customer_id = owners[0] if owners else self._add_customer(row)
        if len(owners) > 1:
            row.notes.append("phone, e-mail and tax id belong to several customers: the first was taken")
        self._add_keys(row, customer_id)
        if row.order is None:
            verdict: VerdictName = "duplicate" if owners else "accepted"
            self._say(row, verdict, "the customer is known" if owners else None, customer_id)
        elif refused := self._add_line(row, row.order, customer_id):
            self._say(row, *refused, customer_id)
        else:
            self._say(row, "merged" if owners else "accepted", "added to a known customer" if owners else None,
                      customer_id)  # fmt: skip

    def _owners_of(self, row: Row) -> list[str]:
        """The customers with one of the row's keys who may be the same company; of the others a note is made."""
        mine = Party(row.fields["company"], frozenset([row.fields["tax_id"]] if "tax_id" in row.fields else []))
        found: dict[str, bool] = {}
        for key in spelt([*row.keys[:1], *row.named, *row.keys[1:]]):
            other = self._owners.get(key)
            if other is None or other in found:
                continue
            found[other] = same_company(mine, self._party(other))
            if not found[other]:
                row.notes.append(f"shares its {WORDS[key[0]]} with customer {other}, which seems to be another company")
        return [one for one, same in found.items() if same]

    def _party(self, customer_id: str) -> Party:
        tax = self._tax_ids.get(customer_id)
        return Party(self._names.get(customer_id), frozenset([tax.removeprefix("t:")] if tax else []))

    def _add_customer(self, row: Row) -> str:
        customer_id = self._new_id()
        contact = {name: row.fields[name] for name in row.fields.keys() - _NO_CONTACT}
        manager = row.fields.get("account_manager")
        if manager is not None and manager not in self._known.managers:
            row.notes.append(f"there is no account manager {manager}: one is assigned")
            manager = None
        self._names[customer_id] = row.fields["company"]
        self.plan.customers.append(
            NewCustomer(
                customer_id,
                {"lead_id": customer_id, **contact, "phones": row.phones},
                row.fields.get("segment", ""),
                manager,
                _billing(row),
            )
        )
        return customer_id

    def _add_keys(self, row: Row, customer_id: str) -> None:
        if "tax_id" in row.fields:
            self._tax_ids.setdefault(customer_id, f"t:{row.fields['tax_id']}")
        for key in spelt([*row.keys, *row.named]):
            if key not in self._owners:
                self._owners[key] = customer_id
                self.plan.keys.append((key, customer_id))

    def _add_line(self, row: Row, line: OrderLineRow, customer_id: str) -> tuple[VerdictName, str] | None:
        """Add the line to its order, or say why not."""
        order = self._orders.get((customer_id, line.number))
        if order is not None and not order.ours:
            return "duplicate", f"order {line.number} of this customer was imported before"
        if refused := self._contradiction(order, line, customer_id):
            return "rejected", refused
        if order is None:
            order = KnownOrder(self._new_id(), line.currency, ours=True, day=line.day, line=row.line)
            self._numbers.setdefault(line.number, (customer_id, row.line))
            self._orders[customer_id, line.number] = order
            self.plan.orders.append(NewOrder(order.id, customer_id, line))
        product = line.product_id if line.product_id in self._known.products else None
        if line.product_id and product is None:
            row.notes.append(f"there is no product {line.product_id} in the catalogue: kept by its name")
        if product in self._known.retired:
            row.notes.append(f"product {product} is no longer sold: kept as what they bought then")
        name, usual = self._known.products[product] if product else (line.description, USUAL_TAX)
        tax = line.tax_percent if line.tax_percent is not None else usual
        # Without a description of its own a line is called what the catalogue calls its product as the customer speaks.
        name = self._known.called.get(product or "", {}).get(row.fields.get("language", ""), name)
        description = name if line.description == product else line.description
        priced = price(product, description, line.quantity, line.unit_price, tax, currency=line.currency)
        self.plan.lines.append((order.id, row.line, priced))
        return None

    def _contradiction(self, order: KnownOrder | None, line: OrderLineRow, customer_id: str) -> str | None:
        """Why the line cannot be of the order that an earlier line of the file began under its number."""
        number = line.number
        if order is None:
            # Where the old system gave no number the day stands for it, and customers order on the same day.
            owner, first = self._numbers.get(number, (customer_id, 0))
            if owner == customer_id or number == line.day.isoformat():
                return None
            return said(
                f"order_number: order {number} is another customer's since line {first}; an order has one customer"
            )
        first = order.line
        if order.currency != line.currency:
            begun, here = order.currency, line.currency
            return said(f"currency: order {number} is in {begun} since line {first}, this line in {here}")
        if order.day is not None and order.day != line.day:
            on, here_on = order.day, line.day
            return said(f"order_date: order {number} is of {on} since line {first}, this line of {here_on}")
        return None

    def _say(self, row: Row, verdict: VerdictName, reason: str | None, customer_id: str | None) -> None:
        told = "; ".join(part for part in (reason, *row.notes) if part) or None
        cells = row.cells if verdict == "rejected" else None
        self.plan.verdicts.append(Verdict(row.line, verdict, told[:500] if told else None, customer_id, cells))


def _billing(row: Row) -> dict[str, Any]:
    """What the row says of whom invoices are made out to, besides the card."""
    found = {name: row.fields[name] for name in _BILLING if name in row.fields}
    tax_id = row.fields.get("tax_id", "")
    return {**found, "vat_id": tax_id} if country_of_tax_id(tax_id) else found
