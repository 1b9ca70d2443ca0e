"""Columns of a file that somebody looks at: what each is taken for, and what makes no lead."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.chassis.errors import Invalid
from services.lead_gen.domain.file_columns import FileDraft, columns_of, mapping_of_choices, understood

HEADER = ["Company", "Phone", "Second phone", "Nmae", "Notes"]
ROWS = [["Viter", "+380441230001", "", "Olena", "x"], ["Lis", "+380441230002", "+380441230003", "Oleh", "y"]]


def draft(header: list[str], rows: list[list[str]], tried: str | None = None) -> FileDraft:
    return FileDraft(
        id="1", filename="l.csv", default_region="UA", format="csv", encoding="utf-8", delimiter=",", header=header,
        rows=rows, expected_rows=2, mapping=understood(header, rows, "UA"), tried=tried, created_by="boss",
        created_at=datetime.now(UTC),
    )  # fmt: skip


def test_columns_without_known_names_are_taken_by_their_cells_and_doubted() -> None:
    looked = columns_of(draft(["Alpha", "Beta"], [["Viter Trans", "0441230001"], ["Lis Plus", "0441230002"]]))
    assert [(one.field, one.doubtful) for one in looked] == [("company", True), ("phone", True)]
    tried = columns_of(draft(["Alpha", "Beta"], [["Viter Trans", "0441230001"]], tried="2"))
    assert not any(one.doubtful for one in tried)


def test_known_names_are_sure_and_short_rows_have_empty_cells() -> None:
    looked = columns_of(draft(HEADER, [*ROWS, ["Short"]]))
    assert [one.field for one in looked][:3] == ["company", "phone", "other_phone"]
    assert not looked[0].doubtful
    assert looked[1].cells == ["+380441230001", "+380441230002", ""]


def test_several_columns_of_numbers_are_numbered_and_those_not_shown_stay() -> None:
    mapping = mapping_of_choices(draft(HEADER, ROWS), {1: "phone", 2: "phone", 3: "contact_name", 4: ""})
    assert mapping == {"company": 0, "phone": 1, "phone_2": 2, "contact_name": 3}


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({3: "company"}, "column-3"),
        ({3: "shoe size"}, "column-3"),
        ({0: "city", 3: ""}, "columns"),
        ({1: "", 2: ""}, "columns"),
    ],
)
def test_what_makes_no_lead_is_refused_where_it_is_wrong(chosen: dict[int, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        mapping_of_choices(draft(HEADER, ROWS), chosen)
    assert refused.value.field == field
