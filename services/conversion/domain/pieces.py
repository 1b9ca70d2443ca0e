"""How many pieces of a product a line in free words stands for: `10 x Full truck` is ten of them, at the price of one.

Only what says so plainly counts. A number that belongs to the product's name (`20 t`, `40 ft`), to a date or to a place
is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from services.conversion.domain.product_words import Words
from workflows.contracts.catalogue import CatalogueItem

_IN_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "dozen": 12,
    "twelve": 12, "fifteen": 15, "twenty": 20, "fifty": 50, "hundred": 100, "два": 2, "дві": 2, "три": 3, "чотири": 4,
    "п'ять": 5, "шість": 6, "сім": 7, "вісім": 8, "дев'ять": 9, "десять": 10, "двадцять": 20, "п'ятдесят": 50,
    "сто": 100, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "zehn": 10, "zwanzig": 20, "dwa": 2, "dwie": 2, "trzy": 3,
    "cztery": 4, "pięć": 5, "dziesięć": 10, "dwadzieścia": 20,
}  # fmt: skip
_UNITS = (
    r"(?:pcs?|pieces?|units?|items?|times|trips?|runs?|loads?|lots?|шт(?:ук[иа]?)?|од(?:иниць|иниці)?|раз(?:ів|и)?"
    r"|рейс(?:ів|и|а)?|поїздок|поїздки|stk|stück|mal|fahrten|szt(?:uk|uki)?|kurs(?:ów|y)?|razy)"
)
_NUMBER = r"(\d{1,6})"
_TIMES = r"(?:x|х|×|\*|@)"
_SAID = re.compile(
    rf"(?<![\w.,-]){_NUMBER}\s?{_TIMES}(?!\w*\d)|{_TIMES}\s?{_NUMBER}(?![\w.,]*\d)|(?<![\w.,-]){_NUMBER}\s?{_UNITS}\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"(?<![\w.,-]){_NUMBER}\s+([^\W\d_]+)")


def pieces_in(text: str, item: CatalogueItem) -> int:
    """The number of pieces that a text names; 1 if it names none."""
    plain = re.sub(r"[^\W\d_']+(?:'[^\W\d_]+)?", _as_number, text.casefold().replace("\u2019", "'"))
    names = [Words(name) for name in (item.product_id, *item.names.values())]
    of_the_name = {part for name in names for part in name.numbers}
    said = [int(next(filter(None, found.groups()))) for found in _SAID.finditer(plain)]
    before = [number for number in _before_the_name(plain, names, item.unit) if str(number) not in of_the_name]
    return max([1, *said, *before])


def _as_number(word: re.Match[str]) -> str:
    return str(_IN_WORDS.get(word.group(), word.group()))


def _before_the_name(text: str, names: Sequence[Words], unit: str) -> Iterator[int]:
    units = set(Words(unit).parts)
    beginnings = {part[:4] for name in names for part in name.parts if len(part) > 2}
    for found in _BEFORE.finditer(text):
        [word] = Words(found.group(2)).parts[:1] or [""]
        if word in units or (len(word) > 2 and word[:4] in beginnings):
            yield int(found.group(1))
