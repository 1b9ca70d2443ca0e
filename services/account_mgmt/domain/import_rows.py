"""One row of a customer file, read: who it is, and the line of an order that was placed elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.account_mgmt.domain.decimal_signs import AmbiguousNumberError, Sign, both_ways, is_either_way, plain
from services.account_mgmt.domain.import_days import DayOrder, day_of
from services.account_mgmt.domain.recognition import contact_keys
from services.account_mgmt.domain.whereabouts import place_of_customer
from services.chassis.contacts import phones
from services.chassis.contacts.countries import country_of
from services.chassis.contacts.identity import email_of, is_placeholder
from services.chassis.contacts.number_places import place_of_number
from services.chassis.contacts.tax_ids import country_of_tax_id, read_tax_id
from services.chassis.currencies import LARGEST, check_amount, check_currency
from services.chassis.imports.cells import size_class, tidy_cells

MAX_TEXT = 200
_AS_IT_IS = ("contact_name", "industry", "region", "city", "segment", "account_manager", "street", "postal_code")


@dataclass(frozen=True, slots=True)
class OrderLineRow:
    """A line of an earlier order. `number` is the old system's, or the day when it has none."""

    number: str
    day: date
    product_id: str | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    currency: str
    tax_percent: Decimal | None


@dataclass(slots=True)
class Row:
    """A row as the records would take it. `problem` says why it cannot be taken; `notes` what was left out.

    `keys` are its tax id, numbers and e-mail; `named` the same but the tax id, together with its name.
    """

    line: int
    cells: Sequence[str]
    fields: dict[str, Any] = field(default_factory=dict)
    phones: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    order: OrderLineRow | None = None
    notes: list[str] = field(default_factory=list)
    problem: str | None = None


class RowReader:
    """Reads the rows of one file by its mapping (field -> column) and default region, as of `today`.

    `signs` say which sign stands before the decimals in its columns of numbers, where that shows; `days` whether the
    day or the month stands first in its dates.
    """

    def __init__(
        self,
        mapping: Mapping[str, int],
        region: str,
        today: date,
        signs: Mapping[str, Sign] | None = None,
        days: DayOrder = "",
    ) -> None:
        self._signs = signs or {}
        self._days = days
        self._mapping = mapping
        self._region = region
        self._today = today

    def read(self, line: int, cells: Sequence[str]) -> Row:
        """The row; never raises for anything that a cell may hold."""
        row = Row(line, cells)
        tidy = tidy_cells(cells)
        raw = {name: tidy[at][:MAX_TEXT] for name, at in self._mapping.items() if at < len(tidy) and tidy[at]}
        if "company" not in raw:
            row.problem = "no company name"
            return row
        row.fields["company"] = raw["company"]
        country = self._country(row, raw)
        self._read_numbers(row, raw, country or self._region)
        self._read_tax_id(row, raw, country)
        _read_email(row, raw)
        if not row.keys:
            row.problem = "nothing to recognise the customer by: no valid phone, e-mail or tax id"
            return row
        row.named = contact_keys(raw["company"], row.keys)
        _read_fields(row, raw)
        place_of_customer(row.fields, row.phones, self._region)
        try:
            row.order = self._read_order(raw)
        except ValueError as error:
            row.problem = str(error)
        return row

    def _country(self, row: Row, raw: dict[str, str]) -> str | None:
        """The country that the row itself names, which its number and its tax id are read by."""
        if (cell := raw.get("country")) is None:
            return None
        if (country := country_of(cell)) is None:
            row.notes.append(f"the country '{cell[:50]}' is not known")
        else:
            row.fields["country"] = country
        return country

    def _read_numbers(self, row: Row, raw: dict[str, str], region: str) -> None:
        numbers, problems = phones.read_cell(raw["phone"].lstrip("' "), region) if "phone" in raw else ([], [])
        row.phones = list(dict.fromkeys(numbers))[:10]
        row.keys += [f"p:{number}" for number in row.phones]
        row.notes += [f"a number was left out: {problem}" for problem in problems]

    def _read_tax_id(self, row: Row, raw: dict[str, str], country: str | None) -> None:
        """By the row's own country; else by that of its number, and last by the file's."""
        if (cell := raw.get("tax_id")) is None:
            return
        of_phone = place_of_number(row.phones[0]).country if row.phones else None
        likely = [country] if country else [of_phone, self._region]
        if (tax_id := read_tax_id(cell, likely)) is None:
            of = country or of_phone or self._region
            row.notes.append(f"the tax id was left out: its check digit or length is wrong for {of}")
            return
        row.fields["tax_id"] = tax_id
        row.keys.insert(0, f"t:{tax_id}")
        if country is None and (own := country_of_tax_id(tax_id)) is not None:
            row.fields["country"] = own

    def _read_order(self, raw: dict[str, str]) -> OrderLineRow | None:
        """The line of an order; none for a row that only describes a customer. Raises ValueError with the reason."""
        if not raw.keys() & {"order_number", "order_date", "unit_price"}:
            return None
        if "order_date" not in raw:
            raise ValueError("the order has no date")
        day = day_of(raw["order_date"], self._days)
        if day > self._today:
            raise ValueError(f"the order's date {day} lies in the future")
        if "unit_price" not in raw:
            raise ValueError("the order has no price")
        # Rounded first: what is kept is what has to be right.
        quantity = number_of(raw.get("quantity", "1"), "quantity", self._sign("quantity")).quantize(Decimal("0.001"))
        if quantity <= 0 or quantity >= Decimal(10**9):
            raise ValueError("the quantity must be above zero and below a thousand million")
        tax = number_of(raw["tax_percent"].rstrip("% "), "tax") if "tax_percent" in raw else None
        if tax is not None and not 0 <= tax <= 100:
            raise ValueError("the tax must lie between 0 and 100 %")
        currency = raw.get("currency", "UAH").upper()
        check_currency(currency)
        price = number_of(raw["unit_price"], "price", self._sign("unit_price")).quantize(Decimal("0.01"))
        check_amount(price, currency)
        # Twice the sum leaves room for any tax.
        if quantity * price * 2 > LARGEST:
            raise ValueError(f"quantity times price is too large: {LARGEST:,} is the most, with any tax")
        return OrderLineRow(
            number=raw.get("order_number", day.isoformat())[:60],
            day=day,
            product_id=raw.get("product_id"),
            description=raw.get("description") or raw.get("product_id") or "order",
            quantity=quantity,
            unit_price=price,
            currency=currency,
            tax_percent=None if tax is None else tax.quantize(Decimal("0.01")),
        )

    def _sign(self, name: str) -> Sign:
        return self._signs.get(name, "")


