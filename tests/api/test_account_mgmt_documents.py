"""Documents of a sale: PDF with a code to pay by, e-invoice, credit note, and several legal entities."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from lxml import etree
from pypdf import PdfReader

from tests.fixtures.en_16931 import broken_rules
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, boss, tier_3
from workflows.contracts.base import Tier

GMBH = {
    "id": "LRDE",
    "name": "Leadrelay Freight GmbH",
    "tax_id": "12/345/67890",
    "vat_id": "DE123456789",
    "address": "Hafenstraße 1",
    "postal_code": "20457",
    "city": "Hamburg",
    "country": "DE",
    "iban": "DE89 3704 0044 0532 0130 00",
    "bic": "COBADEFFXXX",
    "currency": "EUR",
}
EURO = {**LINE, "unit_price": {"amount": "100.00", "currency": "EUR"}}


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_documents", tier=Tier.ACCOUNT_MGMT)) as tier:
        await tier.post("/v1/legal-entities", GMBH, headers=boss())
        yield tier


async def pdf(tier: Tier3, path: str) -> PdfReader:
    answer = await tier.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    return PdfReader(io.BytesIO(answer.content))


def text(reader: PdfReader) -> str:
    return " ".join(page.extract_text() for page in reader.pages).replace("\u202f", " ")


async def euro_order(tier: Tier3, language: str = "de", lines: list[Any] | None = None) -> dict[str, Any]:
    customer_id, _ = await tier.customer(language=language, company="Stahl & Söhne GmbH")
    return dict(await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": lines or [EURO]}))


async def test_an_order_is_invoiced_by_the_entity_that_is_paid_in_its_currency(tier: Tier3) -> None:
    order = await euro_order(tier)
    invoice = await tier.get(f"/v1/invoices/{order['invoice']['id']}")
    assert invoice["entity"] == "LRDE"
    assert re.fullmatch(r"LRDE-\d{4}-\d{6}", invoice["number"])
    customer_id = order["customer_id"]
    named = await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [EURO], "entity": "LR"})
    assert named["invoice"]["number"].startswith("LR-")
    refused = await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [EURO], "entity": "NONE"}, 422)
    assert refused["errors"][0]["field"] == "entity"


async def test_each_entity_has_its_own_numbers_without_gap_however_many_come_at_once(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    path = f"/v1/customers/{customer_id}/orders"
    orders = await asyncio.gather(*(tier.post(path, {"lines": [EURO if n % 2 else LINE]}) for n in range(40)))
    for entity, expected in (("LRDE", 20), ("LR", 21)):
        numbers = [o["invoice"]["number"] for o in orders if o["invoice"]["number"].startswith(f"{entity}-")]
        counts = sorted(int(number.rpartition("-")[2]) for number in numbers)
        first = 1 if entity == "LRDE" else 2
        assert counts == list(range(first, expected + 1))


async def test_a_credit_note_has_the_number_of_the_entity_that_invoiced(tier: Tier3) -> None:
    order = await euro_order(tier)
    body = {"amount": {"amount": "24.00", "currency": "EUR"}, "reason": "Verspätung"}
    await tier.post(f"/v1/invoices/{order['invoice']['id']}/credit-notes", body)
    [note] = (await tier.get(f"/v1/invoices/{order['invoice']['id']}"))["credit_notes"]
    assert note["number"].startswith("LRDE-CN-")
    words = text(await pdf(tier, f"/v1/credit-notes/{note['id']}.pdf"))
    for part in ("Gutschrift", "Verspätung", order["invoice"]["number"], "24,00", "4,00"):
        assert part in words


async def test_the_invoice_speaks_the_customers_language_and_has_its_tax_by_rate(tier: Tier3) -> None:
    lines = [{**EURO, "tax_percent": rate} for rate in ("19", "7", "19")]
    order = await euro_order(tier, lines=lines)
    words = text(await pdf(tier, f"/v1/invoices/{order['invoice']['id']}.pdf"))
    for part in ("Rechnung", "USt. 19 % (200,00)", "38,00", "USt. 7 % (100,00)", "7,00", "345,00", "COBADEFFXXX"):
        assert part in words
    assert "Scannen und zahlen".upper() in words


async def test_a_discount_is_off_the_lines_sum_in_order_invoice_and_documents(tier: Tier3) -> None:
    line = {**EURO, "description": "kg", "quantity": "16", "unit_price": {"amount": "348.35", "currency": "EUR"}}
    order = await euro_order(tier, lines=[{**line, "discount_percent": "4", "tax_percent": "22"}])
    [kept] = order["lines"]
    assert (kept["net"]["amount"], order["total"]["amount"]) == ("5350.66", "6527.81")
    assert order["invoice"]["total"]["amount"] == "6527.81"
    words = text(await pdf(tier, f"/v1/invoices/{order['invoice']['id']}.pdf"))
    for part in ("kg (Rabatt 4 %)", "348,35", "5 350,66", "6 527,81"):
        assert part in words
    xml = (await tier.http.get(f"/v1/invoices/{order['invoice']['id']}.xml")).content
    found = {el.tag.rpartition("}")[2]: el.text for el in etree.fromstring(xml).iter() if el.text}
    # A reader of the e-invoice multiplies, and takes the discount off: 16 times the price less this is the line's sum.
    assert Decimal(found["ChargeAmount"] or 0) * 16 - Decimal(found["ActualAmount"] or 0) == Decimal("5350.66")


async def test_forty_lines_break_over_two_pages_and_the_totals_stay_together(tier: Tier3) -> None:
    order = await euro_order(tier, lines=[{**EURO, "description": f"Fahrt {n}"} for n in range(40)])
    reader = await pdf(tier, f"/v1/invoices/{order['invoice']['id']}.pdf")
    assert len(reader.pages) == 2
    last = reader.pages[1].extract_text()
    assert "Zu zahlen" in last
    assert "Netto" in last


async def test_text_of_people_is_never_taken_for_markup(tier: Tier3) -> None:
    order = await euro_order(tier, lines=[{**EURO, "description": "#panic() *x* $y$ <b> \\ \" ' [1]"}])
    assert "#panic()" in text(await pdf(tier, f"/v1/invoices/{order['invoice']['id']}.pdf"))


async def test_the_e_invoice_is_valid_data_and_lies_in_the_archive_pdf(tier: Tier3) -> None:
    """The sums of EN 16931: net + tax = total. What was paid since its issue changes nothing of it."""
    order = await euro_order(tier, lines=[{**EURO, "tax_percent": "19"}])
    invoice_id = order["invoice"]["id"]
    paid = {"amount": {"amount": "19.00", "currency": "EUR"}, "reference": "r1"}
    await tier.post(f"/v1/invoices/{invoice_id}/payments", paid)
    answer = await tier.http.get(f"/v1/invoices/{invoice_id}.xml")
    assert answer.status_code == 200, answer.text
    root = etree.fromstring(answer.content)
    found = {el.tag.rpartition("}")[2]: el.text for el in root.iter() if el.text and el.text.strip()}
    assert (found["TaxBasisTotalAmount"], found["TaxTotalAmount"], found["GrandTotalAmount"]) == (
        "100.00",
        "19.00",
        "119.00",
    )
    assert found["DuePayableAmount"] == "119.00"
    reader = await pdf(tier, f"/v1/invoices/{invoice_id}.pdf?form=factur-x")
    assert reader.attachments["factur-x.xml"][0].strip() == answer.content.strip()


async def test_what_an_e_invoice_lacks_is_named_with_the_place_where_it_is_entered(tier: Tier3) -> None:
    _, account = await tier.customer(phones=[])
    for path in (f"{account.invoice_id}.xml", f"{account.invoice_id}.pdf?form=factur-x"):
        answer = await tier.http.get(f"/v1/invoices/{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "incomplete")
        words = answer.json()["detail"]
        for part in ("VAT id (PATCH /v1/legal-entities/LR)", "the buyer's country"):
            assert part in words


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"iban": "DE88 3704 0044 0532 0130 00"}, "iban"),
        ({"id": "lr de"}, "id"),
        ({"country": "Germany"}, "country"),
        ({"bic": "short"}, "bic"),
        ({"vat_id": "QQ123456789"}, "vat_id"),
    ],
)
async def test_an_entity_that_cannot_be_is_refused_by_its_field(tier: Tier3, changes: Any, field: str) -> None:
    problem = await tier.post("/v1/legal-entities", {**GMBH, "id": "LRPL", **changes}, 422, headers=boss())
    assert problem["errors"][0]["field"] == field
    assert len((await tier.get("/v1/legal-entities"))["items"]) == 2


async def test_an_entity_is_changed_and_one_that_rests_invoices_nothing_new(tier: Tier3) -> None:
    changed = await tier.http.patch("/v1/legal-entities/LRDE", json={"active": False}, headers=boss())
    assert changed.json()["active"] is False
    order = await euro_order(tier)
    assert order["invoice"]["number"].startswith("LR-")
    assert (await tier.http.patch("/v1/legal-entities/LRDE", json={}, headers=boss())).status_code == 422
    assert (await tier.http.patch("/v1/legal-entities/XX", json={"city": "x"}, headers=boss())).status_code == 404


async def european(tier: Tier3, **billing: str) -> str:
    """A customer whose invoices are made out as this says."""
    customer_id, _ = await tier.customer(language="de", company="Stahl & Söhne GmbH")
    await tier.pool.execute("UPDATE customers SET billing = $2 WHERE id = $1", customer_id, billing)
    return customer_id


async def ordered(tier: Tier3, customer_id: str, *lines: Any) -> dict[str, Any]:
    return dict(await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": list(lines)}))


async def xml_of(tier: Tier3, path: str) -> etree._Element:
    answer = await tier.http.get(f"/v1/{path}.xml")
    assert answer.status_code == 200, answer.text
    assert broken_rules(answer.content) == []
    return etree.fromstring(answer.content)


async def test_a_service_to_a_business_in_another_country_of_the_union_is_reverse_charged(tier: Tier3) -> None:
    to = await european(tier, country="AT", vat_id="ATU12345678", street="Ring 1", postal_code="1010", city="Wien")
    order = await ordered(tier, to, EURO)
    assert (order["tax"]["amount"], order["lines"][0]["tax_category"]) == ("0.00", "AE")
    root = await xml_of(tier, f"invoices/{order['invoice']['id']}")
    assert [one.text for one in root.iter("{*}ExemptionReasonCode")] == ["VATEX-EU-AE"]
    words = text(await pdf(tier, f"/v1/invoices/{order['invoice']['id']}.pdf"))
    for part in ("Steuerschuldnerschaft des Leistungsempfängers", "Ring 1", "1010 Wien", "ATU12345678"):
        assert part in words
    stated = await ordered(tier, to, {**EURO, "tax_percent": "19"})
    assert (stated["tax"]["amount"], stated["lines"][0]["tax_category"]) == ("19.00", "S")


async def test_a_credit_note_has_its_e_invoice_too(tier: Tier3) -> None:
    order = await ordered(tier, await european(tier, country="DE", city="Kiel"), EURO)
    path = f"/v1/invoices/{order['invoice']['id']}/credit-notes"
    [note] = (await tier.post(path, {"reason": "Bell\x07 \U0001f69a"}))["credit_notes"]
    root = await xml_of(tier, f"credit-notes/{note['id']}")
    assert root.findtext("{*}ExchangedDocument/{*}TypeCode") == "381"
    reader = await pdf(tier, f"/v1/credit-notes/{note['id']}.pdf?form=factur-x")
    assert b"<ram:TypeCode>381" in reader.attachments["factur-x.xml"][0]


async def test_units_come_from_the_line_or_the_catalogue_and_stand_on_every_document(tier: Tier3) -> None:
    crane = {"id": "crane", "name": "Kran", "unit": "HUR", "price": {"amount": "90.00", "currency": "EUR"}}
    await tier.post("/v1/products", crane, headers=boss())
    to = await european(tier, country="DE")
    order = await ordered(tier, to, {**EURO, "product_id": "crane"}, {**EURO, "unit": "kg"}, EURO)
    assert [line["unit"] for line in order["lines"]] == ["HUR", "KGM", "C62"]
    root = await xml_of(tier, f"invoices/{order['invoice']['id']}")
    assert [one.get("unitCode") for one in root.iter("{*}BilledQuantity")] == ["HUR", "KGM", "C62"]
    words = text(await pdf(tier, f"/v1/invoices/{order['invoice']['id']}.pdf"))
    assert "1 Std" in words and "1 kg" in words and "1 Stk" in words


@pytest.mark.parametrize(
    ("line", "field"),
    [({"unit": "parsec"}, "unit"), ({"description": "\x07\x1b"}, "description"), ({"description": " "}, "description")],
)
async def test_a_line_that_no_invoice_could_say_is_refused_by_its_field(tier: Tier3, line: Any, field: str) -> None:
    customer_id, _ = await tier.customer()
    body = {"lines": [{**EURO, **line}]}
    problem = await tier.post(f"/v1/customers/{customer_id}/orders", body, 422)
    assert problem["errors"][0]["field"] == f"lines[0].{field}"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": "parsec"}, "unit"),
        ({"tax_category": "AE"}, "tax_category"),
        ({"tax_category": "S", "tax_percent": "0"}, "tax_category"),
        ({"tax_category": "E", "tax_percent": "0"}, "tax_reason"),
        ({"tax_category": "X"}, "tax_category"),
    ],
)
async def test_a_product_that_no_invoice_could_carry_is_refused_by_its_field(
    tier: Tier3, changes: Any, field: str
) -> None:
    product = {"id": "p", "name": "P", "unit": "KGM", "price": {"amount": "1.00", "currency": "EUR"}}
    problem = await tier.post("/v1/products", {**product, **changes}, 422, headers=boss())
    assert problem["errors"][0]["field"] == field
    changed = await tier.http.patch("/v1/products/ftl", json=changes, headers=boss())
    assert (changed.status_code, changed.json()["errors"][0]["field"]) == (422, field)


async def test_the_catalogues_category_is_on_the_invoice_with_its_reason(tier: Tier3) -> None:
    product = {"id": "course", "name": "Kurs", "unit": "DAY", "price": {"amount": "90.00", "currency": "EUR"},
               "tax_percent": "0", "tax_category": "E", "tax_reason": "VATEX-EU-132"}  # fmt: skip
    await tier.post("/v1/products", product, headers=boss())
    order = await ordered(tier, await european(tier, country="DE"), {**EURO, "product_id": "course"})
    root = await xml_of(tier, f"invoices/{order['invoice']['id']}")
    assert [one.text for one in root.iter("{*}ExemptionReasonCode")] == ["VATEX-EU-132"]
