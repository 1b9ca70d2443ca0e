"""How long an invoice document takes: `python -m bench.invoices`.

One line and forty lines, with the payment code; one line as PDF/A-3 with the e-invoice inside. The limit is an empty
page, typeset by typst in the same run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import typst

from bench.claims import line, ratio
from services.account_mgmt.documents import e_invoice, invoice_pdf
from services.account_mgmt.schemas import CustomerView, InvoiceView, LineView, OrderView
from services.account_mgmt.schemas.card import InvoiceRef
from services.account_mgmt.schemas.entities import EntityView
from workflows.contracts.base import ContactCard, Money

TIMES = 100
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
Sale = tuple[InvoiceView, OrderView, CustomerView, EntityView]


def euro(amount: Decimal) -> Money:
    """An amount in euro."""
    return Money(amount=amount, currency="EUR")


def sale(lines: int) -> Sale:
    """An order with this many lines at two tax rates, with its invoice, buyer and seller."""
    net, rates = Decimal("42750.00"), (Decimal(19), Decimal(7))
    items = [
        LineView(
            product_id="FTL", description=f"Повне завантаження 22 т, Київ — Гамбург, {n}", quantity=Decimal("1.5"),
            unit_price=euro(Decimal("28500.00")), tax_percent=rates[n % 2], net=euro(net),
            tax=euro(net * rates[n % 2] / 100),
        )
        for n in range(lines)
    ]  # fmt: skip
    tax = sum((item.tax.amount for item in items), Decimal(0))
    total = euro(net * lines + tax)
    ref = InvoiceRef(id="i", number="LRDE-2026-000042", due_at=NOW, total=total)
    order = OrderView(
        id="o", customer_id="c", number="LRDE-SO-2026-000042", state="placed", note=None, total=total, tax=euro(tax),
        placed_at=NOW, lines=items, invoice=ref,
    )  # fmt: skip
    nothing = euro(Decimal(0))
    invoice = InvoiceView(
        id="i", number=ref.number, entity="LRDE", customer_id="c", order_id="o", state="open", total=total,
        paid=nothing, credited=nothing, open_amount=total, issued_at=NOW, due_at=NOW + timedelta(days=14),
        overdue=False, dunning=0,
    )  # fmt: skip
    contact = ContactCard(lead_id="c", company="Стальпром", phones=["+380441234567"], city="Київ", language="uk")
    customer = CustomerView(
        id="c", contact=contact, segment="", state="active", account_manager=None, next_nudge_at=None, created_at=NOW,
        updated_at=NOW,
    )  # fmt: skip
    seller = EntityView(
        id="LRDE", name="Leadrelay Freight GmbH", tax_id="12/345/67890", vat_id="DE123456789", address="Hafenstraße 1",
        postal_code="20457", city="Hamburg", country="DE", iban="DE89370400440532013000", bic="COBADEFFXXX", bank="",
        currency="EUR", note="", active=True, created_at=NOW,
    )  # fmt: skip
    return invoice, order, customer, seller


def timed(work: Callable[[], object]) -> list[float]:
    """Milliseconds for each of `TIMES` runs, after a first one that loads the fonts."""
    work()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return took


def main() -> None:
    """Print the figures."""
    short, long = sale(1), sale(40)
    empty = timed(lambda: typst.compile(b"#page[]"))
    one = timed(lambda: invoice_pdf.invoice(*short))
    for name, took in (
        ("one line", one),
        ("forty lines, two pages", timed(lambda: invoice_pdf.invoice(*long))),
        ("one line, Factur-X", timed(lambda: e_invoice.factur_x(*short))),
        ("one line, e-invoice XML alone", timed(lambda: e_invoice.xml(*short))),
        ("an empty page (the limit)", empty),
    ):
        print(line(name, took))
    print(f"one line / empty page, medians: {ratio(one, empty)}")


if __name__ == "__main__":
    main()
