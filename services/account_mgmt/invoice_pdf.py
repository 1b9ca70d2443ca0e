"""An invoice as a PDF, set by typst."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst

from services.account_mgmt.schemas import CustomerView, InvoiceView, OrderView

TEMPLATE = Path(__file__).with_name("invoice.typ")
WORDS = {
    "en": {
        "title": "Invoice",
        "issued": "Issued",
        "due": "Due",
        "buyer": "Bill to",
        "seller": "From",
        "description": "Description",
        "quantity": "Quantity",
        "price": "Price",
        "tax": "VAT",
        "amount": "Amount",
        "net": "Net",
        "total": "Total",
        "paid": "Paid",
        "open": "To pay",
        "tax_id": "Tax ID",
        "page": "Page",
    },
    "uk": {
        "title": "Рахунок",
        "issued": "Виставлено",
        "due": "Сплатити до",
        "buyer": "Покупець",
        "seller": "Постачальник",
        "description": "Найменування",
        "quantity": "Кількість",
        "price": "Ціна",
        "tax": "ПДВ",
        "amount": "Сума",
        "net": "Без ПДВ",
        "total": "Разом",
        "paid": "Сплачено",
        "open": "До сплати",
        "tax_id": "ЄДРПОУ",
        "page": "Сторінка",
    },
}


def grouped(amount: Decimal) -> str:
    """`1234567.5` -> `1 234 567,50`, with narrow spaces that do not break."""
    return f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",")


def _day(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y}"


def render(invoice: InvoiceView, order: OrderView, customer: CustomerView, seller: dict[str, Any]) -> bytes:
    """The PDF's bytes, in the customer's language."""
    language = customer.contact.language if customer.contact.language in WORDS else "en"
    currency = invoice.total.currency
    data = {
        "lang": language,
        "words": WORDS[language],
        "number": invoice.number,
        "issued": _day(invoice.issued_at),
        "due": _day(invoice.due_at),
        "seller": seller,
        "buyer": {"name": customer.contact.company, "tax_id": customer.contact.tax_id, "city": customer.contact.city},
        "currency": currency,
        "lines": [
            {
                "description": line.description,
                "quantity": f"{line.quantity.normalize():f}".replace(".", ","),
                "price": grouped(line.unit_price.amount),
                "tax": f"{line.tax_percent.normalize():f} %",
                "net": grouped(line.net.amount),
            }
            for line in order.lines
        ],
        "net": grouped(order.total.amount - order.tax.amount),
        "tax": grouped(order.tax.amount),
        "total": grouped(invoice.total.amount),
        "paid": grouped(invoice.paid.amount + invoice.credited.amount) if invoice.paid.amount else None,
        "open": grouped(max(Decimal(0), invoice.open_amount.amount)),
    }
    return bytes(typst.compile(str(TEMPLATE), sys_inputs={"data": json.dumps(data, ensure_ascii=False)}))
