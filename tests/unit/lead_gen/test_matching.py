"""Rows of any file: every key has one owner, no row is lost, and the same file again changes nothing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.imports.cells import tidy_cells
from services.lead_gen.domain.import_rows import Row, RowReader
from services.lead_gen.domain.matching import LeadFacts, Matcher, Plan

MAPPING = {"company": 0, "phone": 1, "email": 2, "website": 3, "tax_id": 4, "city": 5}
TAX_IDS = ["", "14360570", "20077720", "21560045"]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["Acme", "Bolt", ""]),
        st.sampled_from(["0501234567", "0671234567", "0501234567; 0671234567", "0441230001", "12", ""]),
        st.sampled_from(["", "a@acme.ua", "b@bolt.ua", "x"]),
        st.sampled_from(["", "acme.ua", "www.acme.ua", "bolt.ua"]),
        st.sampled_from(TAX_IDS),
        st.sampled_from(["", "Kyiv", "Lviv"]),
    ),
    max_size=25,
)


class House:
    """The register in memory: takes plans as the database does, and refuses what the database would."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        self.leads: dict[str, dict[str, str]] = {}
        self.numbers: dict[str, int] = {}
        self._count = itertools.count()

    def matcher(self) -> Matcher:
        known = {
            lead_id: LeadFacts(lead_id, dict(fields), self.numbers[lead_id]) for lead_id, fields in self.leads.items()
        }
        return Matcher(dict(self.owners), known, lambda: f"lead-{next(self._count)}")

    def take(self, plan: Plan) -> None:
        for lead in plan.created:
            self.leads[lead.id] = dict(lead.fields)
            self.numbers[lead.id] = 0
        for key, lead_id in [(f"p:{p}", i) for p, i, _ in plan.phones] + plan.keys:
            assert key not in self.owners, "two leads with one key"
            self.owners[key] = lead_id
            self.numbers[lead_id] += key.startswith("p:")
        for lead_id, fields in plan.fills.items():
            for name, text in fields.items():
                assert name not in self.leads[lead_id], "something known was overwritten"
                self.leads[lead_id][name] = text


def read(rows: list[tuple[str, ...]]) -> list[Row]:
    reader = RowReader(MAPPING, "UA")
    return [reader.read(line, list(cells)) for line, cells in enumerate(rows, start=1)]


def run(house: House, rows: list[tuple[str, ...]], chunk: int = 1000) -> list[str]:
    verdicts: list[str] = []
    for at in range(0, len(rows), chunk):
        matcher = house.matcher()
        for row in read(rows)[at : at + chunk]:
            matcher.take(row)
        house.take(matcher.plan)
        verdicts += [v.verdict for v in matcher.plan.verdicts]
    return verdicts


@given(ROWS)
@settings(max_examples=400, deadline=None)
def test_every_row_has_one_verdict_and_every_key_one_owner(rows: list[tuple[str, ...]]) -> None:
    house = House()
    verdicts = run(house, rows)
    assert len(verdicts) == len(rows)
    assert verdicts.count("accepted") == len(house.leads)
    assert all(self_numbers > 0 for self_numbers in house.numbers.values())


@given(ROWS)
@settings(max_examples=400, deadline=None)
def test_the_same_file_twice_changes_nothing(rows: list[tuple[str, ...]]) -> None:
    house = House()
    run(house, rows)
    before = (dict(house.owners), {i: dict(f) for i, f in house.leads.items()})
    again = run(house, rows)
    assert (house.owners, house.leads) == before
    assert set(again) <= {"duplicate", "rejected"}


@given(ROWS, st.integers(1, 5))
@settings(max_examples=300, deadline=None)
def test_the_size_of_a_chunk_makes_no_difference(rows: list[tuple[str, ...]], chunk: int) -> None:
    whole, parts = House(), House()
    assert run(whole, rows) == run(parts, rows, chunk)
    assert whole.leads == parts.leads


