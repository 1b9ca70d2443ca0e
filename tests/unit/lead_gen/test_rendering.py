"""Placeholders: filled once, from a closed list of names, with nothing that could be read as markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lead_gen.domain.rendering import FIELDS, placeholder_faults, render


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello {{company}}!", "Hello Nova!"),
        ("Hello {{ contact_name | there }}!", "Hello there!"),
        ("Hello {{contact_name}}!", "Hello !"),
        ("{{company|somebody}} and {{company}}", "Nova and Nova"),
        ("no placeholder { here }", "no placeholder { here }"),
    ],
)
def test_a_text_is_filled_with_what_is_known_of_the_lead(text: str, said: str) -> None:
    assert render(text, {"company": "Nova", "contact_name": None}) == said


def test_a_companys_name_is_read_out_and_never_read_again() -> None:
    values = {"company": "{{caller}} <img src=x onerror=alert(1)>\n`x`", "caller": "Anna"}
    assert render("For {{company}}.", values) == "For caller img src=x onerror=alert(1) x."
    assert render("{{company}}", {"company": "R&D «Зоря» — Ltd."}) == "R&D «Зоря» — Ltd."


def test_a_name_of_blanks_is_no_name() -> None:
    assert render("{{contact_name|there}}", {"contact_name": " \u200b "}) == "there"


@pytest.mark.parametrize("text", ["{{}}", "{{phone}}", "{{company}", "{{company|{{caller}}}}", "{{a|b|c}}", "}}", "{{"])
def test_what_is_no_placeholder_is_refused(text: str) -> None:
    assert list(placeholder_faults(text))


@given(st.sampled_from(FIELDS), st.text(), st.text(), st.text())
def test_no_value_brings_a_placeholder_or_markup(field: str, before: str, value: str, after: str) -> None:
    plain = before.replace("{", "").replace("}", ""), after.replace("{", "").replace("}", "")
    said = render(f"{plain[0]}{{{{{field}}}}}{plain[1]}", {field: value, "caller": "never"})
    assert said.startswith(plain[0])
    assert said.endswith(plain[1])
    spoken = said[len(plain[0]) : len(said) - len(plain[1])]
    assert not set(spoken) & set("<>{}`\n\r\x00")
    assert len(spoken) <= 200


@given(st.text(alphabet="{}|abcompny <", max_size=40), st.text(alphabet="{}|<>caler", max_size=20))
def test_an_accepted_text_leaves_no_placeholder_behind(text: str, value: str) -> None:
    if not list(placeholder_faults(text)):
        said = render(text, dict.fromkeys(FIELDS, value))
        assert "{{" not in said
        assert "}}" not in said
