"""Overdue money, put together for a supervisor; looking changes nothing."""

from __future__ import annotations

from decimal import Decimal

from services.account_mgmt.domain.aged_debts import Aged, AgedDebts, DebtQuery, by_currency, chosen
from services.account_mgmt.domain.invoice_lists import InvoiceQuery
from services.account_mgmt.repository import account_managers, aged_debts, invoice_lists, reports
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection

_AT_ONCE = 25
_MOST_INVOICES = 30


async def read_open_money(conn: Connection) -> list[Aged]:
    """What is open, currency by currency, by its age."""
    return by_currency(await reports.open_money(conn))


async def read_aged_debts(
    conn: Connection, query: DebtQuery, role: str, *, customer_id: str | None, after: tuple[Decimal, str] | None
) -> AgedDebts:
    """What is open by age, the debtors that were asked for, and with `customer_id` that one's overdue invoices."""
    currencies = await read_open_money(conn)
    currency = chosen(currencies, query.currency)
    wanted = DebtQuery(currency=currency, age=query.age, step=query.step, owner=query.owner)
    found = await aged_debts.debtors(conn, wanted, limit=_AT_ONCE + 1, after=after)
    shown = found[:_AT_ONCE]
    theirs = InvoiceQuery(view="late", customer_id=customer_id, currency=currency)
    return AgedDebts(
        currencies=currencies,
        currency=currency,
        steps=await aged_debts.steps(conn, currency),
        debtors=shown,
        people=await account_managers.names(conn),
        next=(shown[-1].total, shown[-1].customer_id) if len(found) > _AT_ONCE else None,
        invoices=await invoice_lists.page(conn, theirs, limit=_MOST_INVOICES, after=None) if customer_id else [],
        write_off_limit=(await policies.rules(conn)).write_off_limits.of(role, currency),
    )
