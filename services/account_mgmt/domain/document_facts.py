"""What an invoice or a credit note says, put together from the records when it is issued."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

import phonenumbers

from services.account_mgmt.domain.allowances import PricedAllowance
from services.account_mgmt.domain.credit_notes import CreditNote
from services.account_mgmt.domain.credit_shares import Share, credit_shares
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.issued_documents import (
    BuyerOnDocument,
    ExtraOnDocument,
    IssuedDocument,
    LineOnDocument,
    SellerOnDocument,
    TaxOnDocument,
)
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.mail_templates import language_of
from services.account_mgmt.domain.money import PricedLine
from services.account_mgmt.domain.orders import UNREADABLE, InvoiceRef, Order
from services.account_mgmt.domain.tax_categories import Parties, code_of, treatment, why_untaxed


def invoice_document(
    invoice: Invoice | InvoiceRef,
    issued_at: datetime,
    order: Order,
    buyer: Customer,
    seller: LegalEntity,
    languages: Collection[str],
) -> IssuedDocument:
    """What the invoice says, from what the records say now, in one of the `languages` that documents have."""
    language = language_of(buyer, seller, languages)
    to = _buyer(buyer)
    lines = [_treated(line, seller, to) for line in order.lines]
    return IssuedDocument(
        kind="invoice",
        entity=seller.id,
        number=invoice.number,
        currency=invoice.currency,
        language=language,
        issued_at=issued_at,
        issued_on=seller.day_of(issued_at),
        due_on=seller.day_of(invoice.due_at),
        supplied_on=seller.day_of(order.placed_at),
        order_number=order.number,
        seller=SellerOnDocument.of(seller),
        buyer=to,
        lines=LineOnDocument.of_all(lines),
        allowance_charges=ExtraOnDocument.of_all(order.allowance_charges),
        taxes=_taxes([*lines, *order.allowance_charges], seller, language),
        net=order.total - order.tax,
        tax=order.tax,
        total=order.total,
        note=seller.note,
    )


def credit_note_document(
    note: CreditNote, invoice: IssuedDocument, earlier: Sequence[IssuedDocument], issued_on: date
) -> IssuedDocument:
    """What a credit note says of its invoice, after the `earlier` ones: a line of each rate that it takes back."""
    taken = [share for credit in earlier for share in _shares(credit)]
    shares = {key: sums for key, *sums in credit_shares(_shares(invoice), taken, note.amount, invoice.currency)}
    taxes = [
        one.model_copy(update=dict(zip(("net", "tax"), shares[_key(one)], strict=True)))
        for one in invoice.taxes
        if _key(one) in shares
    ]
    return invoice.model_copy(
        update={
            "kind": "credit_note",
            "number": note.number,
            "issued_at": note.issued_at,
            "issued_on": issued_on,
            "due_on": None,
            "lines": [_credited(note, one) for one in taxes],
            "allowance_charges": [],
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


def _treated(line: PricedLine, seller: LegalEntity, buyer: BuyerOnDocument) -> PricedLine:
    """The line with its tax category; one from before is looked at by its rate."""
    if line.tax_category:
        return line
    parties = Parties(seller.country, seller.vat_id, buyer.country, buyer.vat_id)
    return line.model_copy(
        update={"tax_category": treatment(line.tax_percent, None, parties, as_offered=True).category}
    )


def _taxes(lines: Sequence[PricedLine | PricedAllowance], seller: LegalEntity, language: str) -> list[TaxOnDocument]:
    """One of each category and rate, the highest rate first."""
    found: dict[tuple[str, Decimal], list[PricedLine | PricedAllowance]] = {}
    for line in lines:
        found.setdefault((line.tax_category, line.tax_percent), []).append(line)
    return [
        _tax(*found[key], seller=seller, language=language) for key in sorted(found, key=lambda key: (-key[1], key[0]))
    ]


def _tax(*lines: PricedLine | PricedAllowance, seller: LegalEntity, language: str) -> TaxOnDocument:
    category = lines[0].tax_category
    # Why no tax is due, the lines say; a discount or a charge is taxed as they are.
    says = [line.tax_reason for line in lines if isinstance(line, PricedLine)] or [lines[0].tax_reason]
    reasons = [why_untaxed(category, one, seller.note, language) for one in says]
    codes = [code_of(category, one, seller.country) for one in says]
    return TaxOnDocument(
        category=category,
        percent=lines[0].tax_percent,
        net=sum((line.net for line in lines), Decimal("0.00")),
        tax=sum((line.tax for line in lines), Decimal("0.00")),
        reason="; ".join(dict.fromkeys(one for one in reasons if one)),
        reason_code=codes[0] if len(set(codes)) == 1 else "",
    )


def _key(tax: TaxOnDocument) -> tuple[str, Decimal]:
    return tax.category, tax.percent


def _shares(said: IssuedDocument) -> list[Share]:
    return [(_key(one), one.net, one.tax) for one in said.taxes]


def _credited(note: CreditNote, share: TaxOnDocument) -> LineOnDocument:
    return LineOnDocument(
        description=note.reason or UNREADABLE,
        quantity=Decimal(1),
        unit_price=share.net,
        tax_percent=share.percent,
        tax_category=share.category,
        net=share.net,
    )
