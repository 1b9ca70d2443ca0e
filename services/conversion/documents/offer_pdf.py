"""An offer as PDF: the numbers are written here, the page is set by `offer.typ`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.typesetting import set_page
from services.conversion.domain.money import OfferLine, TaxSum, cents, gross, line_total
from services.conversion.domain.offers import Offer, hour_of_end
from services.conversion.domain.policy import Policy
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
        "tax_rate": "ПДВ, %",
        "line_discount": "знижка",
        "line_net": "зі знижкою",
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
        "tax_rate": "VAT, %",
        "line_discount": "discount",
        "line_net": "after discount",
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
    return set_page(_TEMPLATE, offer_data(offer, contact, policy, author), offer.created_at)


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
        "valid_until": _until(offer, contact, policy, language),
        "several_taxes": len(offer.taxes) > 1,
        "lines": _lines(offer, labels, language),
        "sums": _sums(offer, labels, language),
        "total": f"{_number(offer.total, language)}{_NARROW}{offer.currency}",
        "author": author,
    }


def _sums(offer: Offer, labels: dict[str, str], language: str) -> list[tuple[str, str]]:
    sums = []
    if offer.discount:
        # With discounts of single lines in it, the sum is more than this per cent.
        plain = offer.discount_percent and not any(line.discount_percent for line in offer.lines)
        percent = f" {_percent(offer.discount_percent, language)}{_NARROW}%" if plain else ""
        sums += [
            (labels["subtotal"], _number(offer.subtotal, language)),
            (f"{labels['discount']}{percent}", f"−{_number(offer.discount, language)}"),
        ]
    sums.append((labels["net"], _number(offer.net, language)))
    return [*sums, *(_tax(tax, labels, language, several=len(offer.taxes) > 1) for tax in offer.taxes)]


def _tax(tax: TaxSum, labels: dict[str, str], language: str, *, several: bool) -> tuple[str, str]:
    rate = f"{labels['tax']} {_percent(tax.percent, language)}{_NARROW}%"
    return f"{rate} ({_number(tax.net, language)})" if several else rate, _number(tax.tax, language)


def _lines(offer: Offer, labels: dict[str, str], language: str) -> list[dict[str, Any]]:
    return [_line(number, line, offer, labels, language) for number, line in enumerate(offer.lines, start=1)]


def _line(number: int, line: OfferLine, offer: Offer, labels: dict[str, str], language: str) -> dict[str, Any]:
    """One line; with a discount, `amount` is before it, `off` what is taken off and why, `net` what is left."""
    rate = offer.tax_percent if line.tax_percent is None else line.tax_percent
    amount, net = gross(line), line_total(line, offer.discount_percent)
    percents = [_percent(one, language) for one in (line.discount_percent, offer.discount_percent) if one]
    off = f"{labels['line_discount']} {' + '.join(f'{one}{_NARROW}%' for one in percents)}"
    return {
        "number": str(number),
        "description": line.description,
        "quantity": _percent(line.quantity, language),
        "price": _number(cents(line.unit_price.amount), language),
        "tax": _percent(rate, language),
        "amount": _number(amount, language),
        "off": (off, f"−{_number(amount - net, language)}") if percents else None,
        "net": (labels["line_net"], _number(net, language)),
    }


def _percent(value: Decimal, language: str) -> str:
    """Without zeros at the end: 20, 7,5."""
    plain = value.normalize()
    return _number(plain if plain.as_tuple().exponent <= 0 else plain.quantize(Decimal(1)), language)  # type: ignore[operator]


def mail_of(offer: Offer, contact: ContactCard, policy: Policy, author: str) -> tuple[str, str]:
    """Subject and words of the mail that carries the offer."""
    language = "uk" if contact.language == "uk" else "en"
    until = _until(offer, contact, policy, language)
    name = f", {contact.contact_name}" if contact.contact_name else ""
    title = f"{_LABELS[language]['title']} {_LABELS[language]['number']} {offer.number}"
    if language == "uk":
        text = (
            f"Добрий день{name}!\n\nНадсилаємо нашу пропозицію, як домовилися. Вона дійсна до {until.rstrip('.')}.\n"
            f"Якщо є запитання, просто дайте відповідь на цей лист.\n\nЗ повагою\n{author}\n{policy.seller[0]}\n"
        )
    else:
        text = (
            f"Good day{name},\n\nplease find our offer attached, as agreed. It is valid until {until}.\n"
            f"If you have questions, simply answer this mail.\n\nWith kind regards\n{author}\n{policy.seller[0]}\n"
        )
    return title, text


def _until(offer: Offer, contact: ContactCard, policy: Policy, language: str) -> str:
    """The last day as the house's calendar has it; its hour, if it does not hold that day through.

    Whoever lives by another clock is told which one it is.
    """
    hour = hour_of_end(offer.valid_until, policy.zone)
    day = _day(offer.valid_until.astimezone(policy.zone), language)
    zone = "" if contact.timezone in (None, policy.zone.key) else f" ({policy.zone.key})"
    return f"{day}{f', {hour:%H:%M}' if hour else ''}{zone}"


def _number(value: Decimal, language: str) -> str:
    """Thousands set apart by a narrow space; a comma before the decimals in Ukrainian."""
    text = f"{value:,f}".replace(",", _NARROW)
    return text.replace(".", ",") if language == "uk" else text


def _day(moment: datetime, language: str) -> str:
    if language == "uk":
        return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year} р."
    return f"{moment.day} {moment:%B %Y}"
