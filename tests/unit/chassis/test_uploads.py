"""Names of uploaded files are kept and shown as names, and as nothing else."""

from __future__ import annotations

import io

import pytest
from fastapi import UploadFile

from services.chassis.http import file_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("leads.csv", "leads.csv"),
        ("Заявки за травень.xlsx", "Заявки за травень.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Iryna\\leads.csv", "leads.csv"),
        ("a\r\nBcc: b@c.example.csv", "a Bcc: b@c.example.csv"),
        ("a\0b\x1b[2J.csv", "ab[2J.csv"),
        ("\u202efdp.csv", "fdp.csv"),
        ("\ud800.csv", ".csv"),
        ("x" * 3_000 + ".csv", "x" * 196 + ".csv"),
        ("x" * 3_000, "x" * 200),
        ("a." + "x" * 3_000, "a." + "x" * 19),
        ("/", "file"),
        ("", "file"),
        (None, "file"),
    ],
)
def test_a_file_keeps_its_own_name_and_nothing_else(sent: str | None, kept: str) -> None:
    assert file_name(UploadFile(io.BytesIO(), filename=sent), "file") == kept
