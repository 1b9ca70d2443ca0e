"""Long lists in parts, and one person among many."""

from __future__ import annotations

import pytest

from services.chassis.errors import Invalid
from services.chassis.listed import Part, Sought, page_with, person_named

PEOPLE = {"anna": "Anna Lys", "borys": "Borys Kit", "anna-2": "Anna Lys"}


def test_a_list_comes_in_pages_and_the_last_one_stands_for_those_beyond() -> None:
    rows = list(range(60))
    parts = [Part.of(rows, page, 25) for page in (0, 1, 3, 9)]
    assert [(part.page, part.first, part.last, part.pages, part.count) for part in parts] == [
        (1, 1, 25, 3, 60), (1, 1, 25, 3, 60), (3, 51, 60, 3, 60), (3, 51, 60, 3, 60),
    ]  # fmt: skip
    assert Part.counted(rows[50:], 60, 3, 25) == parts[2]
    assert (Part.of([], 4).page, Part.of([], 4).pages) == (1, 1)
    assert (page_with(rows, lambda one: one == 30, 25), page_with(rows, lambda one: one == 99, 25)) == (2, 1)


def test_what_is_sought_is_every_word_in_capitals_or_not_and_goes_along_to_other_pages() -> None:
    sought = Sought("lys ANNA", 2)
    assert sought.among(PEOPLE.values(), str) == ["Anna Lys", "Anna Lys"]
    assert sought.query(3, team="north", of="") == "team=north&q=lys+ANNA&page=3"
    assert Sought().among(PEOPLE, str) == list(PEOPLE)


@pytest.mark.parametrize("typed", ["borys", " Borys Kit ", "borys kit", "Borys Kit (borys)"])
def test_a_person_is_meant_by_their_id_their_name_or_as_they_are_suggested(typed: str) -> None:
    assert person_named(PEOPLE, typed, "manager") == "borys"
    assert person_named(PEOPLE, "Anna Lys (anna-2)", "manager") == "anna-2"
    assert person_named(PEOPLE, "  ", "manager") == ""


@pytest.mark.parametrize(("typed", "why"), [("Anna Lys", "several people"), ("Yeva", "nobody is called so")])
def test_a_name_that_nobody_or_several_have_is_refused_by_its_field(typed: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        person_named(PEOPLE, typed, "manager")
    assert refused.value.field == "manager"
