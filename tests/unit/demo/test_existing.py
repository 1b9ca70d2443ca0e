"""The customers of years whom the sample department opens with."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from datetime import date, timedelta

from leadrelay.demo.department import SEED
from leadrelay.demo.existing import HEADERS, PER_MANAGER, existing_customers
from leadrelay.demo.people import ACCOUNT_MANAGERS, CATALOGUE
from leadrelay.demo.sample import SAMPLE
from services.account_mgmt.domain.import_headers import choose_mapping
from services.account_mgmt.domain.import_rows import Row, RowReader

TODAY = date(2026, 3, 2)


def read(today: date = TODAY) -> list[Row]:
    lines = list(csv.reader(io.StringIO(existing_customers(today, SEED).decode())))
    assert tuple(lines[0]) == HEADERS
    reader = RowReader(choose_mapping(lines[0], "auto"), "UA", today)
    return [reader.read(number, cells) for number, cells in enumerate(lines[1:], 2)]


def test_tier_3_takes_every_row_without_a_word() -> None:
    assert {(row.problem, *row.notes) for row in read()} == {(None,)}


def test_each_account_manager_has_customers_with_a_history() -> None:
    rows = read()
    owners = {row.fields["tax_id"]: row.fields["account_manager"] for row in rows}
    assert Counter(owners.values()) == {who.id: PER_MANAGER for who in ACCOUNT_MANAGERS}
    days = defaultdict(set)
    for row in rows:
        assert row.order is not None
        days[row.fields["tax_id"]].add(row.order.day)
    assert min(len(one) for one in days.values()) >= 5
    assert all(TODAY - max(one) < timedelta(days=60) for one in days.values())


def test_products_are_those_of_the_catalogue_and_some_go_together() -> None:
    bought = defaultdict(set)
    for row in read():
        assert row.order is not None
        bought[row.fields["tax_id"]].add(row.order.product_id)
    assert {product for one in bought.values() for product in one} <= {service.id for service in CATALOGUE}
    both = [one for one in bought.values() if len(one) > 1]
    assert 0 < len(both) < len(bought)


def test_nobody_is_a_lead_of_the_sample_too() -> None:
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        leads = {row["Tax ID"] for row in csv.DictReader(file)}
    assert not leads & {row.fields["tax_id"] for row in read()}


def test_the_same_day_makes_the_same_file() -> None:
    assert existing_customers(TODAY, SEED) == existing_customers(TODAY, SEED)
