"""Lists of customers, and the search over names, invoice numbers and phones."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from services.account_mgmt.domain import money
from services.account_mgmt.domain.customer_list import CustomerFilter, CustomerPage, Found
from services.account_mgmt.repository import account_managers, bank_statements, customer_list
from services.chassis.contacts.phones import BadPhoneError, to_e164
from services.chassis.db import Connection

_PAGE = 50
_MOST_FOUND = 20
FEWEST_LETTERS = 3
"""A part of a name that is shorter is found nearly everywhere."""
_YEARS_BACK = 3
# Where a new year begins first, hours before it does by UTC.
_FARTHEST_EAST = timedelta(hours=14)
# Where numbers without a country are dialled from.
_REGION = "UA"


async def list_customers(conn: Connection, wanted: CustomerFilter, after: tuple[str, str] | None) -> CustomerPage:
    """A page of customers of this kind, in order of their names."""
    found = await customer_list.page(conn, wanted, limit=_PAGE + 1, after=after)
    shown = found[:_PAGE]
    return CustomerPage(items=shown, next=(shown[-1].sorted_by, shown[-1].id) if len(found) > _PAGE else None)


async def list_segments(conn: Connection) -> list[str]:
    """The segments that there are."""
    return await customer_list.segments(conn)


async def list_people(conn: Connection) -> dict[str, str]:
    """Names of the account managers at work by their ids."""
    return await account_managers.names(conn)


async def search(conn: Connection, text: str, now: datetime) -> Found:
    """Customers by a part of their name or by a whole phone number; invoices by their number or the end of it; orders.

    An imported order is found by the number that it had elsewhere.
    """
    text = text.strip()
    numbers = invoice_numbers(text, await bank_statements.entity_ids(conn), (now + _FARTHEST_EAST).year)
    invoices = await customer_list.invoices_numbered(conn, numbers) if numbers else []
    customers = []
    if (phone := _phone(text)) is not None:
        customers = await customer_list.by_phone(conn, phone)
    if not customers and len(text) >= FEWEST_LETTERS:
        customers = await customer_list.by_name(conn, text, _MOST_FOUND)
    return Found(customers=customers, invoices=invoices, orders=await customer_list.orders_numbered(conn, text))


def invoice_numbers(text: str, entities: list[str], year: int) -> list[str]:
    """Numbers of invoices that somebody may mean: a whole one, `2026-42`, or `42` of this year or the last ones."""
    if re.fullmatch(r"[A-Za-z0-9]{1,10}-\d{4}-\d{1,9}", text):
        entity, own_year, count = text.upper().rsplit("-", 2)
        return [money.number(entity, "", int(own_year), int(count))]
    if found := re.fullmatch(r"(?:(\d{4})-)?0*(\d{1,6})", text):
        years = [int(found[1])] if found[1] else range(year, year - _YEARS_BACK, -1)
        return [money.number(entity, "", one, int(found[2])) for entity in entities for one in years]
    return []


def _phone(text: str) -> str | None:
    if sum(letter.isdigit() for letter in text) < 7 or re.search(r"[^\d\s()+.-]", text):
        return None
    try:
        return to_e164(text, _REGION)
    except BadPhoneError:
        return None
