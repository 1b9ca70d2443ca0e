"""The invoice as data: EN 16931 in the syntax of UN/CEFACT (Cross Industry Invoice), as Factur-X and ZUGFeRD carry it.

drafthorse writes the XML and checks it against the schema of the profile; the code lists are UNTDID 1001 (document),
4461 (means of payment), 5305 (kind of tax) and UN/ECE Recommendation 20 (units).
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import phonenumbers
from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem
from drafthorse.pdf import attach_xml

from services.account_mgmt.documents import invoice_pdf
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.invoices import FullInvoice
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.money import PricedLine, rate_sums

_GUIDELINE = "urn:cen.eu:en16931:2017"
_SCHEMA = "FACTUR-X_EN16931"
_INVOICE, _CREDIT_TRANSFER, _SEPA = "380", "30", "58"
_ONE = "C62"
_STANDARD_RATE, _EXEMPT = "S", "E"


def missing(full: FullInvoice) -> list[str]:
    """What EN 16931 asks for and the records lack, each with where it is entered."""
    seller = full.seller
    at = f"PATCH /v1/legal-entities/{seller.id}"
    found = []
    if not seller.vat_id:
        found.append(f"the seller's VAT id ({at})")
    if not seller.city:
        found.append(f"the seller's city ({at})")
    if _country_of(full.buyer) is None:
        found.append("the buyer's country: a phone number in international form")
    if any(not line.tax_percent for line in full.order.lines) and not seller.note:
        found.append(f"why no tax is due: the seller's note ({at})")
    if full.invoice.state == "void":
        found.append("an invoice that stands: this one is void")
    return found


def xml(full: FullInvoice) -> bytes:
    """The invoice as XML. The caller has seen that nothing is `missing`."""
    invoice, order, seller = full.invoice, full.order, full.seller
    document = Document()
    document.context.guideline_parameter.id = _GUIDELINE
    document.header.id = invoice.number
    document.header.type_code = _INVOICE
    document.header.issue_date_time = seller.day_of(invoice.issued_at)
    if seller.note:
        note = IncludedNote()
        note.content = seller.note
        document.header.notes.add(note)
    _parties(document, full.buyer, seller)
    for position, line in enumerate(order.lines, start=1):
        document.trade.items.add(_item(position, line))
    document.trade.delivery.event.occurrence = seller.day_of(order.placed_at)
    _settlement(document, full)
    return bytes(document.serialize(schema=_SCHEMA))


def factur_x(full: FullInvoice) -> bytes:
    """The PDF/A-3 for people with the XML for programs inside."""
    pdf = invoice_pdf.invoice(full, archive=True)
    number = full.invoice.number
    metadata = {
        "author": full.seller.name, "keywords": "Factur-X, Invoice", "title": number, "subject": number,
    }  # fmt: skip
    return bytes(attach_xml(pdf, xml(full), level="EN 16931", metadata=metadata))


def _parties(document: Document, buyer: Customer, seller: LegalEntity) -> None:
    contact = buyer.contact
    agreement = document.trade.agreement
    agreement.seller.name = seller.name
    agreement.seller.legal_organization.id = ("", seller.tax_id)
    agreement.seller.address.line_one = seller.address
    agreement.seller.address.postcode = seller.postal_code
    agreement.seller.address.city_name = seller.city
    agreement.seller.address.country_id = seller.country
    agreement.seller.tax_registrations.add(TaxRegistration(id=("VA", seller.vat_id)))
    agreement.buyer.name = contact.company
    if contact.tax_id:
        agreement.buyer.legal_organization.id = ("", contact.tax_id)
    agreement.buyer.address.city_name = contact.city or ""
    agreement.buyer.address.country_id = _country_of(buyer) or ""


def _country_of(buyer: Customer) -> str | None:
    """The country of the buyer's first phone that says one, ISO 3166."""
    for phone in buyer.contact.phones:
        try:
            code = phonenumbers.region_code_for_number(phonenumbers.parse(phone))
        except phonenumbers.NumberParseException:
            continue
        if code:
            return str(code)
    return None


def _item(position: int, line: PricedLine) -> LineItem:
    item = LineItem()
    item.document.line_id = str(position)
    item.product.name = line.description
    if line.product_id:
        item.product.seller_assigned_id = line.product_id
    # The standard's net price is after the discount, and takes as many decimals as it needs.
    item.agreement.net.amount = line.piece_price
    item.delivery.billed_quantity = (line.quantity, _ONE)
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = _category(line.tax_percent)
    item.settlement.trade_tax.rate_applicable_percent = line.tax_percent
    item.settlement.monetary_summation.total_amount = line.net
    return item


def _category(rate: Decimal) -> str:
    return _STANDARD_RATE if rate else _EXEMPT


def _settlement(document: Document, full: FullInvoice) -> None:
    invoice, order, seller = full.invoice, full.order, full.seller
    settlement = document.trade.settlement
    settlement.payment_reference = invoice.number
    settlement.currency_code = invoice.currency
    means = PaymentMeans()
    means.type_code = _SEPA if invoice.currency == "EUR" else _CREDIT_TRANSFER
    means.payee_account.iban = seller.iban
    means.payee_account.account_name = seller.name
    if seller.bic:
        means.payee_institution.bic = seller.bic
    settlement.payment_means.add(means)
    for rate, net, tax in rate_sums([(one.tax_percent, one.net, one.tax) for one in order.lines]):
        settlement.trade_tax.add(_tax(rate, net, tax, seller.note))
    terms = PaymentTerms()
    terms.due = datetime.combine(seller.day_of(invoice.due_at), datetime.min.time(), UTC)
    settlement.terms.add(terms)
    net_total = order.total - order.tax
    sums = settlement.monetary_summation
    sums.line_total = net_total
    sums.charge_total = sums.allowance_total = Decimal("0.00")
    sums.tax_basis_total = (net_total, None)
    sums.tax_total = (order.tax, invoice.currency)
    sums.grand_total = (invoice.total, None)
    sums.prepaid_total = invoice.paid + invoice.credited
    sums.due_amount = invoice.open_amount


def _tax(rate: Decimal, net: Decimal, tax: Decimal, why_exempt: str) -> ApplicableTradeTax:
    found = ApplicableTradeTax()
    found.calculated_amount = tax
    found.basis_amount = net
    found.type_code = "VAT"
    found.category_code = _category(rate)
    found.rate_applicable_percent = rate
    if not rate:
        found.exemption_reason = why_exempt
    return found
