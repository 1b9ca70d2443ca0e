"""The codes to pay by: every field where a banking app looks for it."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from services.account_mgmt.documents import payment_qr
from services.account_mgmt.domain.iban import check_iban, tidy

IBAN_UA, IBAN_DE = "UA213223130000026007233566001", "DE89370400440532013000"
PAY: dict[str, Any] = {
    "name": "ТОВ «Вітер»",
    "iban": IBAN_UA,
    "bic": "",
    "tax_id": "43720363",
    "amount": Decimal("1234.5"),
    "purpose": "Оплата за рахунком LR-2026-000042",
}


def fields(address: str) -> list[str]:
    payload = address.removeprefix("https://bank.gov.ua/qr/")
    assert payload != address
    return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode().split("\n")


def test_the_hryvnia_code_has_its_fourteen_lines_in_order() -> None:
    found = fields(payment_qr.nbu_address(**{name: PAY[name] for name in PAY if name != "bic"}))
    assert found == [
        "BCD", "002", "1", "UCT", "", "ТОВ «Вітер»", IBAN_UA, "UAH1234.50", "43720363", "", "",
        "Оплата за рахунком LR-2026-000042", "", "",
    ]  # fmt: skip


def test_long_names_and_purposes_are_cut_and_no_line_break_makes_a_field_of_its_own() -> None:
    address = payment_qr.nbu_address(
        name="Дуже " * 40, iban=IBAN_UA, tax_id="1", amount=Decimal(1), purpose="рядок\nще один " * 40
    )
    found = fields(address)
    assert len(found) == 14
    assert (len(found[5]), len(found[11])) == (70, 140)


@pytest.mark.parametrize(
    ("changes", "has_one"),
    [
        ({"currency": "UAH"}, True),
        ({"currency": "EUR", "iban": IBAN_DE, "bic": "COBADEFFXXX"}, True),
        ({"currency": "EUR", "iban": IBAN_DE}, True),
        ({"currency": "USD"}, False),
        ({"currency": "UAH", "amount": Decimal(0)}, False),
        ({"currency": "EUR", "iban": "not an account"}, False),
        ({"currency": "EUR", "iban": IBAN_DE, "amount": Decimal("1000000000.00")}, False),
    ],
)
def test_there_is_a_code_for_hryvnia_and_euro_while_something_is_open(changes: dict[str, Any], has_one: bool) -> None:
    found = payment_qr.picture(**{**PAY, **changes})
    assert (found is not None and found.startswith("<svg")) == has_one


def test_an_iban_is_checked_by_its_digits_and_read_with_spaces() -> None:
    assert check_iban(str(tidy("de89 3704 0044 0532 0130 00"))) == IBAN_DE
    for wrong in ("DE88370400440532013000", "12345", "DE89"):
        with pytest.raises(ValueError, match="is not an IBAN"):
            check_iban(wrong)


@pytest.mark.parametrize(
    ("name", "purpose"), [("Я", "1"), ("ТОВ «Вітер»", "Оплата за рахунком LR-1"), ("Ї" * 70, "Є" * 140)]
)
def test_the_hryvnia_code_has_a_version_from_10_to_20_and_the_sign_in_its_centre(name: str, purpose: str) -> None:
    svg = payment_qr.nbu(name=name, iban=IBAN_UA, tax_id="43720363", amount=Decimal("999999999.99"), purpose=purpose)
    picture = etree.fromstring(svg)
    width = int(picture.attrib["width"])
    version = (width - 17) / 4
    assert version == int(version) and 10 <= version <= 20
    [circle] = picture.iter("{http://www.w3.org/2000/svg}circle")
    assert float(circle.attrib["cx"]) == float(circle.attrib["cy"]) == width / 2
    # What it hides is less than half of what the weakest level of error correction makes good (7 %).
    assert 3.1416 * float(circle.attrib["r"]) ** 2 / width**2 < 0.035
