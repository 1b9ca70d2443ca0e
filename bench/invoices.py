"""How long the document of an invoice takes: `python -m bench.invoices`.

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
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.document_facts import invoice_document
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.issued_documents import IssuedDocument
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.money import price, totals
from services.account_mgmt.domain.orders import InvoiceRef, Order
from workflows.contracts.base import ContactCard

TIMES = 100
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def sale(lines: int) -> IssuedDocument:
    """An order of so many lines at two rates, with its invoice, buyer and seller."""
    rates = (Decimal(19), Decimal(7))
    items = [
        price("FTL", f"Повне завантаження 22 т, Київ — Гамбург, {n}", Decimal("1.5"), Decimal("28500.00"), rates[n % 2])
        for n in range(lines)
    ]
    total, tax = totals(items)
    ref = InvoiceRef(id="i", number="LRDE-2026-000042", due_at=NOW, total=total, currency="EUR")
    order = Order(
        id="o", customer_id="c", number="LRDE-SO-2026-000042", state="placed", note=None, total=total, tax=tax,
        currency="EUR", deal_id=None, placed_at=NOW, lines=items, invoice=ref,
    )  # fmt: skip
    nothing = Decimal(0)
    invoice = Invoice(
        id="i", number=ref.number, entity="LRDE", customer_id="c", order_id="o", state="open", total=total,
        paid=nothing, credited=nothing, refunded=nothing, currency="EUR", issued_at=NOW,
        due_at=NOW + timedelta(days=14), overdue=False, dunning=0,
    )  # fmt: skip
    contact = ContactCard(lead_id="c", company="Стальпром", phones=["+380441234567"], city="Київ", language="uk")
    customer = Customer(
        id="c", contact=contact, segment="", state="active", account_manager=None, won_by=None, remind_by="call",
        next_nudge_at=None, last_nudge_at=None, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    seller = LegalEntity(
        id="LRDE", name="Leadrelay Freight GmbH", tax_id="12/345/67890", vat_id="DE123456789", address="Hafenstraße 1",
        postal_code="20457", city="Hamburg", country="DE", iban="DE89370400440532013000", bic="COBADEFFXXX", bank="",
        currency="EUR", note="", timezone="Europe/Berlin", active=True, created_at=NOW,
    )  # fmt: skip
    return invoice_document(invoice, NOW, order, customer, seller)


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
    one = timed(lambda: invoice_pdf.document(short))
    for name, took in (
        ("one line", one),
        ("forty lines, two pages", timed(lambda: invoice_pdf.document(long))),
        ("one line, Factur-X", timed(lambda: e_invoice.factur_x(short))),
        ("one line, XML alone", timed(lambda: e_invoice.xml(short))),
        ("an empty page", empty),
    ):
        print(line(name, took))
    print(f"one line / empty page, medians: {ratio(one, empty)}")


if __name__ == "__main__":
    main()
