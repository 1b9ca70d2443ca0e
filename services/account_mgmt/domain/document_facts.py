"""What an invoice or a credit note says, put together from the records when it is issued."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import phonenumbers

from services.account_mgmt.domain.credit_notes import CreditNote
from services.account_mgmt.domain.credit_shares import credit_shares
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.issued_documents import (
    BuyerOnDocument,
    IssuedDocument,
    LineOnDocument,
    SellerOnDocument,
    TaxOnDocument,
)
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.money import rate_sums
from services.account_mgmt.domain.orders import Order


def invoice_document(invoice: Invoice, order: Order, buyer: Customer, seller: LegalEntity) -> IssuedDocument:
    """What the invoice says, from what the records say now."""
    taxes = rate_sums([(line.tax_percent, line.net, line.tax) for line in order.lines])
    return IssuedDocument(
        kind="invoice",
        entity=seller.id,
        number=invoice.number,
        currency=invoice.currency,
        language=buyer.contact.language,
        issued_at=invoice.issued_at,
        issued_on=seller.day_of(invoice.issued_at),
        due_on=seller.day_of(invoice.due_at),
        supplied_on=seller.day_of(order.placed_at),
        order_number=order.number,
        seller=SellerOnDocument.of(seller),
        buyer=_buyer(buyer),
        lines=LineOnDocument.of_all(order.lines),
        taxes=[TaxOnDocument(percent=rate, net=net, tax=tax) for rate, net, tax in taxes],
        net=order.total - order.tax,
        tax=order.tax,
        total=order.total,
        note=seller.note,
    )


def credit_note_document(
    note: CreditNote, invoice: IssuedDocument, earlier: Sequence[IssuedDocument], issued_on: date
) -> IssuedDocument:
    """What a credit note says of its invoice, after the `earlier` ones: a line of each rate that it takes back."""
    taken = [(one.percent, one.net, one.tax) for credit in earlier for one in credit.taxes]
    invoiced = [(one.percent, one.net, one.tax) for one in invoice.taxes]
    shares = credit_shares(invoiced, taken, note.amount, invoice.currency)
    taxes = [TaxOnDocument(percent=rate, net=net, tax=tax) for rate, net, tax in shares]
    return invoice.model_copy(
        update={
            "kind": "credit_note",
            "number": note.number,
            "issued_at": note.issued_at,
            "issued_on": issued_on,
            "due_on": None,
            "lines": [_credited(note, one) for one in taxes],
            "taxes": taxes,
            "net": sum((one.net for one in taxes), Decimal("0.00")),
            "tax": sum((one.tax for one in taxes), Decimal("0.00")),
            "total": note.amount,
            "invoice_number": invoice.number,
            "invoice_issued_on": invoice.issued_on,
            "reason": note.reason,
        }
    )


def _buyer(customer: Customer) -> BuyerOnDocument:
    """Whom invoices are made out to; what that leaves open, the contact card says, and the country its phones."""
    contact, billing = customer.contact, customer.billing
    return BuyerOnDocument(
        name=billing.name or contact.company,
        tax_id=billing.tax_id or contact.tax_id or "",
        vat_id=billing.vat_id,
        street=billing.street,
        postal_code=billing.postal_code,
        city=billing.city or contact.city or "",
        country=billing.country or _country_of(contact.phones),
    )


def _country_of(phones: Sequence[str]) -> str:
    """The country of the first phone that says one."""
    for phone in phones:
        try:
            code = phonenumbers.region_code_for_number(phonenumbers.parse(phone))
        except phonenumbers.NumberParseException:
            continue
        if code:
            return str(code)
    return ""


def _credited(note: CreditNote, share: TaxOnDocument) -> LineOnDocument:
    return LineOnDocument(
        description=note.reason, quantity=Decimal(1), unit_price=share.net, tax_percent=share.percent, net=share.net
    )
