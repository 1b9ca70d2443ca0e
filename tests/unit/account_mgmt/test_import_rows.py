"""Rows of a customer file, as people write them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.import_days import DayOrder, day_of, order_shown_by
from services.account_mgmt.domain.import_headers import FIELDS, choose_mapping
from services.account_mgmt.domain.import_plan import Known, KnownOrder, Planner
from services.account_mgmt.domain.import_rows import Row, RowReader, number_of
from services.chassis.imports.cells import FileRefusedError
from services.chassis.web.words import told_in

TODAY = date(2026, 3, 2)
MAPPING = {name: at for at, name in enumerate(FIELDS)}
GOOD = {
    "company": "ТОВ «Вітер»", "phone": "044 123 45 67", "order_number": "A-17", "order_date": "31.01.2026",
    "product_id": "ftl", "quantity": "2", "unit_price": "28 500,50", "tax_percent": "20 %",
}  # fmt: skip


def read(line: int = 1, **cells: str) -> Row:
    given_cells = {**GOOD, **cells}
    return RowReader(MAPPING, "UA", TODAY).read(line, [given_cells.get(name, "") for name in FIELDS])


def planner(**known: Any) -> Planner:
    numbers = iter(range(1000))
    usual: dict[str, Any] = {
        "owners": {},
        "tax_ids": {},
        "orders": {},
        "products": {"ftl": ("Full truck", Decimal(20))},
        "managers": {"oleh"},
    }
    return Planner(Known(**{**usual, **known}), lambda: f"id-{next(numbers)}")


def test_a_row_becomes_a_customer_and_a_line_of_its_order() -> None:
    row = read(email="OLENA@Customer.example", size="37", account_manager="oleh")
    assert row.keys == ["p:+380441234567", "e:olena@customer.example"]
    assert row.fields["size"] == "11-50"
    assert row.order is not None
    assert (row.order.number, row.order.day, row.order.unit_price) == ("A-17", date(2026, 1, 31), Decimal("28500.50"))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"company": ""}, "no company name"),
        ({"phone": "12"}, "nothing to recognise the customer by"),
        ({"order_date": ""}, "the order has no date"),
        ({"order_date": "31.02.2026"}, "is not a date such as"),
        ({"order_date": "01.04.2026"}, "lies in the future"),
        ({"unit_price": ""}, "the order has no price"),
        ({"unit_price": "dear"}, "is not a number"),
        ({"unit_price": "-5"}, "is out of range"),
        ({"quantity": "0"}, "above zero"),
        ({"tax_percent": "120"}, "between 0 and 100"),
        ({"currency": "hryvnia"}, "is not a currency code"),
    ],
)
def test_what_cannot_be_taken_says_why(cells: dict[str, str], reason: str) -> None:
    assert reason in (read(**cells).problem or "")


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1234.5", "1234.5"), ("1 234,50", "1234.50"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50"), ("7", "7")],
)
def test_numbers_of_every_country_are_the_same(cell: str, number: str) -> None:
    assert number_of(cell, "price") == Decimal(number)


@pytest.mark.parametrize("cell", ["2026-01-31", "31.01.2026", "31/1/2026", "2026-01-31T12:00:00", "2026-01-31 10:00"])
def test_dates_of_every_make_are_the_same(cell: str) -> None:
    assert day_of(cell) == date(2026, 1, 31)


@given(st.lists(st.text(max_size=30), max_size=len(FIELDS)))
def test_no_cell_of_any_kind_raises(cells: list[str]) -> None:
    row = RowReader(MAPPING, "UA", TODAY).read(1, cells)
    planned = planner()
    planned.take(row)
    assert len(planned.plan.verdicts) == 1


def test_rows_of_one_order_are_one_order_and_rows_of_one_customer_one_customer() -> None:
    planned = planner()
    for line, cells in enumerate(({}, {"product_id": "none"}, {"order_number": "A-18"}), start=1):
        planned.take(read(line, **cells))
    plan = planned.plan
    assert (len(plan.customers), len(plan.orders), len(plan.lines)) == (1, 2, 3)
    assert [verdict.verdict for verdict in plan.verdicts] == ["accepted", "merged", "merged"]
    assert "no product none in the catalogue" in (plan.verdicts[1].reason or "")
    assert [line.description for _, _, line in plan.lines] == ["Full truck", "none", "Full truck"]


def test_an_order_of_an_earlier_import_is_a_duplicate_and_another_currency_is_refused() -> None:
    owners = {"p:+380441234567": "c-1"}
    before = {("c-1", "A-17"): KnownOrder("o-1", "UAH", ours=False)}
    planned = planner(owners=owners, orders=before)
    planned.take(read())
    planned.take(read(2, order_number="A-18"))
    planned.take(read(3, order_number="A-18", currency="EUR"))
    assert [verdict.verdict for verdict in planned.plan.verdicts] == ["duplicate", "merged", "rejected"]
    assert not planned.plan.customers


def test_companies_of_different_tax_ids_stay_apart_though_they_share_a_number() -> None:
    planned = planner(owners={"p:+380441234567": "c-1"}, tax_ids={"c-1": "t:14360570"})
    planned.take(read(tax_id="00032129"))
    planned.take(read(2, tax_id="14360570", order_number="A-18"))
    planned.take(read(3, tax_id="00032129"))
    assert [verdict.verdict for verdict in planned.plan.verdicts] == ["accepted", "merged", "merged"]
    assert [verdict.customer_id for verdict in planned.plan.verdicts] == ["id-0", "c-1", "id-0"]


def test_a_customer_without_orders_is_taken_too_and_an_unknown_manager_is_a_note() -> None:
    planned = planner()
    empty = dict.fromkeys(("order_number", "order_date", "unit_price"), "")
    planned.take(read(**empty, account_manager="nobody"))
    planned.take(read(2, **empty))
    assert [verdict.verdict for verdict in planned.plan.verdicts] == ["accepted", "duplicate"]
    assert planned.plan.customers[0].account_manager is None
    assert "no account manager nobody" in (planned.plan.verdicts[0].reason or "")


def test_a_header_is_found_in_two_languages_or_by_an_own_mapping() -> None:
    found = choose_mapping(["Компанія", "Телефон", "Дата замовлення", "Ціна"], "auto")
    assert found == {"company": 0, "phone": 1, "order_date": 2, "unit_price": 3}
    assert choose_mapping(["K1", "K2"], {"company": "K1", "email": "k2"}) == {"company": 0, "email": 1}
    for header, wanted in ((["A", "B"], "auto"), (["Company", "Phone"], "hubspot"), (["Company"], {"firm": "Company"})):
        with pytest.raises(FileRefusedError):
            choose_mapping(header, wanted)


def test_a_customer_is_not_recognised_by_what_only_fills_a_cell() -> None:
    row = read(email="none@none.com", phone="044 123 45 67 ext. 5")
    assert row.keys == ["p:+380441234567;ext=5"]
    assert "nobody's" in row.notes[0]


@pytest.mark.parametrize(
    ("column", "days"),
    [
        (["03/04/2026", "25/03/2026"], ["2026-04-03", "2026-03-25"]),
        (["03/04/2026", "03/25/2026"], ["2026-03-04", "2026-03-25"]),
        (["3-4-2026 10:00", "25-03-2026"], ["2026-04-03", "2026-03-25"]),
        (["03.04.2026", "03/25/2026", "2026-01-05"], ["2026-04-03", "2026-03-25", "2026-01-05"]),
        (["05/05/2026"], ["2026-05-05"]),
    ],
)
def test_a_column_shows_whether_the_day_or_the_month_comes_first(column: list[str], days: list[str]) -> None:
    shown: set[DayOrder] = {order_shown_by(cell) for cell in column} - {""}
    order = shown.pop() if len(shown) == 1 else ""
    assert [day_of(cell, order).isoformat() for cell in column] == days


def test_a_date_that_nothing_decides_is_rejected_with_both_readings() -> None:
    problem = read(order_date="03/04/2025").problem or ""
    assert "2025-04-03" in problem
    assert "2025-03-04" in problem


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"order_date": "2026-02-01"}, "order_date: order A-17 is of "),
        ({"currency": "EUR"}, "currency: order A-17 is in UAH since line 1, this line in EUR"),
        ({"company": "Other", "phone": "+380441234599"}, "order_number: order A-17 is another customer's since line 1"),
    ],
)
def test_a_line_that_contradicts_its_order_is_refused_with_the_column_and_the_line(
    cells: dict[str, str], reason: str
) -> None:
    planned = planner()
    planned.take(read(1))
    planned.take(read(2, **cells))
    first, second = planned.plan.verdicts
    assert (first.verdict, second.verdict) == ("accepted", "rejected")
    assert reason in (second.reason or "")
    assert "line 1" in (second.reason or "")
    assert not re.search(r"[a-z]{3}", told_in("uk")(second.reason or "").partition(": ")[2])


def test_customers_whose_system_numbers_no_orders_may_order_on_one_day() -> None:
    planned = planner()
    planned.take(read(1, order_number=""))
    planned.take(read(2, order_number="", company="Other", phone="+380441234599"))
    assert [one.verdict for one in planned.plan.verdicts] == ["accepted", "accepted"]


@pytest.mark.parametrize(("language", "called"), [("uk", "Повне авто"), ("en", "Full truck"), ("pl", "Full truck")])
def test_a_product_is_called_as_the_customer_speaks(language: str, called: str) -> None:
    planned = planner(called={"ftl": {"uk": "Повне авто"}})
    planned.take(read(language=language))
    assert [line.description for _, _, line in planned.plan.lines] == [called]
