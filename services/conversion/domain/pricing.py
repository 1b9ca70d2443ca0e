"""From what a manager asks for to the lines of an offer: names, prices and tax come from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.chassis.errors import Invalid
from services.conversion.domain.money import OfferLine
from services.conversion.domain.pieces import pieces_in
from services.conversion.domain.product_words import ProductWords
from workflows.contracts.base import Money
from workflows.contracts.catalogue import CatalogueItem


@dataclass(frozen=True)
class Asked:
    """A line as it was asked for. What is not given is the catalogue's."""

    quantity: Decimal
    product_id: str | None = None
    description: str | None = None
    unit_price: Money | None = None
    tax_percent: Decimal | None = None
    discount_percent: Decimal = Decimal(0)


def in_free_words(asked: Sequence[Asked], catalogue: Mapping[str, CatalogueItem]) -> bool:
    """Whether any line says something else than the catalogue does, so that what it means has to be looked for."""
    return any(_is_free(line, catalogue.get(line.product_id or "")) for line in asked)


def priced(
    asked: Sequence[Asked],
    catalogue: Mapping[str, CatalogueItem],
    *,
    words: ProductWords | None = None,
    language: str,
    at: datetime,
) -> list[OfferLine]:
    """The lines of an offer made at a moment, in the customer's language. Raises Invalid, naming the field.

    `words` finds the products that lines in free words stand for; those count with the catalogue's prices.
    """
    currency = next((line.unit_price.currency for line in asked if line.unit_price), None)
    lines = []
    for number, line in enumerate(asked):
        item = catalogue.get(line.product_id or "")
        meant = _meant(line, item, words) if words else []
        lines.append(_line(number, line, item, meant, language, at, currency))
        currency = currency or lines[0].unit_price.currency
    return lines


def _is_free(asked: Asked, item: CatalogueItem | None) -> bool:
    return item is None or asked.description not in (None, *item.names.values())


def _meant(asked: Asked, item: CatalogueItem | None, words: ProductWords) -> list[CatalogueItem]:
    """The products that a line stands for beside its own: none if its words fit that one as well."""
    if not _is_free(asked, item):
        return []
    typed = (asked.description or "", "" if item else asked.product_id or "")
    found = {one.product_id: one for text in typed for one in words.meant(text)}
    return [] if item and item.product_id in found else list(found.values())


def _line(
    number: int,
    asked: Asked,
    item: CatalogueItem | None,
    meant: Sequence[CatalogueItem],
    language: str,
    at: datetime,
    currency: str | None,
) -> OfferLine:
    field = f"lines[{number}]"
    if item is not None and not item.active:
        raise Invalid("is not offered any more", field=f"{field}.product_id")
    listed = price_at(item, at, currency) if item else None
    description = asked.description or (name_in(item, language) if item else None)
    if not description:
        unknown = f"there is no product {asked.product_id} in the catalogue: " if asked.product_id else ""
        raise Invalid(f"{unknown}a free line needs its description", field=f"{field}.description")
    price = asked.unit_price or listed
    if price is None:
        raise Invalid("needs a price: the catalogue has none for it", field=f"{field}.unit_price")
    tax = asked.tax_percent if asked.tax_percent is not None else (item.tax_percent if item else None)
    known = [*([item] if item else []), *meant]
    free = description if _is_free(asked, item) else None
    dearest = max(
        ((one, found) for one in known if (found := _listed(one, at, price.currency, free))),
        key=lambda pair: pair[1].amount,
        default=None,
    )
    return OfferLine(
        product_id=asked.product_id,
        description=description,
        quantity=asked.quantity,
        unit_price=price,
        tax_percent=tax,
        discount_percent=asked.discount_percent,
        list_price=dearest[1] if dearest else None,
        counts_as=(dearest[0] if dearest else meant[0]).product_id if meant else None,
        needs_approval=_doubt(price, tax, known, dearest is not None),
    )


def _listed(item: CatalogueItem, at: datetime, currency: str, free: str | None) -> Money | None:
    """The catalogue's price of what a line sells one of: `10 full trucks` in free words are ten."""
    found = price_at(item, at, currency)
    pieces = pieces_in(free, item) if found and free else 1
    return Money(amount=found.amount * pieces, currency=currency) if found and pieces > 1 else found


def _doubt(price: Money, tax: Decimal | None, known: Sequence[CatalogueItem], is_compared: bool) -> str | None:
    """Why a line's price says nothing about how much is given away, in words for the supervisor; none if it does."""
    if not is_compared and (unlisted := next((one for one in known if one.prices), None)):
        return f"the catalogue has no price of {unlisted.product_id} in {price.currency} to compare with"
    if not is_compared and not price.amount:
        return "it is given away"
    if known and tax is not None and tax < known[0].tax_percent:
        return f"it is taxed at {tax:f} %, and the catalogue says {known[0].tax_percent:f} %"
    return None


def name_in(item: CatalogueItem, language: str) -> str | None:
    """The product's name in a language, or else the one for all others."""
    return item.names.get(language) or item.names.get("")


def price_at(item: CatalogueItem, at: datetime, currency: str | None = None) -> Money | None:
    """The price valid at a moment, in this currency if one is named: the latest that had begun."""
    begun = [
        one
        for one in item.prices
        if (one.valid_from is None or one.valid_from <= at) and currency in (None, one.price.currency)
    ]
    begun.sort(key=lambda one: (one.valid_from is not None, one.valid_from))
    return begun[-1].price if begun else None
