"""Invoices and credit notes as data: EN 16931 in the syntax of UN/CEFACT (Cross Industry Invoice), as Factur-X and
ZUGFeRD carry it.

drafthorse writes the XML and checks it against the schema of the profile; the code lists are UNTDID 1001 (document),
4461 (means of payment), 5189 (allowance), 5305 (kind of tax), 7161 (charge), VATEX (why no tax is due) and UN/ECE Rec
20 (units).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from drafthorse.models.accounting import ApplicableTradeTax, CategoryTradeTax, TradeAllowanceCharge
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import PostalTradeAddress, TaxRegistration
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem
from drafthorse.pdf import attach_xml

from services.account_mgmt.documents import invoice_pdf
from services.account_mgmt.documents.labels import labels_of
from services.account_mgmt.domain.issued_documents import (
    BuyerOnDocument,
    ChargeOnDocument,
    ExtraOnDocument,
    IssuedDocument,
    LineOnDocument,
    TaxOnDocument,
)
from services.chassis import sentences
from services.chassis.currencies import rounded

_GUIDELINE = "urn:cen.eu:en16931:2017"
_SCHEMA = "FACTUR-X_EN16931"
_TYPES = {"invoice": "380", "credit_note": "381"}
_CREDIT_TRANSFER, _SEPA = "30", "58"
_DISCOUNT = "95"
_GREECE = "EL"
_KOSOVO = "1A"
"""As the code list of EN 16931 has it; XK is not on it."""


def missing(said: IssuedDocument) -> list[str]:
    """What EN 16931 asks for and the document does not say, each with where it is entered for the next one."""
    seller, buyer = said.seller, said.buyer
    at = f" (PATCH /v1/legal-entities/{said.entity})"
    categories = {one.category for one in said.taxes}
    found = []
    if not seller.vat_id and not (categories == {"E"} and seller.tax_id):
        found.append(sentences.said("the seller's VAT id") + at)
    if not seller.city:
        found.append(sentences.said("the seller's city") + at)
    if not buyer.country:
        found.append(sentences.said("the buyer's country: in `billing`, or by a phone number in international form"))
    if any(not one.reason and not one.reason_code for one in said.taxes if one.category not in ("S", "Z")):
        found.append(sentences.said("why no tax is due: the product's `tax_reason`, or the seller's note") + at)
    if "K" in categories and not buyer.vat_id:
        found.append(sentences.said("the buyer's VAT id, for a supply within the European Union"))
    if "AE" in categories and not (buyer.vat_id or buyer.tax_id):
        found.append(sentences.said("the buyer's VAT id, for a reverse charge"))
    return found


def xml(said: IssuedDocument) -> bytes:
    """The document as XML. The caller has seen that nothing is `missing`."""
    document = Document()
    document.context.guideline_parameter.id = _GUIDELINE
    document.header.id = said.number
    document.header.type_code = _TYPES[said.kind]
    document.header.issue_date_time = said.issued_on
    for text in (said.reason, said.note):
        if text:
            note = IncludedNote()
            note.content = text
            document.header.notes.add(note)
    _parties(document, said)
    for position, line in enumerate(said.lines, start=1):
        document.trade.items.add(_item(position, line, said))
    _delivery(document, said)
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
    if own.tax_id:
        agreement.seller.legal_organization.id = ("", own.tax_id)
    agreement.seller.address.line_one = own.address
    agreement.seller.address.postcode = own.postal_code
    agreement.seller.address.city_name = own.city
    agreement.seller.address.country_id = _country(own.country)
    # Whoever is exempt, as small businesses are, may have a tax number alone.
    known_by = ("VA", vat_number(own.vat_id, own.country)) if own.vat_id else ("FC", own.tax_id)
    agreement.seller.tax_registrations.add(TaxRegistration(id=known_by))
    agreement.buyer.name = theirs.name
    if theirs.tax_id:
        agreement.buyer.legal_organization.id = ("", theirs.tax_id)
    _address(agreement.buyer.address, theirs)
    if theirs.vat_id:
        agreement.buyer.tax_registrations.add(TaxRegistration(id=("VA", vat_number(theirs.vat_id, theirs.country))))
    agreement.seller_order.issuer_assigned_id = said.order_number


def _address(address: PostalTradeAddress, buyer: BuyerOnDocument) -> None:
    address.postcode = buyer.postal_code
    address.line_one = buyer.street
    address.city_name = buyer.city
    address.country_id = _country(buyer.country)


def _country(code: str) -> str:
    return _KOSOVO if code == "XK" else code


def vat_number(vat_id: str, country: str) -> str:
    """A VAT id with the letters of its country before it, as BR-CO-09 wants it; many write only the digits."""
    plain = "".join(vat_id.split()).upper()
    return plain if plain[:2].isalpha() else f"{_GREECE if country == 'GR' else country}{plain}"


def _delivery(document: Document, said: IssuedDocument) -> None:
    delivery = document.trade.delivery
    delivery.event.occurrence = said.supplied_on
    if any(one.category == "K" for one in said.taxes):
        # A supply within the Union says where to (BR-IC-12).
        delivery.ship_to.name = said.buyer.name
        _address(delivery.ship_to.address, said.buyer)


def _item(position: int, line: LineOnDocument, said: IssuedDocument) -> LineItem:
    item = LineItem()
    item.document.line_id = str(position)
    item.product.name = line.description
    if line.product_id:
        item.product.seller_assigned_id = line.product_id
    item.agreement.net.amount = line.unit_price
    item.delivery.billed_quantity = (line.quantity, line.unit)
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = line.tax_category
    item.settlement.trade_tax.rate_applicable_percent = line.tax_percent
    if line.discount_percent:
        item.settlement.allowance_charge.add(_discount(line, said))
    for one in line.charges:
        item.settlement.allowance_charge.add(_charge(one))
    item.settlement.monetary_summation.total_amount = line.net
    return item


def _discount(line: LineOnDocument, said: IssuedDocument) -> TradeAllowanceCharge:
    """What the discount takes off the line, so that quantity times price less this is its goods' net, to the cent."""
    before = rounded(line.quantity * line.unit_price, said.currency)
    found = TradeAllowanceCharge()
    found.indicator = False
    found.calculation_percent = line.discount_percent
    found.basis_amount = before
    found.actual_amount = before - line.goods
    found.reason_code = _DISCOUNT
    found.reason = labels_of(said.language)[1]["discount"]
    return found


