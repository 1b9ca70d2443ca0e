"""Everything that people are shown is in the catalogues, whole, and what is refused is told in their language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Message
from jinja2 import Environment, nodes

from leadrelay.words import as_text, collected, read_catalogue, untranslated, words_of_code
from services.chassis.web.formats import DEFAULT_LANGUAGE, LOCALES
from services.chassis.web.templating import counted_in, filled_in
from services.chassis.web.words import REFUSAL, catalogue_file, told_in, words_of
from tests.unit.architecture.source import ROOT

OTHERS = sorted(LOCALES.keys() - {DEFAULT_LANGUAGE})
TEMPLATES = [
    path
    for folder in ("services", "leadrelay")
    for path in sorted((ROOT / folder).rglob("*.j2"))
    if path.name != "components_page.j2"
]
DESKS = [path for path in sorted((ROOT / "services").rglob("*.py")) if {"desk", "web"} & set(path.parts)]
_PLACE = re.compile(r"%\(\w+\)s|\{\w+\}|%%")
# A block that is no text, and what Jinja fills in.
_JINJA = re.compile(
    r"\{% block (?:place|mainclass) %\}.*?\{% endblock %\}|\{#.*?#\}|\{%.*?%\}|\{\{(?:\"[^\"]*\"|.)*?\}\}", re.DOTALL
)
_SPOKEN = {"aria-label", "title", "placeholder", "alt"}
# Names, and what a class is made of.
_NO_WORDS = {"· Leadrelay", "Leadrelay", "UAH", "late_due", "set-"}
# A sentence, or the beginning of one; names of classes and events begin small, and keys are one word.
_SENTENCE = re.compile(r"^[A-Z][a-z’']* [a-z]|[a-z] [a-z]+[.?!]$")


def forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, list | tuple) else [message.string or ""]


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_in_the_catalogue_with_its_translation(language: str) -> None:
    now = collected(language)
    assert [message.id for message in untranslated(now)] == []
    assert catalogue_file(language).read_text(encoding="utf-8") == as_text(now), "run `make words`"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_places_and_all_its_plurals(language: str) -> None:
    known = read_catalogue(language)
    assert not [message.id for message in known if message.id and message.fuzzy]
    for message in known:
        texts = message.id if isinstance(message.id, list | tuple) else [message.id]
        places = {place for text in texts for place in _PLACE.findall(text)}
        if isinstance(message.id, str):
            assert sorted(_PLACE.findall(forms(message)[0])) == sorted(_PLACE.findall(message.id)), message.id
            continue
        assert len(forms(message)) == known.num_plurals, message.id
        # "every day", but "every 2 days": one of the forms may do without the number.
        assert all(set(_PLACE.findall(form)) <= places for form in forms(message)), message.id
        assert set(_PLACE.findall(forms(message)[-1])) == set(_PLACE.findall(texts[-1])), message.id


class _Shown(HTMLParser):
    """What a template itself says, where `_` stands for whatever Jinja puts in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._tags = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tags.append(tag)
        self.found += [value for name, value in attrs if name in _SPOKEN and value]

    def handle_data(self, data: str) -> None:
        if self._tags[-1] not in ("kbd", "script", "style"):
            self.found += data.splitlines()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._tags:
            while self._tags.pop() != tag:
                pass


def test_the_templates_say_nothing_that_is_not_marked() -> None:
    found: list[tuple[str, str]] = []
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        shown = _Shown()
        shown.feed(_JINJA.sub("_", source))
        shown.close()
        # Attributes and addresses that are set in parts are no words.
        texts = [text.strip(" _") for text in shown.found if not re.match("[ _]*/", text) and "=" not in text]
        found += [(path.name, text) for text in texts if re.search(r"[A-Za-z]{2}", text) and text not in _NO_WORDS]
        found += [(path.name, text) for text in _unmarked(source)]
    assert found == []


def _unmarked(source: str) -> Iterator[str]:
    """Sentences that are given to a component as they are; and what is marked, but cannot be collected."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    marked: set[int] = set()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext"):
            texts = call.args[: 2 if call.node.name == "ngettext" else 1]
            marked |= {id(text) for text in texts}
            yield from ("`translated` is for what is no literal" for text in texts if not isinstance(text, nodes.Const))
    for const in tree.find_all(nodes.Const):
        if isinstance(const.value, str) and id(const) not in marked and _SENTENCE.search(const.value):
            yield const.value


def test_the_desks_say_nothing_that_is_not_marked() -> None:
    found: list[tuple[str, int]] = []
    for path in DESKS:
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        for call in calls:
            told = [given.value for given in call.keywords if given.arg in ("said", "title", "problem")]
            plain = any(isinstance(text, ast.Constant) and text.value for text in told)
            found += [(path.name, call.lineno)] if plain else []
    assert found == []


CODE = """
def judge(offer):
    raise Conflict(f"this offer is {offer.state}, of {', '.join(offer.states)}", code="wrong_state")
    raise Invalid("say when" if offer else "say why")
    raise Invalid("code")
