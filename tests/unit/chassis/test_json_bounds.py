"""JSON is bounded before it is parsed: in depth and in the length of its numbers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Invalid
from services.chassis.http.json_bounds import MAX_DEPTH, check_json, string_map


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 3_000 + "1" + "}" * 3_000, "[" * (MAX_DEPTH + 1), '{"a": ' + "9" * 5_000 + "}", "-" + "1" * 101,
        "[" * 100_000, "1." + "0" * 200, "1e" + "1" * 5_000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-32"])
def test_what_is_nested_too_deep_or_endless_is_refused(text: str, encoding: str) -> None:
    with pytest.raises(Invalid, match=r"deeper|digits"):
        check_json(text.encode(encoding))
    with pytest.raises(Invalid):
        string_map(text, "mapping")


@pytest.mark.parametrize(
    "value",
    ["[" * 1_000, "1" * 5_000, '"' + "[" * 1_000, "\\" * 1_001 + "[" * 1_000, [[1]] * 1_000, {"a": "}" * 100}],
)
def test_brackets_and_digits_in_strings_are_text(value: object) -> None:
    check_json(json.dumps(value))


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text", ['"' + '\\"' * 2_000_000, '"' * 2_000_001, "\\" * 3_000_000, "1" * 100 + " " * 2_000_000]
)
def test_no_text_takes_long(text: str) -> None:
    check_json(text)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_people_send_passes(value: object) -> None:
    check_json(json.dumps(value))
    check_json(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
