"""Placeholders: filled once, from a closed list of names, with nothing that could be read as markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.templates import Fields

FIELDS = Fields(("company", "contact_name", "city", "caller"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello {{company}}!", "Hello Nova!"),
        ("Hello {{ contact_name | there }}!", "Hello there!"),
        ("Hello {{contact_name}}!", "Hello !"),
        ("{{company|somebody}} and {{company}}", "Nova and Nova"),
        ("Hi {{contact_name|you|all}}, {{city}}!", "Hi you|all, !"),
        ("no placeholder { here }", "no placeholder { here }"),
    ],
)
def test_a_text_is_filled_with_what_is_known_of_the_lead(text: str, said: str) -> None:
    assert FIELDS.fill(text, {"company": "Nova", "contact_name": None}) == said


def test_a_companys_name_is_read_out_and_never_read_again() -> None:
    values = {"company": "{{caller}} <img src=x onerror=alert(1)>\n`x`", "caller": "Anna"}
    assert FIELDS.fill("For {{company}}.", values) == "For caller img src=x onerror=alert(1) x."
    assert FIELDS.fill("{{company}}", {"company": "R&D «Зоря» — Ltd."}) == "R&D «Зоря» — Ltd."


def test_a_name_of_blanks_is_no_name() -> None:
    assert FIELDS.fill("{{contact_name|there}}", {"contact_name": " \u200b "}) == "there"


@pytest.mark.parametrize("text", ["{{}}", "{{phone}}", "{{company}", "{{company|{{caller}}}}", "{{a|b|c}}", "}}", "{{"])
def test_what_is_no_placeholder_is_refused(text: str) -> None:
    assert list(FIELDS.faults(text))


@given(st.sampled_from(FIELDS.names), st.text(), st.text(), st.text())
def test_no_value_brings_a_placeholder_or_markup(field: str, before: str, value: str, after: str) -> None:
    plain = before.replace("{", "").replace("}", ""), after.replace("{", "").replace("}", "")
    said = FIELDS.fill(f"{plain[0]}{{{{{field}}}}}{plain[1]}", {field: value, "caller": "never"})
    assert said.startswith(plain[0])
    assert said.endswith(plain[1])
    spoken = said[len(plain[0]) : len(said) - len(plain[1])]
    assert not set(spoken) & set("<>{}`\n\r\x00")
    assert len(spoken) <= 200


@given(st.text(alphabet="{}|abcompny <", max_size=40), st.text(alphabet="{}|<>caler", max_size=20))
def test_an_accepted_text_leaves_no_placeholder_behind(text: str, value: str) -> None:
    if not list(FIELDS.faults(text)):
        said = FIELDS.fill(text, dict.fromkeys(FIELDS.names, value))
        assert "{{" not in said
        assert "}}" not in said


@given(st.text(alphabet="{}abcompny _|", max_size=60))
def test_a_companys_own_text_is_never_a_field(company: str) -> None:
    said = FIELDS.fill("Hello {{company|you}}", {"company": company, "caller": "SECRET"})
    plain = " ".join(company.translate(str.maketrans("{}", "  ")).split())
    assert said == f"Hello {plain or 'you'}"


def test_a_value_is_cut_where_its_kind_of_text_says() -> None:
    assert FIELDS.fill("{{company}}", {"company": "x" * 300}) == "x" * 200
    assert Fields(("need",), longest=5000).fill("{{need}}", {"need": "x" * 300}) == "x" * 300


def test_every_fault_is_named() -> None:
    faults = list(FIELDS.faults("{{company}} {{ contact_name | there }} {{price}} {{}} {{open"))
    assert [fault.partition(";")[0] for fault in faults] == [
        "nothing is known by the name 'price' in {{...}}",
        "nothing is known by the name '' in {{...}}",
        "a placeholder is written {{name}} or {{name|if it is not known}}, without braces inside",
    ]