WORDS = {"large": said("at most {most}")}
"""


def test_refusals_are_collected_where_they_are_raised_with_places_for_their_values() -> None:
    found = list(words_of_code(CODE, "services/conversion/domain/offers.py"))
    assert {words.context for words in found} == {REFUSAL}
    assert [words.text for words in found] == [
        "this offer is %(state)s, of %(states)s", "say when", "say why", "at most %(most)s",
    ]  # fmt: skip


def test_whatever_an_act_of_operators_says_is_collected_also_from_a_constant_or_a_return() -> None:
    code = 'NOTHING = "nothing to do: it is closed"\ndef again(name: str) -> str:\n    return f"{name} has it again"\n'
    for place in ("services/lead_gen/actions/restarts.py", "services/conversion/actions/operator_acts.py"):
        found = [words.text for words in words_of_code(code, place)]
        assert found == ["nothing to do: it is closed", "%(name)s has it again"]


def test_a_refusal_is_told_with_its_values_in_the_readers_language() -> None:
    tell = told_in("uk")
    assert tell("must be in the future") == "має бути в майбутньому"
    # Made a whole sentence already, as beside a field.
    assert tell("Must be in the future.") == "Має бути в майбутньому."
    assert tell("there is no manager olha-7") == "менеджера olha-7 немає"
    # A word of ours in place of a value, and a refusal that is quoted by another one.
    assert tell("The invoice is void") == "Рахунок недійсний"
    assert tell("this offer is expired") == "ця пропозиція: термін минув"
    assert tell("The number has no digits.") == "Номер: без цифр."
    # Whatever a customer is called, it is only put in, not read.
    assert "%(x)s {y}" in tell("%(x)s {y} is a customer already, with this e-mail")
    assert tell("what nobody has ever said") == "what nobody has ever said"
    # A catalogue keeps its own head under the empty text, and names that end with a full stop bring no second one.
    assert tell("") == ""
    assert told_in("en")("must be in the future") == "must be in the future"
    # A page's own words are never taken for a refusal's.
    assert words_of("uk").gettext("The number of calls") == "The number of calls"


def test_a_mail_that_did_not_arrive_is_told_with_what_it_was_about() -> None:
    tell = told_in("uk")
    assert tell("a mail did not arrive (dunning): 550 5.1.1 User unknown") == (
        "лист не дійшов (нагадування про оплату): 550 5.1.1 User unknown"
    )
    assert tell("a mail did not arrive (invoice): 550") == "лист не дійшов (рахунок): 550"


def test_numbers_take_the_right_one_of_three_plurals() -> None:
    uk = words_of("uk")
    said = [uk.ngettext("%(num)s invoice", "%(num)s invoices", n) % {"num": n} for n in (1, 3, 5, 11, 21, 112)]
    assert said == ["1 рахунок", "3 рахунки", "5 рахунків", "11 рахунків", "21 рахунок", "112 рахунків"]


def test_no_dot_stands_before_what_may_not_be_there() -> None:
    """A dot between two things is written with the second one, or both are joined: else it is left hanging."""
    hanging = re.compile(r"· *(?:\{% endif %\} *\{% (?:if|for) |\{% for )")
    assert [path.name for path in TEMPLATES if hanging.search(path.read_text(encoding="utf-8"))] == []


def test_a_sentence_of_a_page_ends_with_one_full_stop_whatever_its_values_end_with() -> None:
    said = filled_in(str)
    assert said("Ask %(name)s. Then call.", name="Галина Д.") == "Ask Галина Д. Then call."
    assert said("Ask %(name)s.", name="<Інна>") == "Ask &lt;Інна&gt;."
    counted = counted_in(lambda one, many, number: one if number == 1 else many)
    assert counted("%(num)s call of %(name)s.", "%(num)s calls of %(name)s.", 2, name="Тарас М.") == (
        "2 calls of Тарас М.")  # fmt: skip
