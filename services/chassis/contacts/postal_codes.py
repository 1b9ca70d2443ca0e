"""Postal codes: whether one can be right in its country, by the patterns of the Universal Postal Union's members."""

from __future__ import annotations

import re

# 9 stands for a digit, A for a letter; several spellings with a bar between.
_SHAPES = {
    "AT": "9999", "BE": "9999", "BG": "9999", "CH": "9999", "CY": "9999", "CZ": "999 99", "DE": "99999",
    "DK": "9999", "EE": "99999", "ES": "99999", "FI": "99999", "FR": "99999", "GR": "999 99", "HR": "99999",
    "HU": "9999", "IT": "99999", "LI": "9999", "LT": "99999", "LU": "9999", "LV": "9999", "MD": "9999",
    "NL": "9999 AA", "NO": "9999", "PL": "99-999", "PT": "9999-999", "RO": "999999", "RS": "99999|999999",
    "SE": "999 99", "SI": "9999", "SK": "999 99", "TR": "99999", "UA": "99999", "US": "99999|99999-9999",
    "CA": "A9A 9A9", "GE": "9999", "KZ": "999999",
}  # fmt: skip
_ANY = re.compile(r"[A-Z0-9](?:[A-Z0-9 -]{0,10}[A-Z0-9])?")
_LETTERS = re.compile(r"^[A-Z]{1,2}-")


def postal_code_in(text: str, country: str) -> str | None:
    """The code as the country writes it (`00950` in PL -> `00-950`); None for one that cannot be right."""
    tidy = " ".join(text.upper().split())
    shapes = _SHAPES.get(country)
    if shapes is None:
        return tidy if _ANY.fullmatch(tidy) else None
    # Letters of the country before it, as in D-10115 and LV-1010, belong to no code.
    plain = re.sub(r"[\s-]", "", _LETTERS.sub("", tidy) if country != "GB" else tidy)
    for shape in shapes.split("|"):
        if _fits(plain, re.sub(r"[\s-]", "", shape)):
            return _spelt(plain, shape)
    return None


def shape_of(country: str) -> str | None:
    """What a code of this country looks like, such as `99-999`; None where any will do."""
    shapes = _SHAPES.get(country)
    return shapes.partition("|")[0] if shapes else None


def _fits(text: str, shape: str) -> bool:
    return len(text) == len(shape) and all(
        ch.isascii() and (ch.isdigit() if kind == "9" else ch.isalpha()) for ch, kind in zip(text, shape, strict=True)
    )


def _spelt(text: str, shape: str) -> str:
    letters = iter(text)
    return "".join(next(letters) if kind in "9A" else kind for kind in shape)
