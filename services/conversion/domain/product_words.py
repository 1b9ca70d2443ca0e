"""Which product of the catalogue a line in free words stands for, however it is spelled.

Words are compared by their letters alone: no case, accents or punctuation, and letters of other alphabets that look
alike are one (`FТL` with a Cyrillic Т is FTL). A free line that is taken for a product is judged by its price, so a
match that is too many costs a glance of the supervisor, and one that is missing costs the house money.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from workflows.contracts.catalogue import CatalogueItem

_ALIKE = str.maketrans("авекмнорстухіјѕοαεικνρτυχ", "abekmhopctyxijsoaeikvptux")
"""Small Cyrillic and Greek letters by the Latin ones they are taken for; both sides are written so."""
_SHORTEST = 3
_SHORTEST_MISTYPED = 4
_SAME_WORD = 0.8
_SAME_TEXT = 0.85
_MOST_OF_IT = 0.4
"""Share of a line's letters that a name of one word has to be: "Truck insurance" is no truck."""
_LOOKED_AT = 40
"""Products compared letter by letter with one line: those that share most of its letters in threes."""


@dataclass(frozen=True)
class Words:
    """A text as it is compared."""

    text: str

    @cached_property
    def parts(self) -> list[str]:
        """Its words and numbers, folded."""
        plain = unicodedata.normalize("NFKD", self.text.casefold())
        kept = "".join(char for char in plain if not unicodedata.combining(char)).translate(_ALIKE)
        return "".join(char if char.isalnum() else " " for char in kept).split()

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


@dataclass(frozen=True)
class _Name:
    product_id: str
    words: Words
    is_number: bool


class ProductWords:
    """The names and article numbers of a catalogue, to find what free words mean."""

    def __init__(self, items: Iterable[CatalogueItem]) -> None:
        self.items = {item.product_id: item for item in items}
        self._names = [name for item in self.items.values() for name in _names(item)]
        self._by_three: dict[str, list[int]] = {}
        for at, name in enumerate(self._names):
            for three in name.words.threes:
                self._by_three.setdefault(three, []).append(at)

    def meant(self, text: str) -> list[CatalogueItem]:
        """The products that these words fit best, several if they fit equally well; none if they are about none."""
        words = Words(text)
        if len(words.joined) < _SHORTEST:
            return []
        fits = [(fit, name.product_id) for name in self._near(words) if (fit := _fit(words, name)) is not None]
        best = max((fit for fit, _ in fits), default=None)
        return [self.items[found] for found in dict.fromkeys(found for fit, found in fits if fit == best)]

    def _near(self, words: Words) -> Iterator[_Name]:
        shared = Counter(at for three in words.threes for at in self._by_three.get(three, ()))
        # The share of the name that is there: a long line holds a short name whole.
        ranked = sorted(shared, key=lambda at: (-shared[at] / len(self._names[at].words.threes), at))
        return (self._names[at] for at in ranked[:_LOOKED_AT])


def _names(item: CatalogueItem) -> Iterator[_Name]:
    for text in dict.fromkeys((item.product_id, *item.names.values())):
        words = Words(text)
        if len(words.joined) >= _SHORTEST:
            yield _Name(item.product_id, words, text == item.product_id)


def _fit(line: Words, name: _Name) -> tuple[int, int] | None:
    """How well a name fits a line, the better the higher: all of it, a part of it, mistyped, or shortened."""
    known = name.words
    if line.joined == known.joined or sorted(line.parts) == sorted(known.parts):
        return (4, len(known.joined))
    if _holds(line, name):
        return (3, len(known.joined))
    if not known.numbers - line.numbers and _is_mistyped(line, known):
        return (2, len(known.joined))
    # Only the beginning of a name, in two words or more, still means the product.
    short = len(line.parts) > 1 and set(line.parts) < set(known.parts)
    return (1, -len(known.joined)) if short else None


def _holds(line: Words, name: _Name) -> bool:
    known = name.words
    if len(known.parts) > 1 or name.is_number:
        whole = set(known.parts) <= set(line.parts) or known.joined in line.parts
        return whole or (len(known.joined) > 2 * _SHORTEST and known.joined in line.joined)
    return known.joined in line.parts and len(known.joined) >= _MOST_OF_IT * len(line.joined)


def _is_mistyped(line: Words, known: Words) -> bool:
    if min(len(line.joined), len(known.joined)) > _SHORTEST_MISTYPED and _alike(line.joined, known.joined, _SAME_TEXT):
        return True
    return len(known.parts) > 1 and all(
        any(word == part or (len(word) >= _SHORTEST_MISTYPED and _alike(word, part, _SAME_WORD)) for part in line.parts)
        for word in known.parts
    )


def _alike(one: str, other: str, share: float) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= share and matcher.quick_ratio() >= share and matcher.ratio() >= share
