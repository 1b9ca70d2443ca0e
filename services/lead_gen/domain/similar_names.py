"""Similar names: company names made comparable, and the blocks within which they are compared."""

from __future__ import annotations

import re

# A pair at or above this share of common trigrams is offered (pg_trgm's own default for "similar" is 0.3, which
# offers every second haulier; 0.6 keeps one typing mistake in a name of eight letters).
SIMILAR = 0.6
BLOCK_LETTERS = 3
# A block with more members is a name that says little; its members are compared with only so many others.
BLOCK_MEMBERS = 200
OFFERS_PER_LEAD = 3

# Resolution 55 of the Cabinet of Ministers of Ukraine (2010); the letter's form inside a word.
_LATIN = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "y",
    "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu",
    "я": "ia", "'": "", "’": "", "ʼ": "", "`": "", "ы": "y", "э": "e", "ё": "io", "ъ": "",
})  # fmt: skip
_LEGAL_FORMS = frozenset({
    "tov", "pp", "fop", "at", "prat", "pat", "vat", "zat", "dp", "kp", "tdv", "vp", "filiia", "llc", "ltd", "inc",
    "corp", "co", "gmbh", "ag", "sa", "srl", "spol", "sro", "zoo", "sp", "plc", "bv", "oy", "as",
})  # fmt: skip
_WORDS = re.compile(r"[^\W_]+")


def plain_name(company: str) -> str:
    """`ТОВ «Вітер-Транс»` and `Viter Trans LLC` -> `viter trans`: one script, no legal form, no marks."""
    words: list[str] = _WORDS.findall(company.casefold().translate(_LATIN))
    return " ".join([word for word in words if word not in _LEGAL_FORMS] or words)


def blocks_of(company: str, city: str | None) -> dict[str, str]:
    """Block -> plain name. Two blocks, so that a mistake at either end of a name still meets its twin.

    Digits belong to the block: `Depot 1` and `Depot 2` are two companies, however similar they look.
    """
    name = plain_name(company)
    letters = re.sub(r"[\W\d_]+", "", name)
    digits = re.sub(r"\D+", "", name)
    place = plain_name(city or "")
    if not letters:
        return {}
    ends = {f"a:{letters[:BLOCK_LETTERS]}", f"z:{letters[-BLOCK_LETTERS:]}"}
    return {f"{place}|{end}|{digits}": name for end in sorted(ends)}
