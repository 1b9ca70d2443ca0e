"""An offer as PDF: the numbers are written here, the page is set by `offer.typ`."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import typst

from services.conversion.domain.money import cents, line_total
from services.conversion.domain.policy import Policy
from services.conversion.records import Offer
from workflows.contracts.base import ContactCard

_TEMPLATE = Path(__file__).with_name("offer.typ")
_NARROW = "\N{NARROW NO-BREAK SPACE}"
_LABELS = {
    "uk": {
        "title": "Комерційна пропозиція",
        "number": "№",
        "version": "редакція",
        "draft": "Чернетка",
        "to": "Кому",
        "opening": "Дякуємо за розмову. Пропонуємо на таких умовах:",
        "description": "Послуга",
        "quantity": "Кількість",
        "price": "Ціна",
        "amount": "Сума",
        "subtotal": "Разом без знижки",
        "discount": "Знижка",
        "net": "Разом без ПДВ",
        "tax": "ПДВ",
        "total": "До сплати",
        "valid": "Пропозиція дійсна до",
        "for_seller": "менеджер",
        "for_customer": "погоджено, підпис замовника",
    },
    "en": {
        "title": "Offer",
        "number": "No.",
        "version": "version",
        "draft": "Draft",
        "to": "To",
        "opening": "Thank you for the conversation. We are pleased to offer, on these terms:",
        "description": "Service",
        "quantity": "Quantity",
        "price": "Price",
        "amount": "Amount",
        "subtotal": "Subtotal before discount",
        "discount": "Discount",
        "net": "Net",
        "tax": "VAT",
        "total": "Total to pay",
        "valid": "This offer is valid until",
        "for_seller": "manager",
        "for_customer": "agreed, signature of the customer",
    },
}
_MONTHS = (
    "січня", "лютого", "березня", "квітня", "травня", "червня",
    "липня", "серпня", "вересня", "жовтня", "листопада", "грудня",
)  # fmt: skip


def offer_pdf(offer: Offer, contact: ContactCard, policy: Policy, author: str) -> bytes:
    """Set the offer in the customer's language, Ukrainian or English. The same offer gives the same bytes."""
    data = offer_data(offer, contact, policy, author)
    return typst.compile(
        _TEMPLATE,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        # The embedded fonts only, so that the page looks the same on every machine.
        ignore_system_fonts=True,
        timestamp=offer.created_at.replace(microsecond=0),
    )


def offer_data(offer: Offer, contact: ContactCard, policy: Policy, author: str) -> dict[str, object]:
    """Everything the page says, as text."""
    language = "uk" if contact.language == "uk" else "en"
    labels = _LABELS[language]
    zone = ZoneInfo(policy.calendar.timezone)
    return {
        "language": language,
        "labels": labels,
        "seller": policy.seller,
        "customer": [text for text in (contact.company, contact.contact_name, contact.city) if text],
        "number": offer.number,
        "version": offer.version,
        "draft": offer.sent_at is None,
        "date": _day(offer.created_at.astimezone(zone), language),
        "valid_until": _day(offer.valid_until.astimezone(zone), language),
        "lines": [
            {
                "number": str(number),
                "description": line.description,
                "quantity": _number(line.quantity.normalize(), language),
                "price": _number(cents(line.unit_price.amount), language),
                "amount": _number(line_total(line), language),
            }
            for number, line in enumerate(offer.lines, start=1)
        ],
        "sums": _sums(offer, labels, language),
        "total": f"{_number(offer.total, language)}{_NARROW}{offer.currency}",
        "author": author,
    }


def _sums(offer: Offer, labels: dict[str, str], language: str) -> list[tuple[str, str]]:
    sums = []
    if offer.discount:
        percent = _number(offer.discount_percent.normalize(), language)
        sums += [
            (labels["subtotal"], _number(offer.subtotal, language)),
            (f"{labels['discount']} {percent}{_NARROW}%", f"−{_number(offer.discount, language)}"),
        ]
    rate = _number(offer.tax_percent.normalize(), language)
    return [
        *sums,
        (labels["net"], _number(offer.net, language)),
        (f"{labels['tax']} {rate}{_NARROW}%", _number(offer.tax, language)),
    ]


def _number(value: Decimal, language: str) -> str:
    """Thousands set apart by a narrow space; a comma before the decimals in Ukrainian."""
    text = f"{value:,f}".replace(",", _NARROW)
    return text.replace(".", ",") if language == "uk" else text


def _day(moment: datetime, language: str) -> str:
    if language == "uk":
        return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year} р."
    return f"{moment.day} {moment:%B %Y}"
