"""The words of the pages: gettext catalogues, one per language. English is what the sources say, and needs none.

A catalogue is read as it was written, so there is nothing to compile and nothing to forget. Refusals are English
sentences with their values already in them, as logs and REST want them; for a page the catalogue's sentence with the
same words is found, and the values are put into its translation.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from services.chassis.sentences import one_stop
from services.chassis.web.formats import DEFAULT_LANGUAGE, LOCALES

REFUSAL = "refusal"
"""The context of the sentences with which something is refused."""
VALUE = "value"
"""The context of the words that stand in such a sentence in place of a value, such as the state of something."""
_CATALOGUES = Path(__file__).with_name("locale")
LEAST_SHAPE = 6
"""So many letters beside its values a sentence must have, to be known by them among whatever people write."""
PLACE = re.compile(r"%\((\w+)\)s")
_LISTED = re.compile(r"(, | and |; )")
# A refusal may quote another one as a value; no deeper than that.
_DEEPEST = 2


def catalogue_file(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return _CATALOGUES / language / "LC_MESSAGES" / "leadrelay.po"


class Catalogue(gettext.GNUTranslations):
    """The words of one language, those of its pages and those with which something is refused."""

    def __init__(self, compiled: io.BytesIO) -> None:
        super().__init__(compiled)
        start = f"{REFUSAL}\x04"
        self._refusals: dict[str, str] = {
            key.removeprefix(start).removesuffix("."): text.removesuffix(".")
            for key, text in self._catalog.items()  # type: ignore[attr-defined]
            if isinstance(key, str) and key.startswith(start)
        }
        # The longest first: it says the most about what its values are.
        said = {english: len(PLACE.sub("", english).strip()) for english in self._refusals if PLACE.search(english)}
        shaped = sorted((english for english, size in said.items() if size >= LEAST_SHAPE), key=lambda one: -said[one])
        self._shapes = [(_shape(english), self._refusals[english]) for english in shaped]
        self._known = lru_cache(maxsize=5_000)(self._of_refusal)

    def told(self, sentence: str) -> str:
        """The translation of a sentence that was made elsewhere, with its values; as it is if nobody knows it."""
        if not sentence:
            return ""  # where a catalogue keeps its own head
        found = self.gettext(sentence)
        found = found if found != sentence else self.pgettext(VALUE, sentence)
        return found if found != sentence else self._known(sentence)

    def _of_refusal(self, sentence: str, depth: int = 0) -> str:
        """A sentence with values in it, perhaps made a whole sentence already: a capital, a full stop."""
        plain = sentence.removesuffix(".")
        for english in (plain, plain[:1].lower() + plain[1:]):
            found = self._refusals.get(english) or self._one_by_one(english) or self._filled(english, depth)
            if found:
                return found if english == sentence else as_sentence(found)
        return sentence

    def _one_by_one(self, plain: str) -> str | None:
        """Several sentences in one line, each told by itself; none unless all of them are known."""
        parts = plain.split("; ")
        told = [self._refusals.get(part) or self._filled(part, 0) for part in parts] if len(parts) > 1 else []
        return "; ".join(one for one in told if one) if told and all(told) else None

    def _filled(self, english: str, depth: int) -> str | None:
        for shape, text in self._shapes if depth <= _DEEPEST else ():
            if values := shape.fullmatch(english):
                told = {name: self._value(value, depth + 1) for name, value in values.groupdict().items()}
                return PLACE.sub(partial(_put, told), one_stop(text, told))
        return None

    def _value(self, value: str, depth: int) -> str:
        """A value: a word of ours, or another refusal that this one quotes."""
        found = self._word(value)
        if found == value:
            found = self._of_refusal(value, depth)
        if found == value and len(parts := _LISTED.split(value)) > 1:
            words = [self._word(part) for part in parts]
            found = "".join(words) if all(a != b for a, b in zip(words[::2], parts[::2], strict=True)) else value
        return found

    def _word(self, word: str) -> str:
        found = self.pgettext(VALUE, word)
        return found if found != word else self.gettext(word)


@cache
def words_of(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; what it lacks stays English."""
    file = catalogue_file(language)
    if not file.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return Catalogue(compiled)


def told_in(language: str) -> Callable[[str], str]:
    """How a sentence that was made elsewhere, such as a refusal's, is said in a language."""
    words = words_of(language)
    return words.told if isinstance(words, Catalogue) else str


def as_sentence(text: str) -> str:
    """With a capital, and with an end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def _put(values: Mapping[str, str], place: re.Match[str]) -> str:
    return values[place[1]]


def _shape(english: str) -> re.Pattern[str]:
    """What a sentence looks like when its values are in it."""
    parts = PLACE.split(english)
    text = "".join(f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
    return re.compile(text, re.DOTALL)


def choose_language(*wishes: str | None, accepted: str) -> str:
    """The first wish that we speak, else the first we speak of an Accept-Language header, else English."""
    for wish in wishes:
        if wish in LOCALES:
            return wish
    return next((language for language in _accepted(accepted) if language in LOCALES), DEFAULT_LANGUAGE)


def _accepted(header: str) -> Iterator[str]:
    """Languages of the header, best first, without their countries."""
    weighted = []
    for place, part in enumerate(header[:200].split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weighted.append((-float(quality or 1), place, tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return (language for _, _, language in sorted(weighted))
