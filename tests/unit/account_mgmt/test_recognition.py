"""One company, whichever of its numbers is written: its VAT id, or the national number that this contains by law."""

from __future__ import annotations

import pytest

from services.account_mgmt.domain.recognition import spelt
from services.chassis.contacts.tax_ids import same_tax_id


@pytest.mark.parametrize(
    ("vat_id", "other"),
    [
        ("FR83404833048", "404833048"),
        ("FR83404833048", "40483304800022"),
        ("ESB58378431", "B58378431"),
        ("PL5260001246", "5260001246"),
        ("IT00743110157", "00743110157"),
        ("BE0428759497", "0428759497"),
        ("BE0428759497", "428759497"),
        ("SE556012579001", "5560125790"),
        ("DK13585628", "13585628"),
        ("NL004495445B01", "004495445"),
        ("HU12892312", "12892312213"),
        ("NO995525828MVA", "995525828"),
        ("CHE100155212MWST", "CHE100155212"),
        ("143605704021", "14360570"),
    ],
)
def test_a_vat_id_and_the_national_number_within_it_are_of_one_company(vat_id: str, other: str) -> None:
    assert same_tax_id(vat_id, other)
    assert set(spelt([f"t:{vat_id}"])) & set(spelt([f"t:{other}"]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FR83404833048", "552100554"),
        # A key, or check digits, that are wrong; a person's Dutch VAT id holds no number of theirs.
        ("FR84404833048", "404833048"),
        ("SE556012579101", "5560125791"),
        ("NL123456789B13", "123456789"),
        # German and Austrian VAT ids hold nothing of the register.
        ("DE136695976", "HRB136695"),
        ("ATU13585627", "13585627"),
    ],
)
def test_numbers_that_no_law_makes_of_each_other_stay_two(one: str, other: str) -> None:
    assert not same_tax_id(one, other)
