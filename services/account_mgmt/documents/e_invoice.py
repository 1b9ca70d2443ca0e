"""The invoice as data: EN 16931 in the syntax of UN/CEFACT (Cross Industry Invoice), as Factur-X and ZUGFeRD carry it.

drafthorse writes the XML and checks it against the schema of the profile; the code lists are UNTDID 1001 (document),
4461 (means of payment), 5305 (kind of tax) and UN/ECE Recommendation 20 (units).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem
from drafthorse.pdf import attach_xml

from services.account_mgmt.documents import invoice_pdf
from services.account_mgmt.domain.issued_documents import IssuedDocument, LineOnDocument, TaxOnDocument

_GUIDELINE = "urn:cen.eu:en16931:2017"
_SCHEMA = "FACTUR-X_EN16931"
_INVOICE, _CREDIT_TRANSFER, _SEPA = "380", "30", "58"
_ONE = "C62"
_STANDARD_RATE, _EXEMPT = "S", "E"


def missing(said: IssuedDocument) -> list[str]:
    """What EN 16931 asks for and the document does not say, each with where it is entered."""
    seller = said.seller
    at = f"PATCH /v1/legal-entities/{said.entity}"
    found = []
    if not seller.vat_id:
        found.append(f"the seller's VAT id ({at})")
    if not seller.city:
        found.append(f"the seller's city ({at})")
    if not said.buyer.country:
        found.append("the buyer's country: a phone number in international form")
    if any(not line.tax_percent for line in said.lines) and not said.note:
        found.append(f"why no tax is due: the seller's note ({at})")
    return found


def xml(said: IssuedDocument) -> bytes:
    """The invoice as XML. The caller has seen that nothing is `missing`."""
    document = Document()
    document.context.guideline_parameter.id = _GUIDELINE
    document.header.id = said.number
    document.header.type_code = _INVOICE
    document.header.issue_date_time = said.issued_on
    if said.note:
        note = IncludedNote()
        note.content = said.note
        document.header.notes.add(note)
    _parties(document, said)
    for position, line in enumerate(said.lines, start=1):
        document.trade.items.add(_item(position, line))
    document.trade.delivery.event.occurrence = said.supplied_on
    _settlement(document, said)
    return bytes(document.serialize(schema=_SCHEMA))


def factur_x(said: IssuedDocument) -> bytes:
    """The PDF/A-3 for people with the XML for programs inside."""
    pdf = invoice_pdf.document(said, archive=True)
    metadata = {
        "author": said.seller.name, "keywords": "Factur-X, Invoice", "title": said.number, "subject": said.number,
    }  # fmt: skip
    return bytes(attach_xml(pdf, xml(said), level="EN 16931", metadata=metadata))


def _parties(document: Document, said: IssuedDocument) -> None:
    own, theirs = said.seller, said.buyer
    agreement = document.trade.agreement
    agreement.seller.name = own.name
    agreement.seller.legal_organization.id = ("", own.tax_id)
    agreement.seller.address.line_one = own.address
    agreement.seller.address.postcode = own.postal_code
    agreement.seller.address.city_name = own.city
    agreement.seller.address.country_id = own.country
    agreement.seller.tax_registrations.add(TaxRegistration(id=("VA", own.vat_id)))
    agreement.buyer.name = theirs.name
    if theirs.tax_id:
        agreement.buyer.legal_organization.id = ("", theirs.tax_id)
    agreement.buyer.address.city_name = theirs.city
    agreement.buyer.address.country_id = theirs.country


def _item(position: int, line: LineOnDocument) -> LineItem:
    item = LineItem()
    item.document.line_id = str(position)
    item.product.name = line.description
    if line.product_id:
        item.product.seller_assigned_id = line.product_id
    # The standard's net price is after the discount, and takes as many decimals as it needs.
    item.agreement.net.amount = line.unit_price * (100 - line.discount_percent) / 100
    item.delivery.billed_quantity = (line.quantity, _ONE)
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = _category(line.tax_percent)
    item.settlement.trade_tax.rate_applicable_percent = line.tax_percent
    item.settlement.monetary_summation.total_amount = line.net
    return item


def _category(rate: Decimal) -> str:
    return _STANDARD_RATE if rate else _EXEMPT


def _settlement(document: Document, said: IssuedDocument) -> None:
    seller = said.seller
    settlement = document.trade.settlement
    settlement.payment_reference = said.number
    settlement.currency_code = said.currency
    means = PaymentMeans()
    means.type_code = _SEPA if said.currency == "EUR" else _CREDIT_TRANSFER
    means.payee_account.iban = seller.iban
    means.payee_account.account_name = seller.name
    if seller.bic:
        means.payee_institution.bic = seller.bic
    settlement.payment_means.add(means)
    for one in said.taxes:
        settlement.trade_tax.add(_tax(one, said.note))
    if said.due_on:
        terms = PaymentTerms()
        terms.due = _midnight(said.due_on)
        settlement.terms.add(terms)
    sums = settlement.monetary_summation
    sums.line_total = said.net
    sums.charge_total = sums.allowance_total = Decimal("0.00")
    sums.tax_basis_total = (said.net, None)
    sums.tax_total = (said.tax, said.currency)
    sums.grand_total = (said.total, None)
    sums.due_amount = said.total


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _tax(one: TaxOnDocument, why_exempt: str) -> ApplicableTradeTax:
    found = ApplicableTradeTax()
    found.calculated_amount = one.tax
    found.basis_amount = one.net
    found.type_code = "VAT"
    found.category_code = _category(one.percent)
    found.rate_applicable_percent = one.percent
    if not one.percent:
        found.exemption_reason = why_exempt
    return found
