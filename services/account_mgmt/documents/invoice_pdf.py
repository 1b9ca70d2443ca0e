"""Invoices and credit notes as PDF, set by typst in the customer's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.account_mgmt.documents import payment_qr
from services.account_mgmt.documents.labels import LANGUAGES, labels_of
from services.account_mgmt.domain.credit_notes import CreditNote
from services.account_mgmt.domain.invoices import FullInvoice, Invoice
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.mail_templates import language_of
from services.account_mgmt.domain.money import PricedLine, grouped, rate_sums, to_cents
from services.chassis.typesetting import set_page

_TEMPLATE = Path(__file__).with_name("invoice.typ")


def invoice(full: FullInvoice, *, archive: bool = False) -> bytes:
    """The invoice's bytes; with `archive`, PDF/A-3b, into which the e-invoice can be put."""
    invoice, order, seller = full.invoice, full.order, full.seller
    _, labels = labels_of(language_of(full.buyer, full.seller, LANGUAGES))
    open_amount = max(Decimal(0), invoice.open_amount) if invoice.state != "void" else Decimal(0)
    sums = [(labels["total"], grouped(invoice.total))]
    sums += [
        (labels[name], grouped(value))
        for name, value in (("paid", invoice.paid), ("credited", invoice.credited))
        if value
    ]
    stamp = {"paid": labels["paid_stamp"], "void": labels["void"]}.get(invoice.state)
    data = {
        **_frame("invoice", invoice.number, full),
        "facts": [
            (labels["issued"], _day(seller.day_of(invoice.issued_at))),
            (labels["due"], _day(seller.day_of(invoice.due_at))),
        ],
        "stamp": stamp,
        "reason": None,
        "lines": _lines(order.lines, labels),
        "rates": _rates(order.lines, labels),
        "sums": sums if len(sums) > 1 else [],
        "last": (labels["open"], grouped(open_amount)),
        "qr": _qr(invoice, seller, open_amount, labels),
        "account": _account(seller),
        "note": seller.note,
    }
    return set_page(_TEMPLATE, data, invoice.issued_at, archive=archive)


def credit_note(note: CreditNote, full: FullInvoice) -> bytes:
    """A credit note's bytes: which invoice it is for, why, and how much of each rate is taken back."""
    _, labels = labels_of(language_of(full.buyer, full.seller, LANGUAGES))
    share = note.amount / full.invoice.total
    rates = [(rate, to_cents(net * share), to_cents(tax * share)) for rate, net, tax in _sums(full.order.lines)]
    net = note.amount - sum((tax for _, _, tax in rates), Decimal(0))
    data = {
        **_frame("credit_note", note.number, full),
        "facts": [
            (labels["issued"], _day(full.seller.day_of(note.issued_at))),
            (labels["to_invoice"], full.invoice.number),
        ],
        "stamp": None,
        "reason": note.reason,
        "lines": [],
        "rates": [(labels["net"], grouped(net)), *(_rate(labels, *one) for one in rates)],
        "sums": [],
        "last": (labels["to_credit"], grouped(note.amount)),
        "qr": None,
        "account": [],
        "note": "",
    }
    return set_page(_TEMPLATE, data, note.issued_at)


def _frame(kind: str, number: str, full: FullInvoice) -> dict[str, Any]:
    contact, seller = full.buyer.contact, full.seller
    language, labels = labels_of(language_of(full.buyer, seller, LANGUAGES))
    own = [seller.address, " ".join(part for part in (seller.postal_code, seller.city) if part)]
    own += [f"{labels['tax_id']} {seller.tax_id}", f"{labels['vat_id']} {seller.vat_id}" if seller.vat_id else ""]
    theirs = [contact.city or "", f"{labels['tax_id']} {contact.tax_id}" if contact.tax_id else ""]
    return {
        "lang": language,
        "labels": labels,
        "title": labels[kind],
        "number": number,
        "currency": full.invoice.currency,
        "seller": {"name": seller.name, "lines": [line for line in own if line]},
        "buyer": {"name": contact.company, "lines": [line for line in theirs if line]},
    }


def _off(line: PricedLine, labels: dict[str, str]) -> str:
    return f" ({labels['discount']} {_percent(line.discount_percent)})" if line.discount_percent else ""


def _lines(lines: Sequence[PricedLine], labels: dict[str, str]) -> list[dict[str, str]]:
    return [
        {
            "description": line.description + _off(line, labels),
            "quantity": f"{line.quantity.normalize():f}".replace(".", ","),
            "price": grouped(line.unit_price),
            "tax": _percent(line.tax_percent),
            "net": grouped(line.net),
        }
        for line in lines
    ]


def _sums(lines: Sequence[PricedLine]) -> list[tuple[Decimal, Decimal, Decimal]]:
    return rate_sums([(line.tax_percent, line.net, line.tax) for line in lines])


def _rates(lines: Sequence[PricedLine], labels: dict[str, str]) -> list[tuple[str, str]]:
    found = _sums(lines)
    net = sum((one[1] for one in found), Decimal(0))
    if len(found) == 1:
        rate, _, tax = found[0]
        return [(labels["net"], grouped(net)), (f"{labels['tax']} {_percent(rate)}", grouped(tax))]
    return [(labels["net"], grouped(net)), *(_rate(labels, *one) for one in found)]


def _rate(labels: dict[str, str], rate: Decimal, net: Decimal, tax: Decimal) -> tuple[str, str]:
    return f"{labels['tax']} {_percent(rate)} ({grouped(net)})", grouped(tax)


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}".replace(".", ",") + " %"


def _account(seller: LegalEntity) -> list[str]:
    spaced = " ".join(seller.iban[at : at + 4] for at in range(0, len(seller.iban), 4))
    return [line for line in (seller.name, f"IBAN {spaced}", f"BIC {seller.bic}" if seller.bic else "", seller.bank)
            if line]  # fmt: skip


def _qr(invoice: Invoice, seller: LegalEntity, amount: Decimal, labels: dict[str, str]) -> str | None:
    return payment_qr.picture(
        currency=invoice.currency,
        name=seller.name,
        iban=seller.iban,
        bic=seller.bic,
        tax_id=seller.tax_id,
        amount=amount,
        purpose=labels["purpose"].format(number=invoice.number),
    )


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
