"""The offer editor: its rows as they are typed, what they come to, and whose approval that needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from services.chassis.auth import Principal
from services.chassis.db import Connection, new_id
from services.chassis.errors import DomainError, Invalid
from services.chassis.web.formats import Formats
from services.conversion.actions.catalogue import products, search_catalogue
from services.conversion.actions.deal_page import DealPage
from services.conversion.actions.offers import draft_offer
from services.conversion.desk.asks import SentForm, body_of, day, faults_of, number
from services.conversion.domain.money import OfferLine, line_total
from services.conversion.domain.offers import Offer
from services.conversion.domain.pricing import name_in, price_at
from services.conversion.schemas.offers import NewOffer
from workflows.contracts.base import Money
from workflows.contracts.catalogue import CatalogueItem

_CURRENCY = "UAH"
_COLUMNS = ("product_id", "name", "quantity", "price", "off", "currency")
FREE = "free"
"""What is added when a line of one's own is wanted instead of a product."""
FIRST_FOUND = "found"
"""What Enter adds: the first product of the search, if there is one."""


class LinesForm(SentForm):
    """The editor as it is sent: a value in each list for every row.

    `add` is a product's id, `free` or `found`; `drop` is a row.
    """

    row: list[str] = Field(default_factory=list, max_length=200)
    product_id: list[str] = Field(default_factory=list, max_length=200)
    name: list[str] = Field(default_factory=list, max_length=200)
    quantity: list[str] = Field(default_factory=list, max_length=200)
    price: list[str] = Field(default_factory=list, max_length=200)
    off: list[str] = Field(default_factory=list, max_length=200)
    currency: list[str] = Field(default_factory=list, max_length=200)
    discount: str = Field(default="", max_length=20)
    until: str = Field(default="", max_length=20)
    q: str = Field(default="", max_length=100)
    add: str = Field(default="", max_length=200)
    drop: str = Field(default="", max_length=64)
    ask: str = Field(default="", max_length=10)
    source: str = Field(default="", max_length=10)
    offer: str = Field(default="", max_length=64)
    note: str = Field(default="", max_length=5000)


@dataclass(frozen=True)
class Row:
    """A line as it stands in the editor: as it was typed, and beside it what is known and what is wrong."""

    row: str
    product_id: str
    name: str
    quantity: str
    price: str
    off: str
    currency: str
    unit: str = ""
    total: Decimal | None = None
    error: str = ""


@dataclass(frozen=True)
class Found:
    """A product that was looked for; without a price none is valid now."""

    product_id: str
    name: str
    unit: str
    price: Money | None


@dataclass(frozen=True)
class Editor:
    """The editor with its rows; `draft` is the offer they would make, none while something is wrong."""

    rows: Sequence[Row]
    discount: str
    until: str
    q: str
    draft: Offer | None
    errors: Mapping[str, str]
    found: Sequence[Found]
    limit: Decimal

    @property
    def over(self) -> bool:
        """Whether it needs somebody's approval."""
        return self.draft is not None and self.draft.state == "awaiting_approval"


async def editor_of(
    conn: Connection, who: Principal, page: DealPage, values: Mapping[str, Any], fmt: Formats
) -> Editor:
    """The editor with what was typed or, when it is opened, the lines of the last offer or what they asked for."""
    rows = typed_rows(values) if "row" in values else await _first(conn, page)
    known = await products(conn, [row.product_id for row in rows if row.product_id])
    until = str(values.get("until") or (fmt.now + page.policy.offer_valid_for).astimezone(page.policy.zone).date())
    discount = str(values.get("discount", "") if "row" in values else _usual_discount(page))
    draft, errors = await _drafted(conn, who, page, rows, discount, until)
    shown = [_with_sums(row, number, known, draft, errors) for number, row in enumerate(rows)]
    q = str(values.get("q", ""))
    return Editor(shown, discount, until, q, draft, errors, await find_products(conn, page, q, fmt), page.limit)


async def _drafted(
    conn: Connection, who: Principal, page: DealPage, rows: Sequence[Row], discount: str, until: str
) -> tuple[Offer | None, dict[str, str]]:
    """The offer that the rows would make, or what is wrong with them."""
    try:
        return await draft_offer(conn, page.deal, who, new_offer(rows, discount, until)), {}
    except DomainError as error:
        return None, faults_of(error)


