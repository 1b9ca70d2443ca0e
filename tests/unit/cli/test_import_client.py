"""What `leadrelay import` says of a file."""

from __future__ import annotations

from leadrelay.import_client import understood

JOB = {
    "format": "csv", "encoding": "cp1251", "delimiter": ";", "mapping": {"company": "Назва", "phone": "Тел."},
    "ignored": ["Факс"], "questions": ["Is 'Назва' the company?"],
}  # fmt: skip


def test_it_says_how_a_file_was_read_and_what_to_look_at() -> None:
    assert understood(JOB).splitlines() == [
        "Read as text in cp1251, separated by semicolons",
        "  Назва -> company",
        "  Тел. -> phone",
        "Not read: Факс",
        "Is 'Назва' the company?",
    ]
    assert understood({**JOB, "format": "xlsx", "ignored": [], "questions": []}).startswith("Read as a workbook\n")
