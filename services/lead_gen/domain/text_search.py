"""Text search: words folded to one spelling, found by their beginnings, and mistyped ones by similarity.

The rules are here and not in the database, because what a server takes for a letter depends on its locale, and in
"C" it neither folds nor compares Cyrillic ones.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

MAX_QUERY_WORDS = 10
SIMILAR = 0.3
"""The similarity (shared trigrams over all trigrams) from which on a mistyped word is taken for another."""

_APOSTROPHES = re.compile("['’ʼ`´′]")
_WORD = re.compile(r"[^\W_]+")
_SNIPPET = 160


def words(text: str) -> list[str]:
    """The words of a text in order, in lower case and one spelling: `Об’єкт` and `об'єкт` are both `обєкт`."""
    return _WORD.findall(_APOSTROPHES.sub("", unicodedata.normalize("NFC", text).casefold()))


def query(found: Sequence[str], weight: str = "") -> str:
    """A tsquery that wants every one of these words to begin a word; `weight` A wants it in the title."""
    return " & ".join(f"'{word}':*{weight}" for word in found)


def trigrams(word: str) -> set[str]:
    """Runs of three letters, with two blanks before the word and one behind it."""
    padded = f"  {word} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def similarity(one: str, other: str) -> float:
    """Shared trigrams over all trigrams of two words: 1 for the same, 0 for nothing in common."""
    left, right = trigrams(one), trigrams(other)
    return len(left & right) / len(left | right)


def meant(word: str, vocabulary: Iterable[str]) -> str | None:
    """The word of the vocabulary that a mistyped word or beginning resembles most; none if nothing does."""
    best = max(vocabulary, key=lambda known: (_best_similarity(word, known), known), default=None)
    return best if best is not None and _best_similarity(word, best) >= SIMILAR else None


def _best_similarity(word: str, known: str) -> float:
    return max(similarity(word, known), similarity(word, known[: len(word)]))


def snippet(text: str, found: Sequence[str]) -> str:
    """The part of a text around the first word found, as HTML: `<mark>` around what was found, the rest escaped."""
    spans = [match.span() for match in re.finditer(r"[^\W_'’ʼ`´′]+(?:['’ʼ`´′][^\W_'’ʼ`´′]+)*", text)]
    hits = [span for span in spans if any(w.startswith(tuple(found)) for w in words(text[slice(*span)]))]
    start = max(0, hits[0][0] - _SNIPPET // 3) if hits else 0
    # Nothing is cut in the middle of a word.
    start = next((left for left, right in spans if right > start), 0) if start else 0
    end = max((right for _, right in spans if right <= start + _SNIPPET), default=len(text))
    if end + 1 >= len(text.rstrip()):
        end = len(text)
    parts, at = ["… " if start else ""], start
    for left, right in hits:
        if right <= end:
            parts += [html.escape(text[at:left]), "<mark>", html.escape(text[left:right]), "</mark>"]
            at = right
    return "".join([*parts, html.escape(text[at:end]), " …" if end < len(text) else ""])