def _usual_discount(page: DealPage) -> str:
    return f"{page.offers[-1].discount_percent.normalize():f}" if page.offers else ""


def typed_rows(values: Mapping[str, Any]) -> list[Row]:
    """The rows of the form, as they were typed."""
    columns = ([str(cell) for cell in values.get(name) or []] for name in ("row", *_COLUMNS))
    return [
        Row(row, product_id, name, quantity, price, off, currency)
        for row, product_id, name, quantity, price, off, currency in zip(*columns, strict=False)
    ]


def columns_of(rows: Sequence[Row]) -> dict[str, list[str]]:
    """The rows as the form sends them."""
    return {name: [str(getattr(row, name)) for row in rows] for name in ("row", *_COLUMNS)}


async def _first(conn: Connection, page: DealPage) -> list[Row]:
    if page.offers:
        return [_of_line(line) for line in page.offers[-1].lines]
    known = await products(conn, page.deal.products)
    return [row_of(item, page) for item in known.values() if item.active]


def _of_line(line: OfferLine) -> Row:
    return Row(
        row=new_id()[-12:],
        product_id=line.product_id or "",
        name=line.description,
        quantity=f"{line.quantity.normalize():f}",
        price=f"{line.unit_price.amount:.2f}",
        off=f"{line.discount_percent.normalize():f}",
        currency=line.unit_price.currency,
    )


def row_of(item: CatalogueItem | None, page: DealPage) -> Row:
    """A new row of a product, or an empty one for something that is not in the catalogue."""
    price = price_at(item, page.read_at) if item else None
    return Row(
        row=new_id()[-12:],
        product_id=item.product_id if item else "",
        name=(name_in(item, page.deal.contact.language) or item.product_id) if item else "",
        quantity="1",
        price=f"{price.amount:.2f}" if price else "",
        off="",
        currency=price.currency if price else page.offers[-1].currency if page.offers else _CURRENCY,
        unit=item.unit if item else "",
    )


def new_offer(rows: Sequence[Row], discount: str, until: str) -> NewOffer:
    """The body that REST would take. Raises Invalid with everything that is wrong at once, by field."""
    typed = _Typed()
    lines = [typed.line(at, row) for at, row in enumerate(rows)]
    percent = typed.read(discount, "discount_percent") or Decimal(0)
    if typed.wrong:
        raise Invalid("look at the fields that are marked", detail={"fields": typed.wrong})
    # Midnight, by whatever clock, means that day through where the house is.
    ends = day(until, ZoneInfo("UTC"), "until", time())
    return body_of(NewOffer, lines=lines, discount_percent=percent, valid_until=ends)


class _Typed:
    """Numbers as they were typed; `wrong` gathers what is none."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}

    def read(self, text: str, name: str) -> Decimal | None:
        try:
            return number(text, name)
        except Invalid as error:
            self.wrong.update(faults_of(error))
            return None

    def line(self, at: int, row: Row) -> dict[str, Any]:
        price = self.read(row.price, f"lines[{at}].unit_price")
        return {
            "product_id": row.product_id or None,
            "description": row.name or None,
            "quantity": self.read(row.quantity, f"lines[{at}].quantity"),
            "unit_price": {"amount": price, "currency": row.currency} if price is not None else None,
            "discount_percent": self.read(row.off, f"lines[{at}].discount_percent") or Decimal(0),
        }


def _with_sums(
    row: Row, at: int, known: Mapping[str, CatalogueItem], draft: Offer | None, errors: Mapping[str, str]
) -> Row:
    item = known.get(row.product_id)
    wrong = next((text for field, text in errors.items() if field.startswith(f"lines[{at}]")), "")
    total = line_total(draft.lines[at]) if draft else None
    return replace(row, unit=item.unit if item else "", total=total, error=wrong)


async def find_products(conn: Connection, page: DealPage, q: str, fmt: Formats) -> list[Found]:
    """The first products that match."""
    found = await search_catalogue(conn, q.strip())
    language = page.deal.contact.language
    return [
        Found(one.product_id, name_in(one, language) or one.product_id, one.unit, price_at(one, fmt.now))
        for one in found
    ]