@given(ROWS, st.integers(1, 5))
@settings(max_examples=300, deadline=None)
def test_a_chunk_knows_what_the_one_before_it_is_about_to_write(rows: list[tuple[str, ...]], chunk: int) -> None:
    """The pipeline decides a chunk while the one before it is not in the database yet."""
    whole, behind = House(), House()
    expected = run(whole, rows)
    verdicts: list[str] = []
    before: Matcher | None = None
    for at in range(0, len(rows), chunk):
        matcher = behind.matcher()
        part = read(rows)[at : at + chunk]
        if before is not None:
            matcher.follow(before, {key for row in part for key in [*row.keys, *(f"p:{p}" for p in row.phones)]})
            behind.take(before.plan)
        for row in part:
            matcher.take(row)
        verdicts += [v.verdict for v in matcher.plan.verdicts]
        before = matcher
    if before is not None:
        behind.take(before.plan)
    assert verdicts == expected
    assert behind.leads == whole.leads


def decide(house: House, *cells: str) -> tuple[str, str]:
    matcher = house.matcher()
    matcher.take(read([cells])[0])
    house.take(matcher.plan)
    verdict = matcher.plan.verdicts[0]
    return verdict.verdict, verdict.reason or ""


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        (("Acme", "0501234567", "", "", "", ""), "duplicate"),
        (("Acme", "0501234567", "", "", "", "Kyiv"), "merged"),
        (("Acme", "0671234567", "A@Acme.ua", "", "", ""), "merged"),
        (("Acme", "0671234567", "", "https://acme.ua/", "", ""), "merged"),
        (("Acme", "0671234567", "", "", "14360570", ""), "merged"),
        (("Acme", "0671234567", "z@acme.ua", "", "", ""), "accepted"),
    ],
)
def test_a_company_is_merged_by_number_email_domain_and_tax_id(cells: tuple[str, ...], verdict: str) -> None:
    house = House()
    decide(house, "Acme", "0501234567", "a@acme.ua", "acme.ua", "14360570", "")
    assert decide(house, *cells)[0] == verdict


def test_a_number_of_a_company_with_another_tax_id_is_refused_with_the_reason() -> None:
    house = House()
    decide(house, "Acme", "0501234567", "", "", "14360570", "")
    verdict, reason = decide(house, "Bolt", "0501234567", "", "", "20077720", "")
    assert (verdict, "another tax id" in reason) == ("rejected", True)


def test_a_shared_address_does_not_merge_companies_with_different_tax_ids() -> None:
    house = House()
    decide(house, "Acme", "0501234567", "books@audit.ua", "", "14360570", "")
    verdict, reason = decide(house, "Bolt", "0671234567", "books@audit.ua", "", "20077720", "")
    assert (verdict, "shares its e-mail" in reason) == ("accepted", True)


def test_a_row_with_numbers_of_two_leads_is_refused_and_the_pair_offered() -> None:
    house = House()
    decide(house, "Acme", "0501234567", "", "", "", "")
    decide(house, "Acme UA", "0671234567", "", "", "", "")
    matcher = house.matcher()
    matcher.take(read([("Acme", "0501234567; 0671234567", "", "", "", "")])[0])
    assert matcher.plan.verdicts[0].verdict == "rejected"
    assert len(matcher.plan.offers) == 1


def test_what_is_left_out_of_a_row_is_said() -> None:
    _, reason = decide(House(), "Acme", "0501234567; 12", "no address", "", "14360571", "")
    assert "number was left out" in reason
    assert "e-mail was left out" in reason
    assert "tax id was left out" in reason


@given(st.lists(st.text(alphabet="ab' \t\n\0\u00a0\u2003", max_size=8), min_size=1, max_size=6))
def test_a_row_is_tidied_as_its_cells_would_be(cells: list[str]) -> None:
    def tidy(cell: str) -> str:
        text = " ".join(cell.replace("\0", "").split())
        return text[1:].lstrip() if text.startswith("'") else text

    assert tidy_cells(cells) == [tidy(cell) for cell in cells]
