"""A payment reminder as a letter: the address in the window of an envelope, and how to pay."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from pypdf import PdfWriter

from services.account_mgmt.documents import mail_texts, payment_qr
from services.account_mgmt.documents.labels import labels_of
from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.invoices import FullInvoice
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.mail_templates import Own
from services.chassis.typesetting import set_page
from workflows.contracts.base import ContactCard

_TEMPLATE = Path(__file__).with_name("letter.typ")


def letter(full: FullInvoice, level: int, at: datetime, own: Own | None = None) -> bytes:
    """The `level`-th reminder, of this day, in the customer's language; the words are those of the mail."""
    seller, invoice = full.seller, full.invoice
    language, labels = labels_of(full.buyer.contact.language)
    text = mail_texts.dunning(full, level, own)
    spaced = " ".join(seller.iban[at_ : at_ + 4] for at_ in range(0, len(seller.iban), 4))
    data = {
        "lang": language,
        "sender": [seller.name, *_lines(seller)],
        "to": _address(full.buyer.billing, full.buyer.contact),
        "place": f"{seller.day_of(at):%d.%m.%Y}",
        "subject": text.subject,
        "paragraphs": text.body.strip().split("\n\n"),
        "scan": labels["scan"],
        "enclosed": labels["enclosed"].format(number=invoice.number),
        "account": [
            line for line in (f"IBAN {spaced}", f"BIC {seller.bic}" if seller.bic else "", seller.bank) if line
        ],
        "purpose": labels["purpose"].format(number=invoice.number),
        "qr": payment_qr.picture(
            currency=invoice.currency,
            name=seller.name,
            iban=seller.iban,
            bic=seller.bic,
            tax_id=seller.tax_id,
            amount=max(invoice.open_amount, invoice.open_amount * 0),
            purpose=labels["purpose"].format(number=invoice.number),
        ),
    }
    return set_page(_TEMPLATE, data, at)


def with_copy(letter: bytes, invoice: bytes) -> bytes:
    """The letter with a copy of its invoice behind it, to be printed in one go."""
    whole = PdfWriter(clone_from=io.BytesIO(letter))
    whole.append(io.BytesIO(invoice))
    printed = io.BytesIO()
    whole.write(printed)
    return printed.getvalue()


def _lines(seller: LegalEntity) -> list[str]:
    town = " ".join(part for part in (seller.postal_code, seller.city) if part)
    return [line for line in (seller.address, town) if line]


def _address(billing: Billing, contact: ContactCard) -> list[str]:
    """As it stands in the window; a field that nobody entered is what the contact card says."""
    town = " ".join(part for part in (billing.postal_code, billing.city or contact.city or "") if part)
    lines = (billing.name or contact.company, contact.contact_name or "", billing.street, town, billing.country)
    return [line for line in lines if line]
