"""Units as codes or words, and how a line is taxed: pure rules."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.account_mgmt.domain.tax_categories import Parties, ProductTax, Treatment, treatment
from services.account_mgmt.domain.units import check_unit, code_of, word_of

DE, VAT = "DE", "DE123456789"
GOODS = ProductTax(kind="product", tax_percent=Decimal(19))
SERVICE = ProductTax(kind="service", tax_percent=Decimal(19))


@pytest.mark.parametrize(
    ("written", "code"),
    [("HUR", "HUR"), ("hur", "HUR"), ("Hour", "HUR"), ("год.", "HUR"), ("kg", "KGM"), ("шт", "C62"), ("Std", "HUR"),
     ("tonne", "TNE"), ("trip", "E54"), ("parsec", None), ("", None)],
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
    ],
)
def test_how_a_line_is_taxed(
    percent: Decimal | None, product: ProductTax | None, parties: Parties, as_offered: bool, expected: Treatment
) -> None:
    assert treatment(percent, product, parties, as_offered=as_offered) == expected
