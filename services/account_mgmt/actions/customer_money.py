"""A customer's invoices at a glance, and lists of invoices with what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.invoice_lists import BriefInvoice, CurrencySum, InvoiceQuery
from services.account_mgmt.repository import Cursor, customers, invoice_lists
from services.chassis.db import Connection

_AT_A_GLANCE = 5


@dataclass(frozen=True)
class CustomerMoney:
    """The foremost invoices of a customer, and what all of them come to."""

    invoices: Sequence[BriefInvoice]
    sums: Sequence[CurrencySum]

    @property
    def count(self) -> int:
        """How many invoices there are."""
        return sum(one.invoices for one in self.sums)


@dataclass(frozen=True)
class InvoiceList:
    """A page of invoices; `sums` of all that were asked for, none where they are too many to add up."""

    invoices: Sequence[BriefInvoice]
    sums: Sequence[CurrencySum] | None
    customer: Customer | None


async def read_customer_money(conn: Connection, customer_id: str) -> CustomerMoney:
    """What a customer owes and has paid lately."""
    return CustomerMoney(
        await invoice_lists.foremost(conn, customer_id, _AT_A_GLANCE),
        await invoice_lists.sums(conn, InvoiceQuery(view="all", customer_id=customer_id)) or [],
    )


async def list_invoices(conn: Connection, query: InvoiceQuery, *, limit: int, after: Cursor) -> InvoiceList:
    """The invoices that were asked for. Raises NotFound for a customer who is not there."""
    customer = await customers.get(conn, query.customer_id) if query.customer_id else None
    sums = await invoice_lists.sums(conn, query) if query.is_bounded and after is None else None
    return InvoiceList(await invoice_lists.page(conn, query, limit=limit, after=after), sums, customer)
