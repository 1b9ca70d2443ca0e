"""Cells with numbers, and headers, as more people and products write them."""

from __future__ import annotations

import pytest

from services.chassis.contacts.phones import read_cell
from services.lead_gen.domain.import_file import choose_mapping

FIRST, SECOND = "+380441002001", "+380441002002"


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("0441002001 extn 5", [f"{FIRST};ext=5"]),
        ("0441002001 w. 12", [f"{FIRST};ext=12"]),
        ("044-100-20-01*5", [f"{FIRST};ext=5"]),
        ("044/1002001", [FIRST]),
        ("(044) / 100-20-01", [FIRST]),
        ("+380 44/100 20 01", [FIRST]),
        ("0441002001/0441002002", [FIRST, SECOND]),
        ("044-100-20-01 / 02", [FIRST]),
        ("0441002001+0441002002", [FIRST, SECOND]),
        ("+380441002001+380441002002", [FIRST, SECOND]),
        ("0441002001 (9:00-18:00)", [FIRST]),
        ("0441002001 пн-пт 9:00-18:00", [FIRST]),
        ("044 100 20 01, з 9 до 18", [FIRST]),
        ("0441002001 9-18", [FIRST]),
        ("тел.: (044) 100-20-01, факс: (044) 100-20-02", [FIRST]),
        ("тел/факс: 044 100 20 01", [FIRST]),
        ("fax 0441002001", [FIRST]),
        ("viber://chat?number=%2B380441002001", [FIRST]),
    ],
)
def test_a_cell_gives_the_numbers_that_a_person_would_read_in_it(cell: str, numbers: list[str]) -> None:
    assert read_cell(cell, "UA")[0] == numbers


def test_a_german_number_with_a_slash_is_one_number() -> None:
    assert read_cell("030/12345678", "DE") == (["+493012345678"], [])
    assert read_cell("+49 30/12345678", "DE") == (["+493012345678"], [])


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            "name,contact_name,email_from,phone,partner_name,state_id/name,country_id/name,lang_id/name",
            {"company": 4, "email": 2, "phone": 3, "region": 5, "country": 6, "language": 7, "contact_name": 1},
        ),
        (
            "Name,Company Name,Business Phone,Address 1: Country/Region,Do not allow Phone Calls",
            {"company": 1, "phone": 2, "country": 3, "do_not_call": 4, "contact_name": 0},
        ),
        ("Firmenname,Telefonnr.,Handynr.,Ort", {"company": 0, "phone": 1, "mobile": 2, "city": 3}),
        ("Nazwa firmy,Tel. stacjonarny,Tel. kom.", {"company": 0, "phone": 1, "mobile": 2}),
        ("Найменування контрагента,Контактний тел.,Ел. адреса", {"company": 0, "phone": 1, "email": 2}),
        ("Полное имя контакта,Компания контакта,Рабочий телефон", {"contact_name": 0, "company": 1, "phone": 2}),
        ("Company,Phone,Country ISO2", {"company": 0, "phone": 1, "country": 2}),
    ],
)
def test_the_usual_exports_need_no_mapping(header: str, fields: dict[str, int]) -> None:
    found = choose_mapping(header.split(","), "auto")
    assert {name: found.get(name) for name in fields} == fields
