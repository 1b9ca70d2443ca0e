"""Text files are read in parts, and nobody can tell where one part ended."""

from __future__ import annotations

import codecs
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.imports import sheets
from services.chassis.imports.cells import FileRefusedError

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text('aж\n\r," \u0406', max_size=40), st.sampled_from(ENCODINGS), st.integers(1, 16))
def test_lines_are_the_same_in_parts_of_any_size(
    monkeypatch: pytest.MonkeyPatch, text: str, encoding: str, at_once: int
) -> None:
    monkeypatch.setattr(sheets, "_AT_ONCE", at_once)
    content = text.encode(encoding)
    whole = list(io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline=""))
    assert list(sheets._lines(io.BytesIO(content), codecs.getincrementaldecoder(encoding)())) == whole


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nb,c\n"])
@pytest.mark.parametrize("before", ["", "a,b\n" * 100_000, "a,b\r" * 100_000])
def test_a_line_without_end_is_refused_and_those_before_it_are_read(before: str, end: str) -> None:
    content = f"h,i\n{before}{'x,' * (sheets.MAX_ROW_TEXT // 2)}{end}".encode()
    rows = sheets.csv_rows(io.BytesIO(content), "utf-8", ",")
    read = 0
    with pytest.raises(FileRefusedError, match="longer than"):
        for _ in rows:
            read += 1
    assert read == 1 + len(before) // 4
