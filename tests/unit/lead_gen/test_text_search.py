"""Words as they are searched, and what a snippet shows of a text."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lead_gen.domain.instructions import facts, normal
from services.lead_gen.domain.text_search import meant, similarity, snippet, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Об’єкт, об'єкт; ОБʼЄКТ!", ["обєкт"] * 3),
        ("Ціна «під ключ» — 20 т/день", ["ціна", "під", "ключ", "20", "т", "день"]),
        ("Don't NAME_one", ["dont", "name", "one"]),
        ("' ' -- & | ! :* \\", []),
    ],
)
def test_words_have_one_spelling(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("typed", "word"),
    [("митнця", "митниця"), ("страхувння", "страхування"), ("custms", "customs"), ("прайч", "прайс")],
)
def test_a_mistyped_word_is_taken_for_the_most_similar(typed: str, word: str) -> None:
    vocabulary = ["ціна", "митниця", "страхування", "customs", "customer", "прайс", "маршрут"]
    assert meant(typed, vocabulary) == word
    assert meant("xyzzy", vocabulary) is None
    assert meant(typed, []) is None


@given(st.text(min_size=1), st.text(min_size=1))
def test_similarity_is_symmetric_and_one_only_of_the_same_trigrams(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, one) == 1


def test_a_snippet_shows_the_first_word_found_with_what_is_around_it() -> None:
    text = "слово " * 60 + "Митниця бере час. " + "кінець " * 60
    shown = snippet(text, ["митниц"])
    assert "<mark>Митниця</mark> бере час" in shown
    assert shown.startswith("… слово")
    assert shown.endswith(" …")
    assert len(shown) < 250


def test_a_snippet_without_a_word_found_is_the_beginning() -> None:
    assert snippet("Коротко.", ["нема"]) == "Коротко."


def test_a_texts_own_markup_is_shown_and_not_obeyed() -> None:
    shown = snippet("Say <script>alert('price')</script> & \"price\"", ["price"])
    assert shown == (
        "Say &lt;script&gt;alert(&#x27;<mark>price</mark>&#x27;)&lt;/script&gt; &amp; &quot;<mark>price</mark>&quot;"
    )


@given(
    st.text(alphabet="аб <>&'\"’x/mrk", max_size=500), st.lists(st.sampled_from(["а", "б", "x", "mark"]), min_size=1)
)
def test_a_snippet_is_a_part_of_the_text_with_nothing_but_marks_in_it(text: str, found: list[str]) -> None:
    shown = snippet(text, found)
    plain = html.unescape(re.sub("</?mark>", "", shown).removeprefix("… ").removesuffix(" …"))
    assert plain in text
    assert shown.count("<mark>") == shown.count("</mark>")
    assert not set(re.sub("</?mark>", "", shown)) & set("<>\"'")


@pytest.mark.parametrize(
    ("given_as", "kept"),
    [
        ("Industry :  Food ", "industry:food"),
        ("Дорого", "дорого"),
        ("http://x", "http://x"),
        ("NODE:Price list", "node:price list"),
    ],
)
def test_a_situation_has_one_spelling(given_as: str, kept: str) -> None:
    assert normal(given_as) == kept


def test_only_known_facts_are_facts() -> None:
    assert facts(node="Price", industry=None, objection="", colour="red") == [("node:price", "price")]
