"""Finding the numbers of invoices in what a payer wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from services.account_mgmt.domain import money

# Cyrillic letters that look like Latin ones: a payer's keyboard is often left in Ukrainian.
_ALIKE = str.maketrans("АВСЕНІЇКМОРТХУЅЈ", "ABCEHIIKMOPTXYSJ")
_GAP = r"[\s\-\u2010-\u2015\u2212_./\\№#]*"


@lru_cache(maxsize=64)
def _pattern(entity: str) -> re.Pattern[str]:
    letters = _GAP.join(re.escape(character) for character in _latin(entity) if character.isalnum())
    # Zeros at the front may be left out, but only where a sign or space says where the count begins.
    count = rf"(?:{_GAP}(\d{{6,9}})|{_GAP[:-1]}+(\d{{1,5}}))"
    return re.compile(rf"(?<![A-Z0-9]){letters}{_GAP}(20\d\d){count}(?!\d)")


def _latin(text: str) -> str:
    return text.upper().translate(_ALIKE)


def invoices_in(text: str, entities: Sequence[str]) -> list[str]:
    """Numbers of invoices in their one spelling, each once: `lr 2030 42` is LR-2030-000042."""
    plain = _latin(text)
    found: dict[str, None] = {}
    for entity in entities:
        for match in _pattern(entity).finditer(plain):
            found[money.number(entity, "", int(match[1]), int(match[2] or match[3]))] = None
    return list(found)
