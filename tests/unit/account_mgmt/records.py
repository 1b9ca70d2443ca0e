"""Records for tests: an order with its invoice, buyer and seller."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.account_mgmt.documents.labels import LANGUAGES
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.document_facts import invoice_document
from services.account_mgmt.domain.invoices import FullInvoice, Invoice
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.money import price, totals
from services.account_mgmt.domain.orders import InvoiceRef, Order
from workflows.contracts.base import ContactCard

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CURRENCY = "UAH"


def customer(language: str = "en", **values: Any) -> Customer:
    """A customer without an account manager; `values` change the record."""
    contact = ContactCard(lead_id="c", company="Wind Ltd", contact_name=None, language=language)
    usual: dict[str, Any] = {
        "id": "c",
        "contact": contact,
        "segment": "",
        "state": "active",
        "account_manager": None,
        "won_by": None,
        "remind_by": "call",
        "next_nudge_at": None,
        "last_nudge_at": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Customer(**{**usual, **values})


def invoice(total: str = "120.00", **values: Any) -> Invoice:
    """An open invoice of this total; `values` change the record."""
    usual: dict[str, Any] = {
        "id": "i",
        "number": "LR-1",
        "entity": "LR",
        "customer_id": "c",
        "order_id": "o",
        "state": "open",
        "total": Decimal(total),
        "paid": Decimal("0.00"),
        "credited": Decimal("0.00"),
        "refunded": Decimal("0.00"),
        "currency": CURRENCY,
        "issued_at": NOW - timedelta(days=15),
        "due_at": datetime(2026, 2, 1, tzinfo=UTC),
        "overdue": True,
        "dunning": 0,
    }
    return Invoice(**{**usual, **{name: _exact(value) for name, value in values.items()}})


def _exact(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) and value.replace(".", "", 1).isdigit() else value


def seller(**values: Any) -> LegalEntity:
    """A legal entity; `values` change the record."""
    empty = dict.fromkeys(("vat_id", "postal_code", "city", "bic", "bank", "note"), "")
    usual: dict[str, Any] = {
        **empty,
        "id": "LR",
        "name": "Leadrelay Freight LLC",
        "tax_id": "00000000",
        "address": "Kyiv",
        "country": "UA",
        "iban": "UA213223130000026007233566001",
        "currency": CURRENCY,
        "timezone": "Europe/Kyiv",
        "active": True,
        "created_at": NOW,
    }
    return LegalEntity(**{**usual, **values})


def full_invoice(language: str = "en", **values: Any) -> FullInvoice:
    """An invoice of one line with its buyer and seller; `values` change the invoice."""
    lines = [price("ftl", "Full truck", Decimal(1), Decimal("100.00"), Decimal(20))]
    total, tax = totals(lines)
    ref = InvoiceRef(id="i", number="LR-1", due_at=NOW, total=total, currency=CURRENCY)
    order = Order(
        id="o",
        customer_id="c",
        number="LR-SO-1",
        state="placed",
        note=None,
        total=total,
        tax=tax,
        currency=CURRENCY,
        deal_id=None,
        placed_at=NOW,
        lines=lines,
        invoice=ref,
    )
    issued, buyer, sold_by = invoice(str(total), **values), customer(language), seller()
    said = invoice_document(issued, issued.issued_at, order, buyer, sold_by, LANGUAGES)
    return FullInvoice(issued, order, buyer, sold_by, said)
