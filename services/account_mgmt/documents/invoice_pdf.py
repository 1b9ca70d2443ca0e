"""Invoices and credit notes as PDF, set by typst in the customer's language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst

from services.account_mgmt.documents import payment_qr
from services.account_mgmt.documents.labels import words_of
from services.account_mgmt.domain.money import grouped, rate_sums, to_cents
from services.account_mgmt.schemas import CreditNoteView, CustomerView, InvoiceView, LineView, OrderView
from services.account_mgmt.schemas.entities import EntityView

_TEMPLATE = Path(__file__).with_name("invoice.typ")


def invoice(
    invoice: InvoiceView, order: OrderView, customer: CustomerView, seller: EntityView, *, archive: bool = False
) -> bytes:
    """The invoice's bytes; with `archive`, PDF/A-3b, into which the e-invoice can be put."""
    _, words = words_of(customer.contact.language)
    open_amount = max(Decimal(0), invoice.open_amount.amount) if invoice.state != "void" else Decimal(0)
    sums = [(words["total"], grouped(invoice.total.amount))]
    sums += [
        (words[name], grouped(value))
        for name, value in (("paid", invoice.paid.amount), ("credited", invoice.credited.amount))
        if value
    ]
    stamp = {"paid": words["paid_stamp"], "void": words["void"]}.get(invoice.state)
    data = {
        **_frame("invoice", invoice.number, customer, seller, invoice.total.currency),
        "facts": [(words["issued"], _day(invoice.issued_at)), (words["due"], _day(invoice.due_at))],
        "stamp": stamp,
        "reason": None,
        "lines": _lines(order.lines),
        "rates": _rates(order.lines, words),
        "sums": sums if len(sums) > 1 else [],
        "last": (words["open"], grouped(open_amount)),
        "qr": _qr(invoice, seller, open_amount, words),
        "account": _account(seller),
        "note": seller.note,
    }
    return _set(data, invoice.issued_at, archive=archive)


def credit_note(
    note: CreditNoteView, invoice: InvoiceView, order: OrderView, customer: CustomerView, seller: EntityView
) -> bytes:
    """A credit note's bytes: which invoice it is for, why, and how much of each rate is taken back."""
    _, words = words_of(customer.contact.language)
    share = note.amount.amount / invoice.total.amount
    rates = [(rate, to_cents(net * share), to_cents(tax * share)) for rate, net, tax in _sums(order.lines)]
    net = note.amount.amount - sum((tax for _, _, tax in rates), Decimal(0))
    data = {
        **_frame("credit_note", note.number, customer, seller, note.amount.currency),
        "facts": [(words["issued"], _day(note.issued_at)), (words["to_invoice"], invoice.number)],
        "stamp": None,
        "reason": note.reason,
        "lines": [],
        "rates": [(words["net"], grouped(net)), *(_rate(words, *one) for one in rates)],
        "sums": [],
        "last": (words["to_credit"], grouped(note.amount.amount)),
        "qr": None,
        "account": [],
        "note": "",
    }
    return _set(data, note.issued_at)


def _set(data: dict[str, Any], at: datetime, *, archive: bool = False) -> bytes:
    # Fonts and clock of the machine would make the same invoice another one elsewhere.
    found = typst.compile(
        str(_TEMPLATE),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        ignore_system_fonts=True,
        timestamp=at.replace(microsecond=0),
        pdf_standards=["a-3b"] if archive else [],
    )
    return bytes(found)


def _frame(kind: str, number: str, customer: CustomerView, seller: EntityView, currency: str) -> dict[str, Any]:
    language, words = words_of(customer.contact.language)
    contact = customer.contact
    own = [seller.address, " ".join(part for part in (seller.postal_code, seller.city) if part)]
    own += [f"{words['tax_id']} {seller.tax_id}", f"{words['vat_id']} {seller.vat_id}" if seller.vat_id else ""]
    theirs = [contact.city or "", f"{words['tax_id']} {contact.tax_id}" if contact.tax_id else ""]
    return {
        "lang": language,
        "words": words,
        "title": words[kind],
        "number": number,
        "currency": currency,
        "seller": {"name": seller.name, "lines": [line for line in own if line]},
        "buyer": {"name": contact.company, "lines": [line for line in theirs if line]},
    }


def _lines(lines: Sequence[LineView]) -> list[dict[str, str]]:
    return [
        {
            "description": line.description,
            "quantity": f"{line.quantity.normalize():f}".replace(".", ","),
            "price": grouped(line.unit_price.amount),
            "tax": _percent(line.tax_percent),
            "net": grouped(line.net.amount),
        }
        for line in lines
    ]


def _sums(lines: Sequence[LineView]) -> list[tuple[Decimal, Decimal, Decimal]]:
    return rate_sums([(line.tax_percent, line.net.amount, line.tax.amount) for line in lines])


def _rates(lines: Sequence[LineView], words: dict[str, str]) -> list[tuple[str, str]]:
    found = _sums(lines)
    net = sum((one[1] for one in found), Decimal(0))
    if len(found) == 1:
        rate, _, tax = found[0]
        return [(words["net"], grouped(net)), (f"{words['tax']} {_percent(rate)}", grouped(tax))]
    return [(words["net"], grouped(net)), *(_rate(words, *one) for one in found)]


def _rate(words: dict[str, str], rate: Decimal, net: Decimal, tax: Decimal) -> tuple[str, str]:
    return f"{words['tax']} {_percent(rate)} ({grouped(net)})", grouped(tax)


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}".replace(".", ",") + " %"


def _account(seller: EntityView) -> list[str]:
    spaced = " ".join(seller.iban[at : at + 4] for at in range(0, len(seller.iban), 4))
    return [line for line in (seller.name, f"IBAN {spaced}", f"BIC {seller.bic}" if seller.bic else "", seller.bank)
            if line]  # fmt: skip


def _qr(invoice: InvoiceView, seller: EntityView, amount: Decimal, words: dict[str, str]) -> str | None:
    return payment_qr.picture(
        currency=invoice.total.currency,
        name=seller.name,
        iban=seller.iban,
        bic=seller.bic,
        tax_id=seller.tax_id,
        amount=amount,
        purpose=words["purpose"].format(number=invoice.number),
    )


def _day(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y}"
