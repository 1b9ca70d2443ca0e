"""Finding the numbers of invoices in what a payer wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from services.account_mgmt.domain import money
from services.account_mgmt.domain.bank.short_numbers import counts_behind

# Cyrillic letters that look like Latin ones: a payer's keyboard is often left in Ukrainian.
_ALIKE = str.maketrans("АВСЕНІЇКМОРТХУЅЈ", "ABCEHIIKMOPTXYSJ")
_GAP = r"[\s\-\u2010-\u2015\u2212_./\\№#]*"


@lru_cache(maxsize=64)
def _pattern(entity: str) -> re.Pattern[str]:
    letters = _GAP.join(re.escape(character) for character in _latin(entity) if character.isalnum())
    # Zeros at the front may be left out, but only where a sign or space says where the count begins.
    count = rf"(?:{_GAP}(\d{{6,9}})|{_GAP[:-1]}+(\d{{1,5}}))"
    return re.compile(rf"(?<![A-Z0-9]){letters}{_GAP}(20\d\d){count}(?!\d)")


_ORDER_TOKEN = re.compile(r"(?<![\w/-])(\w[\w./-]{1,58}\w)(?![\w/-])")
_DIGITS = 6
_REST = re.compile(r"\s(\d{1,5})(?!\d)")
# Only what is written as these numbers are, with its zeros: anything else may be a day or a sum.
_AND_ANOTHER = re.compile(r"\s*(?:[,;/+&]|(?<=\s)(?:AND|UND|ORAZ|I|TA|EN|ET|Y|E)(?=\s))\s*(0\d{5})(?!\d|[.,]\d)")
_SAYS_ORDER = re.compile(
    r"(?:order|auftrag\w*|bestell\w*|zam[oó]wieni\w*|замовлен\w*|заказ\w*)\W{0,3}(?:no|nr|num\w*|№|#)?\W{0,3}$",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{2,4}")


def orders_in(text: str) -> list[str]:
    """What may be the number of an order in what a payer wrote, in capitals, each once.

    Digits alone are one only behind a word such as `order`: they may as well be a sum or a year.
    """
    found: dict[str, None] = {}
    for match in _ORDER_TOKEN.finditer(text):
        token = match[1]
        if not any(map(str.isdigit, token)) or _DAY.fullmatch(token):
            continue
        if token.isdigit() and not _SAYS_ORDER.search(text[: match.start()]):
            continue
        found[token.upper()] = None
    return list(found)


def _latin(text: str) -> str:
    return text.upper().translate(_ALIKE)


def invoices_in(text: str, entities: Sequence[str]) -> list[str]:
    """Numbers of invoices in their one spelling, each once: `lr 2030 42` is LR-2030-000042."""
    plain = _latin(text)
    found: dict[str, None] = {}
    for entity in entities:
        for match in _pattern(entity).finditer(plain):
            behind = plain[match.end() :]
            for count in (_whole(match[2] or match[3], behind), *_further(behind)):
                found[money.number(entity, "", int(match[1]), int(count))] = None
    return list(found)


def short_in(text: str, entities: Sequence[str]) -> list[tuple[str, ...]]:
    """Numbers that are written in short behind whole ones, place by place: each of them may be meant, or nothing."""
    plain = _latin(text)
    found: dict[tuple[str, ...], None] = {}
    whole = set(invoices_in(text, entities))
    for entity in entities:
        for match in _pattern(entity).finditer(plain):
            behind = plain[match.end() :]
            count = _whole(match[2] or match[3], behind)
            if count != (match[2] or match[3]):
                continue
            for year, counts in counts_behind(behind, int(match[1]), int(count)):
                numbers = tuple(money.number(entity, "", year, one) for one in counts)
                if not whole & set(numbers):
                    found[numbers] = None
    return list(found)


def _whole(count: str, behind: str) -> str:
    """The count with the rest of its six digits, if the bank broke the line within it: `0000 05`."""
    rest = _REST.match(behind) if count.startswith("0") else None
    return count + rest[1] if rest and len(count + rest[1]) == _DIGITS else count


def _further(behind: str) -> Iterator[str]:
    """The counts that a payer wrote behind a number without its beginning: `LR-2026-000005, 000006 + 000007`."""
    at = 0
    while found := _AND_ANOTHER.match(behind, at):
        yield found[1]
        at = found.end()
