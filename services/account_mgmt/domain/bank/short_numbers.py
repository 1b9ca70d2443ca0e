"""Numbers of invoices that a payer wrote in short behind a whole one: `LR-2026-5/6`, `LR-2026-000005, 6 und 7`, `5-7`.

A few digits may be anything else as well: a day, a sum, a count of pieces. So these are only what may be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# The words of payers in capitals, with Latin letters where Cyrillic ones look like them.
_WORDS: Final = r"AND|UND|U\.|ORAZ|I|TA|EN|ET|Y|E|ED|A|OG|OCH|JA|\u0419"
_TO_WORDS: Final = r"BIS|TO|TILL|THROUGH|DO|\u0414O|\u041fO|T/M|TOT|AU|\u00c0|AL|HASTA|A\u017d|TIL"
_AND: Final = rf"[,;/+&]|(?<=\s)(?:{_WORDS})(?=\s)"
_TO: Final = rf"[-\u2010-\u2015\u2212]|\.\.+|\u2026|(?<=\s)(?:{_TO_WORDS})(?=\s)"
_NUMBER: Final = r"(?:NR\.?|NO\.?|N°|№|#|-)?\s*(?:(20\d\d)[-/])?(\d{1,6})"
# Not a day, a sum, a share or so many of something.
_ENDS: Final = (
    r"(?![\d%€£$₴]|[.,/]\d|\s*(?:UAH|EUR|USD|GBP|PLN|CZK|CHF|ГРН|ЗЛ|ZŁ|STK|STÜCK|SZT|PCS|ШТ|KG|КГ|%|€|£|\$|₴))"
)
_FURTHER = re.compile(rf"\s*(?:(?P<and>{_AND})|(?P<to>{_TO}))\s*{_NUMBER}{_ENDS}")
_MOST: Final = 30
"""So many invoices a range names at most; a longer one is something else."""
Meant = tuple[int, tuple[int, ...]]
"""A year, and the counts that one place may mean."""


def counts_behind(text: str, year: int, count: int) -> Iterator[Meant]:
    """What is written in short behind the number of this year and count, place by place; ranges in full.

    `125/26` may mean 26, and may mean 126.
    """
    at, last = 0, count
    while found := _FURTHER.match(text, at):
        digits, its_year = found[4], int(found[3] or year)
        alike = int(str(last)[: -len(digits)] + digits) if len(digits) < len(str(last)) else int(digits)
        if found["to"]:
            end = next((one for one in (int(digits), alike) if last < one <= last + _MOST), None)
            if end is None or its_year != year:
                return
            yield from ((year, (one,)) for one in range(last + 1, end + 1))
            last = end
        else:
            yield its_year, tuple(dict.fromkeys((int(digits), alike)))
            last, year = int(digits) if int(digits) >= last else alike, its_year
        at = found.end()