def _read_email(row: Row, raw: dict[str, str]) -> None:
    if (cell := raw.get("email")) is None:
        return
    if (email := email_of(cell)) is None:
        row.notes.append("the e-mail was left out: it is not an address")
    elif is_placeholder(email):
        row.notes.append("the e-mail was left out: it is nobody's and only fills the cell")
    else:
        row.fields["email"] = email
        row.keys.append(f"e:{email}")


def _read_fields(row: Row, raw: dict[str, str]) -> None:
    for name in _AS_IT_IS:
        if name in raw:
            row.fields[name] = raw[name]
    if (size := raw.get("size")) is not None and (known := size_class(size)) is not None:
        row.fields["size"] = known
    if (cell := raw.get("language")) is not None:
        code = cell.lower().replace("_", "-").partition("-")[0]
        if len(code) == 2 and code.isascii() and code.isalpha():
            row.fields["language"] = code
        else:
            row.notes.append("the language is not a code such as uk")
    if (zone := raw.get("timezone")) is not None:
        try:
            row.fields["timezone"] = ZoneInfo(zone).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            row.notes.append("the time zone is not an IANA name such as Europe/Kyiv")


def number_of(cell: str, name: str, sign: Sign = "") -> Decimal:
    """`1 234,50`, `1,234.50` and `1234.5` are the same; `1,234` is what the `sign` of its column makes of it.

    Raises ValueError naming what was read, and what to write instead.
    """
    try:
        number = Decimal(plain(cell, sign))
    except AmbiguousNumberError as either:
        thousand, small = both_ways(str(either))
        raise ValueError(
            f"the {name} '{cell[:20]}' may be {thousand} or {small}, and no other {name} of the file shows which: "
            f"write {thousand}.00 or {small:.2f}"
        ) from None
    except InvalidOperation:
        raise ValueError(f"the {name} '{cell[:20]}' is not a number") from None
    if name == "price" and is_either_way(cell) and number != number.quantize(Decimal("0.01")):
        thousand, small = both_ways(plain(cell, sign))
        raise ValueError(
            f"the price '{cell[:20]}' has parts of a cent, by the other prices of the file: "
            f"write {small:.2f}, or {thousand}.00"
        )
    if not number.is_finite() or abs(number) > LARGEST or (name == "price" and number < 0):
        raise ValueError(f"the {name} '{cell[:20]}' is out of range")
    return number
