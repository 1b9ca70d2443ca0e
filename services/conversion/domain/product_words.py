"""Which product of the catalogue a line in free words stands for, however it is spelled.

Words are compared by their letters alone: no case, accents or punctuation, and letters of other alphabets that look
alike are one (`FТL` with a Cyrillic Т is FTL). A free line that is taken for a product is judged by its price, so a
match that is too many costs a glance of the supervisor, and one that is missing costs the house money.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from workflows.contracts.catalogue import CatalogueItem

_ALIKE = str.maketrans("авекмнорстухіјѕοαεικνρτυχ", "abekmhopctyxijsoaeikvptux")
"""Small Cyrillic and Greek letters by the Latin ones they are taken for; both sides are written so."""
_WORD = re.compile(r"[^\W_]+")
_DIGIT_IN_WORD = re.compile(r"\b[^\W\d_]\w*[013]\w*")
_LIKE_LETTERS = str.maketrans("013", "ole")
_NUMBERED = re.compile(r"\b([^\W\d_]{3,})\d{1,2}\b")
"""`FTL1`, `FTL2` ... where there is no such number."""
_SHORTEST = 3
_SHORTEST_MISTYPED = 4
_SAME_WORD = 0.8
_SAME_TEXT = 0.85
_MOST_OF_IT = 0.4
"""Share of a line's letters that a name of one word has to be: "Truck insurance" is no truck."""
_LOOKED_AT = 40
"""Products compared letter by letter with one line: those that share most of its letters in threes."""
_RAREST = 12
"""How many of a line's letters in threes choose them: those that fewest names have."""


@dataclass(frozen=True, eq=False)
class Words:
    """A text as it is compared."""

    text: str

    @cached_property
    def parts(self) -> list[str]:
        """Its words and numbers, folded."""
        plain = self.text.casefold()
        if not plain.isascii():
            apart = unicodedata.normalize("NFKD", plain)
            plain = "".join(char for char in apart if not unicodedata.combining(char)).translate(_ALIKE)
        return _WORD.findall(plain)

    @cached_property
    def joined(self) -> str:
        """All of it in one word: `Full-truck` and `F u l l truck` are the same."""
        return "".join(self.parts)

    @cached_property
    def numbers(self) -> Counter[str]:
        """Its words with digits: `20t` is not `22t`, however alike they look."""
        return Counter(part for part in self.parts if any(char.isdigit() for char in part))

    @cached_property
    def threes(self) -> set[str]:
        """Its letters, three by three."""
        padded = f" {self.joined} "
        return {padded[at : at + 3] for at in range(len(padded) - 2)}


@dataclass(frozen=True, eq=False)
class _Name:
    product_id: str
    words: Words
    is_number: bool


class ProductWords:
    """The names and article numbers of a catalogue, to find what free words mean."""

    def __init__(self, items: Iterable[CatalogueItem]) -> None:
        self.items = {item.product_id: item for item in items}
        self._names = [name for item in self.items.values() for name in _names(item)]
        often = Counter(part for name in self._names for part in set(name.words.parts))
        self._by_word: dict[str, list[_Name]] = {}
        self._by_three: dict[str, list[_Name]] = {}
        for name in self._names:
            rarest = min(name.words.parts, key=lambda part: often[part])
            for word in {rarest, name.words.joined}:
                self._by_word.setdefault(word, []).append(name)
            for three in name.words.threes:
                self._by_three.setdefault(three, []).append(name)

    def meant(self, text: str) -> list[CatalogueItem]:
        """The products that these words fit best, several if they fit equally well; none if they are about none."""
        for read in dict.fromkeys((text, _DIGIT_IN_WORD.sub(_as_letters, text), _NUMBERED.sub(r"\1", text))):
            if found := self._meant(Words(read)):
                return found
        return []

    def _meant(self, words: Words) -> list[CatalogueItem]:
        if len(words.joined) < _SHORTEST:
            return []
        written = {word: self._by_word.get(word, ()) for word in (*words.parts, words.joined)}
        fits = [(_spelled_out(words, name), name) for names in written.values() for name in names]
        if not any(fit for fit, _ in fits):
            fits = [(_alike_or_short(words, name), name) for name in self._near(words)]
        best = max((fit for fit, _ in fits if fit), default=None)
        found = (name.product_id for fit, name in fits if fit and fit == best)
        return [self.items[product_id] for product_id in dict.fromkeys(found)]

    def _near(self, words: Words) -> list[_Name]:
        rarest = sorted(words.threes, key=lambda three: (len(self._by_three.get(three, ())), three))[:_RAREST]
        shared = Counter(name for three in rarest for name in self._by_three.get(three, ()))
        # The share of the name that is there: a long line holds a short name whole.
        ranked = sorted(shared, key=lambda name: -shared[name] / len(name.words.threes))
        return ranked[:_LOOKED_AT]


def _as_letters(word: re.Match[str]) -> str:
    return word.group().translate(_LIKE_LETTERS)


def _names(item: CatalogueItem) -> Iterator[_Name]:
    for text in dict.fromkeys((item.product_id, *item.names.values())):
        words = Words(text)
        if len(words.joined) >= _SHORTEST:
            yield _Name(item.product_id, words, text == item.product_id)


def _spelled_out(line: Words, name: _Name) -> tuple[int, int] | None:
    """How well a name fits a line that writes it out, the better the higher: it is all of it, or a part of it."""
    known = name.words
    if line.joined == known.joined or sorted(line.parts) == sorted(known.parts):
        return (4, len(known.joined))
    if len(known.parts) > 1 or name.is_number:
        held = set(known.parts) <= set(line.parts) or known.joined in line.parts
    else:
        held = known.joined in line.parts and len(known.joined) >= _MOST_OF_IT * len(line.joined)
    return (3, len(known.joined)) if held else None


def _alike_or_short(line: Words, name: _Name) -> tuple[int, int] | None:
    """How well a name fits a line that spaces it out, misspells it, or leaves off its end."""
    known = name.words
    if len(known.parts) > 1 and len(known.joined) > 2 * _SHORTEST and known.joined in line.joined:
        return (3, len(known.joined))
    if not known.numbers - line.numbers and _is_mistyped(line, known):
        return (2, len(known.joined))
    # Only a part of a name still means the product, if it has two words that say something: "20 t" has none.
    telling = sum(len(part) >= _SHORTEST_MISTYPED and part not in line.numbers for part in line.parts)
    short = telling > 1 and len(line.parts) < len(known.parts) and _has_words(known, line)
    return (1, -len(known.joined)) if short else None


def _is_mistyped(line: Words, known: Words) -> bool:
    if min(len(line.joined), len(known.joined)) > _SHORTEST_MISTYPED and _alike(line.joined, known.joined, _SAME_TEXT):
        return True
    return len(known.parts) > 1 and _has_words(line, known)


def _has_words(text: Words, wanted: Words) -> bool:
    """Whether each of these words stands in a text, well spelled or nearly so; numbers have to be the same."""
    return all(
        word in text.parts
        or (len(word) >= _SHORTEST_MISTYPED and word not in wanted.numbers and _any_alike(word, text.parts))
        for word in wanted.parts
    )


def _any_alike(word: str, others: Sequence[str]) -> bool:
    return any(_alike(word, other, _SAME_WORD) for other in others)


def _alike(one: str, other: str, share: float) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= share and matcher.quick_ratio() >= share and matcher.ratio() >= share
