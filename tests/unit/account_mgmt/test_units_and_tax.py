"""Units as codes or words, and how a line is taxed: pure rules."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.account_mgmt.domain.tax_categories import Parties, ProductTax, Treatment, check_category, treatment
from services.account_mgmt.domain.tax_categories import code_of as why_of
from services.account_mgmt.domain.units import check_unit, code_of, word_of
from services.account_mgmt.schemas.legal_entities import EntityChange
from services.account_mgmt.schemas.orders import NewOrder
from services.account_mgmt.schemas.products import ProductChange
from services.chassis.errors import Invalid

DE, VAT = "DE", "DE123456789"
GOODS = ProductTax(kind="product", tax_percent=Decimal(19))
SERVICE = ProductTax(kind="service", tax_percent=Decimal(19))


@pytest.mark.parametrize(
    ("written", "code"),
    [("HUR", "HUR"), ("hur", "HUR"), ("Hour", "HUR"), ("год.", "HUR"), ("kg", "KGM"), ("шт", "C62"), ("Std", "HUR"),
     ("tonne", "TNE"), ("trip", "E54"), ("BAR", "BAR"), ("bar", None), ("ml", "MLT"),
     ("X43", "X43"), ("NMI", "NMI"), ("ZORB", None), ("parsec", None), ("", None)],
)  # fmt: skip
def test_a_unit_is_known_by_its_code_or_by_what_people_call_it(written: str, code: str | None) -> None:
    assert code_of(written) == code


def test_a_code_has_a_word_in_each_language_and_a_word_stays_as_it_is() -> None:
    assert [word_of("KMT", language) for language in ("en", "uk", "de", "pl", "fr")] == ["km", "км", "km", "km", "km"]
    assert word_of("trip") == "trip"
    with pytest.raises(ValueError, match="UN/ECE Recommendation 20"):
        check_unit("parsec")


@pytest.mark.parametrize(
    ("percent", "product", "parties", "as_offered", "expected"),
    [
        (Decimal(19), None, Parties(DE, VAT, "AT", "ATU1"), False, Treatment("S", Decimal(19))),
        (None, None, Parties("UA"), False, Treatment("S", Decimal(20))),
        (None, SERVICE, Parties(DE, VAT, "AT", "ATU1"), False, Treatment("AE", Decimal(0))),
        (None, GOODS, Parties(DE, VAT, "AT", "ATU1"), False, Treatment("K", Decimal(0))),
        (None, SERVICE, Parties(DE, VAT, "AT"), False, Treatment("S", Decimal(19))),
        (None, SERVICE, Parties(DE, "", "AT", "ATU1"), False, Treatment("S", Decimal(19))),
        (None, SERVICE, Parties(DE, VAT, "DE", "DE2"), False, Treatment("S", Decimal(19))),
        (None, SERVICE, Parties(DE, VAT), False, Treatment("S", Decimal(19))),
        (None, GOODS, Parties(DE, VAT, "US"), False, Treatment("G", Decimal(0))),
        (None, SERVICE, Parties(DE, VAT, "US"), False, Treatment("S", Decimal(19))),
        (Decimal(0), SERVICE, Parties(DE, VAT, "US"), False, Treatment("E", Decimal(0))),
        (None, SERVICE, Parties(DE, VAT, "AT", "ATU1"), True, Treatment("S", Decimal(19))),
        (Decimal(0), SERVICE, Parties(DE, VAT, "AT", "ATU1"), True, Treatment("AE", Decimal(0))),
        (None, ProductTax(tax_percent=Decimal(0), tax_category="Z"), Parties(DE), False, Treatment("Z", Decimal(0))),
        (Decimal(0), ProductTax(tax_reason="§ 4"), Parties(DE), False, Treatment("E", Decimal(0), "§ 4")),
        (None, ProductTax(tax_reason="§ 4"), Parties(DE, VAT, "AT", "ATU1"), False, Treatment("AE", Decimal(0))),
    ],
)
def test_how_a_line_is_taxed(
    percent: Decimal | None, product: ProductTax | None, parties: Parties, as_offered: bool, expected: Treatment
) -> None:
    assert treatment(percent, product, parties, as_offered=as_offered) == expected


@pytest.mark.parametrize(
    ("category", "reason", "says"),
    [
        ("E", "VATEX-EU-132", None), ("E", "vatex-eu-132", None), ("E", "Kleinunternehmer, § 19 UStG", None),
        ("", "VATEX-EU-AE", None), ("AE", "VATEX-EU-AE", None), ("G", "VATEX-EU-146-1E", None), ("AE", "", None),
        ("E", "VATEX-EU-999", "not on the VATEX list"), ("", "VATEX-", "not on the VATEX list"),
        ("E", "VATEX-EU-AE", "no reason for category E"), ("K", "VATEX-EU-O", "no reason for category K"),
        ("AE", "VATEX-EU-132", "no reason for category AE"), ("E", "", "Say why"),
    ],
)  # fmt: skip
def test_a_reason_for_no_tax_is_on_the_list_and_belongs_to_its_category(
    category: str, reason: str, says: str | None
) -> None:
    if says is None:
        check_category(category, Decimal(0), reason)
        return
    with pytest.raises(Invalid, match=says) as told:
        check_category(category, Decimal(0), reason)
    assert told.value.field == "tax_reason"


def test_a_reason_of_another_category_or_off_the_list_is_not_in_the_data() -> None:
    assert why_of("E", "vatex-eu-132", DE) == "VATEX-EU-132"
    assert [why_of(one, "VATEX-EU-132", DE) for one in ("AE", "K", "G")] == ["VATEX-EU-AE", "VATEX-EU-IC", "VATEX-EU-G"]
    assert why_of("E", "VATEX-EU-999", DE) == ""


LINE = {"description": "Freight", "quantity": "1", "unit_price": {"amount": "10.00", "currency": "EUR"}}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"tax_percent": "19.123456"}, "tax_percent"), ({"tax_percent": "0.005"}, "tax_percent"),
        ({"unit": "zorb"}, "unit"), ({"description": "\u200b"}, "description"),
        ({"description": "\ufffe \t"}, "description"),
        ({"unit_price": {"amount": "0.0001", "currency": "EUR"}}, "unit_price.amount"),
        ({"unit_price": {"amount": "1.50", "currency": "JPY"}}, "unit_price.amount"),
        ({"unit_price": {"amount": "1.255", "currency": "KWD"}}, "unit_price.amount"),
        ({"quantity": "0.0005"}, "quantity"), ({"quantity": "-1"}, "quantity"),
    ],
)  # fmt: skip
def test_an_order_is_refused_at_the_door_for_what_its_invoice_could_not_say(
    line: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as told:
        NewOrder.model_validate({"lines": [{**LINE, **line}]})
    assert [".".join(map(str, one["loc"])) for one in told.value.errors()] == [f"lines.0.{field}"]


@pytest.mark.parametrize("rate", ["19", "5.5", "19.10", "7.00", "0"])
def test_a_rate_of_two_decimals_is_taken(rate: str) -> None:
    assert NewOrder.model_validate({"lines": [{**LINE, "tax_percent": rate}]}).lines[0].tax_percent == Decimal(rate)


@pytest.mark.parametrize("name", ["\ufffe", "\u200b\u200d", "\x07", "\u202e"])
def test_a_name_of_which_a_document_shows_nothing_is_refused(name: str) -> None:
    for body in (ProductChange, EntityChange):
        with pytest.raises(ValidationError, match="letters that can be printed"):
            body.model_validate({"name": name})