def _charge(one: ChargeOnDocument) -> TradeAllowanceCharge:
    """What comes on top of the line: BG-28. Its tax is the line's."""
    found = TradeAllowanceCharge()
    found.indicator = True
    found.actual_amount = one.amount
    if one.reason_code:
        found.reason_code = one.reason_code
    found.reason = one.reason
    return found


def _extra(one: ExtraOnDocument) -> TradeAllowanceCharge:
    """A discount or a charge of the whole document: BG-20, BG-21."""
    found = TradeAllowanceCharge()
    found.indicator = one.kind == "charge"
    if one.percent is not None:
        found.calculation_percent = one.percent
        found.basis_amount = one.base
    found.actual_amount = one.amount
    if one.reason_code:
        found.reason_code = one.reason_code
    found.reason = one.reason
    taxed = CategoryTradeTax()
    taxed.type_code = "VAT"
    taxed.category_code = one.tax_category
    taxed.rate_applicable_percent = one.tax_percent
    found.trade_tax.add(taxed)
    return found


def _settlement(document: Document, said: IssuedDocument) -> None:
    settlement = document.trade.settlement
    settlement.payment_reference = said.number
    settlement.currency_code = said.currency
    if said.kind == "invoice":
        settlement.payment_means.add(_means(said))
    else:
        settlement.invoice_referenced_document.issuer_assigned_id = said.invoice_number
        if said.invoice_issued_on:
            settlement.invoice_referenced_document.issue_date_time = said.invoice_issued_on
    for one in said.taxes:
        settlement.trade_tax.add(_tax(one))
    for extra in said.allowance_charges:
        settlement.allowance_charge.add(_extra(extra))
    if said.due_on:
        terms = PaymentTerms()
        terms.due = _midnight(said.due_on)
        settlement.terms.add(terms)
    _sums(document, said)


def _means(said: IssuedDocument) -> PaymentMeans:
    means = PaymentMeans()
    means.type_code = _SEPA if said.currency == "EUR" else _CREDIT_TRANSFER
    means.payee_account.iban = said.seller.iban
    means.payee_account.account_name = said.seller.name
    if said.seller.bic:
        means.payee_institution.bic = said.seller.bic
    return means


def _sums(document: Document, said: IssuedDocument) -> None:
    sums = document.trade.settlement.monetary_summation
    sums.line_total = said.of_lines
    sums.charge_total, sums.allowance_total = said.more, said.less
    sums.tax_basis_total = (said.net, None)
    sums.tax_total = (said.tax, said.currency)
    sums.grand_total = (said.total, None)
    sums.due_amount = said.total


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _tax(one: TaxOnDocument) -> ApplicableTradeTax:
    found = ApplicableTradeTax()
    found.calculated_amount = one.tax
    found.basis_amount = one.net
    found.type_code = "VAT"
    found.category_code = one.category
    found.rate_applicable_percent = one.percent
    if one.reason:
        found.exemption_reason = one.reason
    if one.reason_code:
        found.exemption_reason_code = one.reason_code
    return found
