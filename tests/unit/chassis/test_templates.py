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
        ("Hello {{contact_name}}!", "Hello!"),
        ("{{company|somebody}} and {{company}}", "Nova and Nova"),
        ("Hi {{contact_name|you|all}}, {{city}}!", "Hi you|all!"),
        ("no placeholder { here }", "no placeholder { here }"),
    ],
)
def test_a_text_is_filled_with_what_is_known_of_the_lead(text: str, said: str) -> None:
    assert FIELDS.fill(text, {"company": "Nova", "contact_name": None}) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Good day {{contact_name|}},", "Good day,"),
        ("Добрий день, {{contact_name}}!", "Добрий день!"),
        ("Добрий день{{contact_name|}}!", "Добрий день!"),
        ("Hello, {{contact_name}}, how are you?", "Hello, how are you?"),
        ("{{contact_name}}, good day!", "Good day!"),
        ("Dear {{contact_name}} {{city}}:", "Dear:"),
        ("Regards\n{{contact_name}}\n{{caller}}\n", "Regards\nAnna\n"),
        ("one\n\n{{city}}\n\ntwo", "one\n\ntwo"),
        ("for you ({{city}}) now", "for you now"),
        ("«{{company}}» writes", "Writes"),
        ("We carry – {{city}}", "We carry"),
        ("this {{city}} week", "this week"),
        ("this  week, {{city}}", "this  week"),
    ],
)
def test_what_is_not_known_leaves_no_trace(text: str, said: str) -> None:
    assert FIELDS.fill(text, {"caller": "Anna"}) == said


def test_a_name_is_not_glued_to_the_word_before_it() -> None:
    assert FIELDS.fill("Добрий день{{contact_name|}}!", {"contact_name": "Олена"}) == "Добрий день Олена!"
    assert FIELDS.fill("No. {{city}}{{company}}s", {"city": "7", "company": "Nova"}) == "No. 7Novas"


@given(st.text(alphabet="ab ,.!()«»–-\n", max_size=30), st.text(alphabet="ab ,.!()«»–-\n", max_size=30))
def test_only_blanks_and_marks_go_with_what_is_not_known(before: str, after: str) -> None:
    said = FIELDS.fill(f"{before}{{{{city}}}}{after}", {})
    letters = [sign for sign in (before + after).casefold() if sign.isalpha()]
    assert [sign for sign in said.casefold() if sign.isalpha()] == letters


def test_which_fields_of_a_text_are_not_known() -> None:
    text = "{{city}} {{company}} {{contact_name|you}} {{ caller }}"
    assert FIELDS.unknown(text, {"company": "Nova", "caller": " "}) == ["city", "caller"]


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
    plain = [text.translate(dict.fromkeys(map(ord, "{}\0"))) for text in (before, after)]
    said = FIELDS.fill(f"{plain[0]}{{{{{field}|-}}}}{plain[1]}", {field: value, "caller": "never"})
    assert said.startswith(plain[0])
    assert said.endswith(plain[1])
    spoken = said[len(plain[0]) : len(said) - len(plain[1])]
    assert not set(spoken) & set("<>{}`\n\r\x00")
    assert len(spoken.lstrip()) <= 200


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
