"""Invoices and credit notes as PDF, set by typst in the customer's language, from what they said at their issue."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from babel import Locale

from services.account_mgmt.documents import payment_qr
from services.account_mgmt.documents.labels import labels_of
from services.account_mgmt.domain.issued_documents import (
    BuyerOnDocument,
    IssuedDocument,
    LineOnDocument,
    SellerOnDocument,
)
from services.account_mgmt.domain.money import grouped
from services.account_mgmt.domain.units import word_of
from services.chassis.typesetting import set_page

_TEMPLATE: Final = Path(__file__).with_name("invoice.typ")


def document(said: IssuedDocument, *, archive: bool = False) -> bytes:
    """The bytes of an invoice or a credit note; with `archive`, PDF/A-3b, into which the e-invoice can be put."""
    language, labels = labels_of(said.language)
    data = {
        "lang": language,
        "labels": labels,
        "title": labels[said.kind],
        "number": said.number,
        "currency": said.currency,
        "seller": {"name": said.seller.name, "lines": _own(said.seller, _abroad(said, said.seller), labels)},
        "buyer": {"name": said.buyer.name, "lines": _theirs(said.buyer, _abroad(said, said.buyer), labels)},
        **(_invoice(said, labels) if said.kind == "invoice" else _credit_note(said, labels)),
    }
    return set_page(_TEMPLATE, data, said.issued_at, archive=archive)


def _invoice(said: IssuedDocument, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "facts": [
            (labels["issued"], _day(said.issued_on)),
            (labels["supplied"], _day(said.supplied_on)),
            *_due(said, labels),
            (labels["order"], said.order_number),
        ],
        "reason": None,
        "lines": [_line(line, said, labels) for line in said.lines],
        "rates": _rates(said, labels, always_net=len(said.taxes) != 1),
        "last": (labels["open"], grouped(said.total, said.currency)),
        "qr": _qr(said, labels),
        "account": _account(said.seller),
        "note": _notes(said),
    }


def _credit_note(said: IssuedDocument, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "facts": [(labels["issued"], _day(said.issued_on)), (labels["to_invoice"], said.invoice_number)],
        "reason": said.reason,
        "lines": [],
        "rates": _rates(said, labels, always_net=True),
        "last": (labels["to_credit"], grouped(said.total, said.currency)),
        "qr": None,
        "account": [],
        "note": _notes(said.model_copy(update={"note": ""})),
    }


def _due(said: IssuedDocument, labels: dict[str, str]) -> list[tuple[str, str]]:
    return [(labels["due"], _day(said.due_on))] if said.due_on else []


def _own(seller: SellerOnDocument, country: str, labels: dict[str, str]) -> list[str]:
    place = _place(seller.postal_code, seller.city)
    return [line for line in (seller.address, place, country, *_ids(seller, labels)) if line]


def _theirs(buyer: BuyerOnDocument, country: str, labels: dict[str, str]) -> list[str]:
    place = _place(buyer.postal_code, buyer.city)
    return [line for line in (buyer.street, place, country, *_ids(buyer, labels)) if line]


def _ids(party: SellerOnDocument | BuyerOnDocument, labels: dict[str, str]) -> list[str]:
    ids = [(labels["tax_id"], party.tax_id), (labels["vat_id"], party.vat_id)]
    return [f"{name} {one}" for name, one in ids if one]


def _abroad(said: IssuedDocument, party: SellerOnDocument | BuyerOnDocument) -> str:
    """The country's name, where a border lies between the two."""
    if said.buyer.country in ("", said.seller.country):
        return ""
    return str(Locale(labels_of(said.language)[0]).territories.get(party.country, party.country))


def _place(postal_code: str, city: str) -> str:
    return " ".join(part for part in (postal_code, city) if part)


def _line(line: LineOnDocument, said: IssuedDocument, labels: dict[str, str]) -> dict[str, Any]:
    off = f"({labels['discount']} {_percent(line.discount_percent)})" if line.discount_percent else ""
    return {
        "description": line.description,
        "off": off,
        "more": [f"+ {one.reason} {grouped(one.amount, said.currency)}" for one in line.charges],
        "quantity": f"{line.quantity.normalize():f}".replace(".", ",")
        + f" {word_of(line.unit, labels_of(said.language)[0])}",
        "price": grouped(line.unit_price, said.currency),
        "tax": _percent(line.tax_percent) + _mark(said, line.tax_percent, line.tax_category),
        "net": grouped(line.net, said.currency),
    }


def _rates(said: IssuedDocument, labels: dict[str, str], *, always_net: bool) -> list[tuple[str, str]]:
    """The sum before tax, how it comes about, and the tax by rate; `always_net` writes what each rate is of."""
    found = [*_extras(said, labels), (labels["net"], grouped(said.net, said.currency))]
    for one in said.taxes:
        name = f"{labels['tax']} {_percent(one.percent)}{_mark(said, one.percent, one.category)}"
        of = f" ({grouped(one.net, said.currency)})" if always_net else ""
        found.append((name + of, grouped(one.tax, said.currency)))
    return found


def _extras(said: IssuedDocument, labels: dict[str, str]) -> list[tuple[str, str]]:
    """What the lines come to, and each discount and charge of the whole document, with its rate if there are more."""
    if not said.allowance_charges:
        return []
    found = [(labels["of_lines"], grouped(said.of_lines, said.currency))]
    for one in said.allowance_charges:
        percent = f" {_percent(one.percent)}" if one.percent is not None else ""
        rate = f"{labels['tax']} {_percent(one.tax_percent)}{_mark(said, one.tax_percent, one.tax_category)}"
        of = f" ({rate})" if len(said.taxes) != 1 else ""
        sign = "" if one.kind == "charge" else "\N{MINUS SIGN}"
        found.append((one.reason + percent + of, sign + grouped(one.amount, said.currency)))
    return found


def _mark(said: IssuedDocument, percent: Decimal, category: str) -> str:
    """The letters of a category, where the rate alone does not say for what reason no tax is due."""
    several = len([one for one in said.taxes if one.percent == percent]) > 1
    return f"\N{NO-BREAK SPACE}{category}" if several else ""


def _notes(said: IssuedDocument) -> str:
    """Why no tax is due, where that is so, and the seller's note, each once."""
    whys = [(_mark(said, one.percent, one.category).strip(), one.reason) for one in said.taxes if one.reason]
    found = [f"{mark}: {why}" if mark else why for mark, why in whys]
    if said.note not in [why for _, why in whys]:
        found.append(said.note)
    return " \N{MIDDLE DOT} ".join(dict.fromkeys(one for one in found if one))


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
