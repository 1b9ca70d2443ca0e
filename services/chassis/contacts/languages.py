"""Languages as people write them: names in several languages and codes (CLDR, by Babel)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

_NAMED_IN = ("en", "uk", "pl", "de", "ru", "fr", "es", "it", "ro", "hu", "cs")
_ALSO = {"укр": "uk", "ua": "uk", "рус": "ru", "англ": "en", "нім": "de", "пол": "pl"}
_ABOUT = re.compile(r"\([^()]*\)|\b(?:мова|язык|język|language|sprache)\b")
_SEVERAL = re.compile(r"[,;/|+&]")
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*")


@lru_cache(maxsize=5_000)
def language_of(cell: str) -> str | None:
    """`uk`, `ukr`, `uk-UA`, `Ukrainian`, `українська мова` and `English (US)` as two letters; None for no language.

    Of several the first counts.
    """
    for part in _SEVERAL.split(_ABOUT.sub(" ", cell.lower())):
        text = " ".join(part.split()).strip(" .")
        if found := _names().get(text) or _of_tag(text):
            return found
    return None


def _of_tag(text: str) -> str | None:
    tag = _TAG.fullmatch(text)
    if tag is None:
        return None
    code = get_global("language_aliases").get(tag[1], tag[1])
    return code if len(code) == 2 and code in _codes() else None


@cache
def _codes() -> frozenset[str]:
    return frozenset(Locale("en").languages)


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in reversed(_NAMED_IN):
        found |= {name.lower(): code for code, name in Locale(language).languages.items() if len(code) == 2}
    for code in ("uk", "en", "pl", "de", "ru", "fr", "es", "it", "ro", "hu", "cs", "sk", "lt", "pt", "nl", "tr"):
        found[(Locale(code).languages.get(code) or code).lower()] = code
    return found | _ALSO
