"""Names of companies: made comparable, and whether two may be one company's."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

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


# Of two names that differ by less, one is a slip of the pen (Levenshtein, per cent).
_SLIP = 88
_FORMS_TOO = frozenset(
    {"z", "o", "kg", "ug", "ek", "ohg", "kft", "bt", "sl", "sas", "sarl", "spa", "nv", "ab", "oü", "ev"}
)


@lru_cache(maxsize=50_000)
def _words(company: str) -> frozenset[str]:
    words = plain_name(company).replace("ß", "ss").split()
    return frozenset([word for word in words if word not in _FORMS_TOO] or words)


@lru_cache(maxsize=50_000)
def alike(one: str, other: str) -> bool:
    """Whether two names may be those of one company: the same words but for the legal form, all of the shorter one's
    in the longer one's, or the same letters but for a slip. `Depot 1` is not `Depot 2`.
    """
    mine, theirs = _words(one), _words(other)
    if mine <= theirs or theirs <= mine:
        return True
    first, second = "".join(sorted(mine)), "".join(sorted(theirs))
    if re.sub(r"\D", "", first) != re.sub(r"\D", "", second):
        return False
    return fuzz.ratio(plain_name(one).replace(" ", ""), plain_name(other).replace(" ", "")) >= _SLIP
