"""E-invoices keep the official rules of EN 16931 (schema and schematron), whatever is sold to whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from services.account_mgmt.documents import e_invoice
from services.account_mgmt.documents.labels import LANGUAGES
from services.account_mgmt.domain.allowances import AllowanceCharge, price_allowances
from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.credit_notes import CreditNote
from services.account_mgmt.domain.document_facts import credit_note_document, invoice_document
from services.account_mgmt.domain.issued_documents import IssuedDocument
from services.account_mgmt.domain.line_charges import PricedCharge
from services.account_mgmt.domain.money import PricedLine, price, taxed, totals
from services.account_mgmt.domain.orders import Order
from services.account_mgmt.domain.tax_categories import Parties, ProductTax, treatment
from services.chassis.errors import Invalid
from tests.fixtures.en_16931 import broken_rules
from tests.unit.account_mgmt.records import NOW, customer, full_invoice, invoice, seller

GMBH = {"name": "Leadrelay Freight GmbH", "tax_id": "12/345/67890", "vat_id": "DE123456789", "address": "Hafenstraße 1",
        "postal_code": "20457", "city": "Hamburg", "country": "DE", "iban": "DE89370400440532013000", "currency": "EUR",
        "note": "Steuerfrei nach § 4 UStG"}  # fmt: skip
BUYERS = {
    "at home": Billing(country="DE", city="Kiel", street="Am Hafen 3", postal_code="24103"),
    "in the Union": Billing(country="AT", city="Wien", vat_id="ATU12345678"),
    "overseas": Billing(country="US", city="Boston"),
    "in Greece": Billing(country="GR", vat_id="123456789"),
    "in Kosovo": Billing(country="XK", city="Prishtina"),
    "in Northern Ireland": Billing(country="GB", vat_id="XI980780684"),
}
NS = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}


def line(net: str, percent: str | None, buyer: Billing, **more: Any) -> PricedLine:
    """A line as an order takes it: its category comes from the parties."""
    kind = more.pop("kind", "service")
    parties = Parties("DE", "DE123456789", buyer.country, buyer.vat_id)
    product = ProductTax(kind=kind, tax_percent=Decimal(19), tax_category=more.pop("tax_category", ""),
                         tax_reason=more.pop("tax_reason", ""))  # fmt: skip
    rate = None if percent is None else Decimal(percent)
    treated = treatment(rate, product, parties, as_offered=False)
    amounts = price("ftl", more.pop("description", "Fracht"), Decimal(more.pop("quantity", "1")), Decimal(net),
                    treated.percent, currency="EUR", discount_percent=Decimal(more.pop("off", "0")),
                    charges=[PricedCharge(reason="Hebebühne & <Maut>", reason_code=code, amount=Decimal(amount))
                             for code, amount in more.pop("charges", [])])  # fmt: skip
    return amounts.model_copy(
        update={"tax_category": treated.category, "tax_reason": treated.reason, "unit": more.pop("unit", "C62")}
    )


def ordered(
    lines: list[PricedLine], *extras: AllowanceCharge, buyer: Billing = BUYERS["at home"], currency: str = "EUR"
) -> Order:
    """An order of these lines, discounts and charges."""
    lines = taxed(lines, currency)
    parties = Parties("DE", "DE123456789", buyer.country, buyer.vat_id)
    priced = price_allowances(extras, lines, currency, lambda rate: treatment(rate, None, parties, as_offered=False))
    total, tax = totals([*lines, *priced])
    sums = {"lines": lines, "allowance_charges": priced, "total": total, "tax": tax, "currency": currency}
    return full_invoice("de").order.model_copy(update=sums)


def extra(kind: str, of: str, rate: str | None = None, code: str = "", reason: str = "Fracht") -> AllowanceCharge:
    """`5%` or `12.50`, at a rate of the lines or at all of them."""
    how = {"percent": of[:-1]} if of.endswith("%") else {"amount": {"amount": of, "currency": "EUR"}}
    return AllowanceCharge.model_validate(
        {"kind": kind, "reason": reason, "reason_code": code, "tax_percent": rate, **how}
    )


def issued(
    lines: list[PricedLine],
    buyer: Billing = BUYERS["at home"],
    language: str = "de",
    extras: Sequence[AllowanceCharge] = (),
    **of_seller: str,
) -> IssuedDocument:
    """The document of an invoice of these lines, discounts and charges."""
    order = ordered(lines, *extras, buyer=buyer)
    total = order.total
    sold = invoice(str(total), currency="EUR")
    return invoice_document(sold, sold.issued_at, order, customer(language, billing=buyer),
                            seller(**{**GMBH, **of_seller}), LANGUAGES)  # fmt: skip


def credited(said: IssuedDocument, amount: str, *earlier: IssuedDocument) -> IssuedDocument:
    note = CreditNote(id="n", number=f"LR-CN-{len(earlier)}", invoice_id="i", amount=Decimal(amount),
                      reason="Verspätung", issued_at=NOW)  # fmt: skip
    return credit_note_document(note, said, earlier, said.issued_on + timedelta(days=3))


def found(said: IssuedDocument, path: str) -> list[str]:
    root = etree.fromstring(e_invoice.xml(said))
    return [str(one.text) for one in root.iterfind(f".//ram:{path.replace('/', '/ram:')}", NS)]


def check(said: IssuedDocument) -> None:
    assert e_invoice.missing(said) == []
    assert broken_rules(e_invoice.xml(said)) == []


@pytest.mark.parametrize(
    ("buyer", "kind", "percent", "category", "code"),
    [
        ("at home", "service", "19", "S", []),
        ("at home", "service", "0", "E", []),
        ("in the Union", "service", None, "AE", ["VATEX-EU-AE"]),
        ("in the Union", "product", None, "K", ["VATEX-EU-IC"]),
        ("in Greece", "service", "0", "AE", ["VATEX-EU-AE"]),
        ("overseas", "product", None, "G", ["VATEX-EU-G"]),
        ("overseas", "service", "0", "E", []),
        ("in the Union", "service", "19", "S", []),
    ],
)
def test_the_category_follows_from_who_sells_what_to_whom(
    buyer: str, kind: str, percent: str | None, category: str, code: list[str]
) -> None:
    said = issued([line("100.00", percent, BUYERS[buyer], kind=kind)], BUYERS[buyer])
    check(said)
    assert found(said, "ApplicableHeaderTradeSettlement/ApplicableTradeTax/CategoryCode") == [category]
    assert found(said, "ExemptionReasonCode") == code
    assert bool(found(said, "ExemptionReason")) == (category != "S")


def test_the_catalogue_may_say_another_category_with_its_reason() -> None:
    zero = line("5.00", None, BUYERS["at home"], tax_category="Z")
    exempt = line("7.00", None, BUYERS["at home"], tax_category="E", tax_reason="VATEX-EU-132")
    said = issued([zero, exempt, line("9.00", None, BUYERS["at home"])])
    check(said)
    assert [(one.category, one.percent, one.reason_code) for one in said.taxes] == [
        ("S", 19, ""), ("E", 0, "VATEX-EU-132"), ("Z", 0, ""),
    ]  # fmt: skip


def test_a_small_business_without_a_vat_id_is_known_by_its_tax_number() -> None:
    exempt = line("100.00", "0", BUYERS["at home"])
    said = issued([exempt], vat_id="", note="Kein Ausweis von Umsatzsteuer, § 19 UStG")
    check(said)
    assert found(said, "SellerTradeParty/SpecifiedTaxRegistration/ID") == [GMBH["tax_id"]]
    assert any("seller's VAT id" in one for one in e_invoice.missing(issued([exempt], vat_id="", tax_id="")))
    taxed_too = issued([exempt, line("1.00", "19", BUYERS["at home"])], vat_id="")
    assert any("seller's VAT id" in one for one in e_invoice.missing(taxed_too))


def test_a_seller_without_a_tax_number_has_an_empty_field_nowhere() -> None:
    said = issued([line("100.00", "19", BUYERS["at home"])], tax_id="", postal_code="")
    check(said)
    assert found(said, "SellerTradeParty/SpecifiedLegalOrganization/ID") == []


def test_units_of_the_catalogue_are_in_the_data() -> None:
    units = ["C62", "HUR", "KGM", "TNE", "MTR", "DAY", "MON", "KMT", "E54", "XPX"]
    said = issued([line("1.00", "19", BUYERS["at home"], unit=unit) for unit in units])
    check(said)
    root = etree.fromstring(e_invoice.xml(said))
    assert [one.get("unitCode") for one in root.iterfind(".//ram:BilledQuantity", NS)] == units


def test_the_buyers_address_and_vat_id_are_in_the_data() -> None:
    said = issued([line("1.00", None, BUYERS["in Greece"])], BUYERS["in Greece"])
    assert found(said, "BuyerTradeParty/SpecifiedTaxRegistration/ID") == ["EL123456789"]
    said = issued([line("1.00", "19", BUYERS["at home"])])
    assert found(said, "BuyerTradeParty/PostalTradeAddress/LineOne") == ["Am Hafen 3"]
    assert found(said, "BuyerTradeParty/PostalTradeAddress/PostcodeCode") == ["24103"]


def test_a_discount_is_an_allowance_of_its_line() -> None:
    said = issued([line("348.35", "19", BUYERS["at home"], quantity="16", off="4")])
    check(said)
    assert found(said, "NetPriceProductTradePrice/ChargeAmount") == ["348.35"]
    assert found(said, "SpecifiedTradeAllowanceCharge/BasisAmount") == ["5573.60"]
    assert found(said, "SpecifiedTradeAllowanceCharge/ActualAmount") == ["222.94"]
    assert found(said, "LineTotalAmount")[0] == "5350.66"


def test_charges_of_a_line_are_in_its_net_and_beside_its_discount() -> None:
    on_top = [("FC", "35.00"), ("", "4.50")]
    said = issued([line("100.00", "19", BUYERS["at home"], quantity="2", off="10", charges=on_top)])
    check(said)
    at = "IncludedSupplyChainTradeLineItem/SpecifiedLineTradeSettlement"
    assert found(said, f"{at}/SpecifiedTradeAllowanceCharge/ActualAmount") == ["20.00", "35.00", "4.50"]
    assert found(said, f"{at}/SpecifiedTradeAllowanceCharge/ReasonCode") == ["95", "FC"]
    assert found(said, "LineTotalAmount") == ["219.50", "219.50"]
    assert (said.net, said.tax) == (Decimal("219.50"), Decimal("41.71"))
    assert e_invoice.factur_x(said).startswith(b"%PDF")
    note = credited(said, "100.00")
    check(note)
    assert found(note, f"{at}/SpecifiedTradeAllowanceCharge/ActualAmount") == []


def test_a_credit_note_is_of_type_381_and_names_its_invoice() -> None:
    said = issued([line("33.33", "19", BUYERS["at home"]), line("7.77", "7", BUYERS["at home"]),
                   line("0.99", "0", BUYERS["at home"])])  # fmt: skip
    note = credited(said, "11.11")
    check(note)
    root = etree.fromstring(e_invoice.xml(note))
    assert root.findtext(".//{*}ExchangedDocument/{*}TypeCode") == "381"
    assert found(note, "InvoiceReferencedDocument/IssuerAssignedID") == [said.number]
    assert note.net + note.tax == note.total == Decimal("11.11")
    assert sum(one.net for one in note.taxes) == note.net


@pytest.mark.parametrize("text", ["Truck \U0001f69a", "Bell\x07", "\x00\x1b[31mred", "深圳 ￿ x", "tab\tand\nline"])
def test_no_text_of_people_breaks_an_e_invoice(text: str) -> None:
    said = issued([line("1.00", "19", BUYERS["at home"], description=text)], replace_name(text))
    check(said)
    assert e_invoice.factur_x(said).startswith(b"%PDF")


def replace_name(text: str) -> Billing:
    return BUYERS["at home"].model_copy(update={"name": f"ACME {text}", "street": text, "city": text})


CATALOGUE = [("", ""), ("", ""), ("Z", ""), ("E", "VATEX-EU-132"), ("E", "Unterricht, § 4 Nr. 21 UStG"),
             ("E", "VATEX-EU-D"), ("AE", ""), ("K", ""), ("G", "VATEX-EU-146-1E")]  # fmt: skip
SOLD = st.tuples(
    st.decimals("0", "9999", places=2) | st.decimals("100000", "99999999", places=2),
    st.sampled_from(["19", "7", "5.5", "0", None, None]), st.decimals("0.001", "99", places=3),
    st.sampled_from(["0", "4", "12.5", "33.333333", "0.000001", "100"]), st.sampled_from(["service", "product"]),
    st.sampled_from(["C62", "HUR", "KGM", "MLT", "NMI", "X43"]), st.sampled_from(CATALOGUE),
    st.lists(st.tuples(st.sampled_from(["", "FC", "ABK"]), st.sampled_from(["0.01", "7.50", "1234.99"])), max_size=3),
)  # fmt: skip

EXTRAS = st.lists(
    st.builds(
        extra, st.sampled_from(["allowance", "charge"]),
        st.sampled_from(["5%", "100%", "33.333333%", "0.01", "0.07", "12.50", "999.99"]),
        st.sampled_from([None, None, None, "19", "7", "0", "16"]),
        reason=st.sampled_from(["Fracht", "Mindermengenzuschlag \U0001f69a", "Rabatt & <Skonto>"]),
    ),
    max_size=4,
)  # fmt: skip
PARTS = st.lists(st.integers(1, 99), max_size=3)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(BUYERS)), st.lists(SOLD, min_size=1, max_size=9), EXTRAS, PARTS)
def test_whatever_is_sold_and_credited_keeps_the_rules(
    to: str, sold: list[Any], extras: list[AllowanceCharge], parts: list[int]
) -> None:
    buyer = BUYERS[to]
    lines = [
        line(str(net), rate, buyer, quantity=str(count), off=off, kind=kind, unit=unit, tax_category=own,
             tax_reason=why, charges=on_top)
        for net, rate, count, off, kind, unit, (own, why), on_top in sold
    ]  # fmt: skip
    try:
        order = ordered(lines, *extras, buyer=buyer)
    except Invalid as refused:
        assert refused.field and refused.field.startswith("allowance_charges[")
        extras, order = [], ordered(lines, buyer=buyer)
    said = issued(lines, buyer, extras=extras)
    assert sum(part.gross for part in order.parts) == said.total
    assert all(part.gross >= 0 for part in order.parts)
    if missing_ids := e_invoice.missing(said):
        # The catalogue may say what the buyer has no number for.
        assert all("the buyer's VAT id" in one for one in missing_ids) and not buyer.vat_id
        return
    check(said)
    left, notes = said.total, list[IssuedDocument]()
    for part in parts:
        amount = (left * part / 100).quantize(Decimal("0.01"))
        if amount > 0:
            notes.append(credited(said, str(amount), *notes))
            left -= amount
            check(notes[-1])
    if left > 0:
        notes.append(credited(said, str(left), *notes))
        check(notes[-1])
    assert sum(one.tax for one in notes) == said.tax
    assert sum(one.net for one in notes) == said.net


def test_the_rules_notice_a_wrong_sum() -> None:
    said = issued([line("100.00", "19", BUYERS["at home"])])
    wrong = e_invoice.xml(said.model_copy(update={"total": said.total + 1}))
    assert any("BR-CO-15" in rule for rule in broken_rules(wrong))


def test_forty_lines_of_two_cents_are_taxed_on_their_sum() -> None:
    said = issued([line("0.02", "19", BUYERS["at home"])] * 40)
    check(said)
    assert (said.tax, found(said, "TaxTotalAmount")) == (Decimal("0.15"), ["0.15"])


def test_an_old_line_without_category_is_looked_at_by_its_rate() -> None:
    plain = [replace_category(line("10.00", rate, BUYERS["at home"])) for rate in ("19", "0")]
    said = issued(plain)
    check(said)
    assert [one.category for one in said.taxes] == ["S", "E"]


def replace_category(one: PricedLine) -> PricedLine:
    return one.model_copy(update={"tax_category": ""})
