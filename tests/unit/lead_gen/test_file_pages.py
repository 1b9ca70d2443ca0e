"""What became of a row of a file is told to people in their language, and leads by no id."""

from __future__ import annotations

import pytest

from services.chassis.web.words import told_in
from services.lead_gen.domain.file_pages import FileRow

LEAD = "lead 01a2295f-6766-775a-9c45-4ef4737adb66"


def why(reason: str) -> str:
    return FileRow(line=2, verdict="merged", reason=reason, who=None).why


@pytest.mark.parametrize(
    ("reason", "english", "ukrainian"),
    [
        (f"merged into {LEAD}", "merged into a lead we have", "додано: це лід, який у нас уже є"),
        ("merged into an earlier row", "merged into an earlier row", "додано: це попередній рядок"),
        (
            f"its numbers belong to two leads, {LEAD} and {LEAD}",
            "its numbers belong to two leads, both known already",
            "його дані (номер) належать двом лідам: обидва в нас уже є",
        ),
        (
            "no valid phone: the number has no digits",
            "no valid phone: the number has no digits",
            "немає дійсного телефону: без цифр",
        ),
        (
            f"duplicate of {LEAD}; the e-mail was left out: it is no address",
            "duplicate of a lead we have; the e-mail was left out: it is no address",
            "дублікат: це лід, який у нас уже є; ел. пошту пропущено: це не адреса",
        ),
    ],
)
def test_the_reason_of_a_row_is_in_the_readers_language_and_without_ids(
    reason: str, english: str, ukrainian: str
) -> None:
    assert why(reason) == english
    assert told_in("uk")(why(reason)) == ukrainian
