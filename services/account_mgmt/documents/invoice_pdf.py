"""Invoices and credit notes as PDF, set by typst in the customer's language, from what they said at their issue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.account_mgmt.documents import payment_qr
from services.account_mgmt.documents.labels import labels_of
from services.account_mgmt.domain.issued_documents import (
    BuyerOnDocument,
    IssuedDocument,
    LineOnDocument,
    SellerOnDocument,
    TaxOnDocument,
)
from services.account_mgmt.domain.money import grouped
from services.account_mgmt.domain.units import word_of
from services.chassis.typesetting import set_page

_TEMPLATE = Path(__file__).with_name("invoice.typ")


def document(said: IssuedDocument, *, archive: bool = False) -> bytes:
    """The bytes of an invoice or a credit note; with `archive`, PDF/A-3b, into which the e-invoice can be put."""
    language, labels = labels_of(said.language)
    data = {
        "lang": language,
        "labels": labels,
        "title": labels[said.kind],
        "number": said.number,
        "currency": said.currency,
        "seller": {"name": said.seller.name, "lines": _own(said.seller, labels)},
        "buyer": {"name": said.buyer.name, "lines": _theirs(said.buyer, labels)},
        **(_invoice(said, labels) if said.kind == "invoice" else _credit_note(said, labels)),
    }
    return set_page(_TEMPLATE, data, said.issued_at, archive=archive)


def _invoice(said: IssuedDocument, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "facts": [(labels["issued"], _day(said.issued_on)), *_due(said, labels)],
        "reason": None,
        "lines": _lines(said.lines, labels_of(said.language)[0], labels),
        "rates": _rates(said.net, said.taxes, labels, always_net=len(said.taxes) != 1),
        "last": (labels["open"], grouped(said.total)),
        "qr": _qr(said, labels),
        "account": _account(said.seller),
        "note": _notes(said),
    }


def _credit_note(said: IssuedDocument, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "facts": [(labels["issued"], _day(said.issued_on)), (labels["to_invoice"], said.invoice_number)],
        "reason": said.reason,
        "lines": [],
        "rates": _rates(said.net, said.taxes, labels, always_net=True),
        "last": (labels["to_credit"], grouped(said.total)),
        "qr": None,
        "account": [],
        "note": _notes(said.model_copy(update={"note": ""})),
    }


def _due(said: IssuedDocument, labels: dict[str, str]) -> list[tuple[str, str]]:
    return [(labels["due"], _day(said.due_on))] if said.due_on else []


def _own(seller: SellerOnDocument, labels: dict[str, str]) -> list[str]:
    lines = [seller.address, _place(seller.postal_code, seller.city), f"{labels['tax_id']} {seller.tax_id}"]
    return [line for line in (*lines, f"{labels['vat_id']} {seller.vat_id}" if seller.vat_id else "") if line]


def _theirs(buyer: BuyerOnDocument, labels: dict[str, str]) -> list[str]:
    ids = [(labels["tax_id"], buyer.tax_id), (labels["vat_id"], buyer.vat_id)]
    lines = [buyer.street, _place(buyer.postal_code, buyer.city), *(f"{name} {one}" for name, one in ids if one)]
    return [line for line in lines if line]


def _place(postal_code: str, city: str) -> str:
    return " ".join(part for part in (postal_code, city) if part)


def _off(line: LineOnDocument, labels: dict[str, str]) -> str:
    return f" ({labels['discount']} {_percent(line.discount_percent)})" if line.discount_percent else ""


def _lines(lines: Sequence[LineOnDocument], language: str, labels: dict[str, str]) -> list[dict[str, str]]:
    return [
        {
            "description": line.description + _off(line, labels),
            "quantity": f"{line.quantity.normalize():f}".replace(".", ",") + f" {word_of(line.unit, language)}",
            "price": grouped(line.unit_price),
            "tax": _percent(line.tax_percent),
            "net": grouped(line.net),
        }
        for line in lines
    ]


def _rates(
    net: Decimal, taxes: Sequence[TaxOnDocument], labels: dict[str, str], *, always_net: bool
) -> list[tuple[str, str]]:
    """The sum before tax, and the tax by rate; `always_net` writes what each rate is of."""
    shown = [
        (f"{labels['tax']} {_percent(one.percent)}" + (f" ({grouped(one.net)})" if always_net else ""), one.tax)
        for one in taxes
    ]
    return [(labels["net"], grouped(net)), *((name, grouped(tax)) for name, tax in shown)]


def _notes(said: IssuedDocument) -> str:
    """Why no tax is due, where that is so, and the seller's note, each once."""
    return " \N{MIDDLE DOT} ".join(
        dict.fromkeys(one for one in (*(tax.reason for tax in said.taxes), said.note) if one)
    )


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}".replace(".", ",") + " %"


def _account(seller: SellerOnDocument) -> list[str]:
    spaced = " ".join(seller.iban[at : at + 4] for at in range(0, len(seller.iban), 4))
    return [line for line in (seller.name, f"IBAN {spaced}", f"BIC {seller.bic}" if seller.bic else "", seller.bank)
            if line]  # fmt: skip


def _qr(said: IssuedDocument, labels: dict[str, str]) -> str | None:
    seller = said.seller
    return payment_qr.picture(
        currency=said.currency,
        name=seller.name,
        iban=seller.iban,
        bic=seller.bic,
        tax_id=seller.tax_id,
        amount=said.total,
        purpose=labels["purpose"].format(number=said.number),
    )


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
