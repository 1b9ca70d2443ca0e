"""Whether two records are of one company, and whether a tax id can be one of its country."""

from __future__ import annotations

import pytest

from services.chassis.contacts.companies import Party, same_company
from services.chassis.contacts.company_names import alike
from services.chassis.contacts.tax_ids import read_tax_id, same_tax_id, vat_id_in


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ТОВ «Вітер»", "Вітер"),
        ("Вітер-Транс, ТОВ", "Viter Trans LLC"),
        ("Stalmet sp. z o.o.", "STALMET Sp. zoo"),
        ("Müller GmbH & Co. KG", "Müller GmbH"),
        ("Stahlbau Schmidt", "Stahlbau Schmitt"),
    ],
)
def test_a_name_is_the_same_in_another_script_legal_form_or_with_a_slip_of_the_pen(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Hotel Nord", "Hotel Sued"), ("Depot 1", "Depot 12"), ("Customer 1", "Customer 2")]
)
def test_names_that_differ_by_a_word_or_a_number_are_two_companies(one: str, other: str) -> None:
    assert not alike(one, other)


def test_the_tax_id_decides_and_the_name_only_without_it() -> None:
    nord = Party("Hotel Nord", frozenset({"DE136695976"}))
    assert same_company(nord, Party("Hotel Sued", frozenset({"136695976"})))
    assert not same_company(nord, Party("Hotel Nord", frozenset({"DE129273398"})))
    assert same_company(nord, Party("Hotel Nord"))
    assert not same_company(nord, Party("Hotel Sued"))
    assert same_company(nord, Party(None))


@pytest.mark.parametrize(
    ("cell", "country", "kept"),
    [
        ("DE 136 695 976", "UA", "DE136695976"),
        ("136695976", "DE", "136695976"),
        ("151/815/08156", "DE", "15181508156"),
        ("526-025-02-74", "PL", "5260250274"),
        ("PL5260250274", "UA", "PL5260250274"),
        ("ATU13585627", "AT", "ATU13585627"),
        ("EL094259216", "GR", "EL094259216"),
        ("14360570", "UA", "14360570"),
        ("14360570", "DE", None),
        ("5260250275", "PL", None),
        ("ATU13585628", "AT", None),
        ("none", "PL", None),
    ],
)
def test_a_tax_id_is_read_by_the_rules_of_its_country(cell: str, country: str, kept: str | None) -> None:
    assert read_tax_id(cell, [country]) == kept


def test_a_vat_id_gets_the_letters_of_its_country() -> None:
    assert vat_id_in("136695976", "DE") == "DE136695976"
    assert vat_id_in("094259216", "GR") == "EL094259216"
    assert vat_id_in("U13585627", "AT") == "ATU13585627"
    assert vat_id_in("DE136695970", "DE") is None
    assert same_tax_id("PL5260250274", "5260250274")
    assert not same_tax_id("PL5260250274", "DE5260250274")
