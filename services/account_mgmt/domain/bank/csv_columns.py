"""Which column of a bank's CSV is what: by the headers that banks use, or by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.account_mgmt.domain.bank.csv_headers import HEADERS, MORE_PURPOSE, SOFT_DIRECTION, SOFT_STATE, plain
from services.account_mgmt.domain.bank.csv_text import Line
from services.account_mgmt.domain.bank.transfers import tidy
from services.chassis.imports.cells import FileRefusedError

HEADER_WITHIN: Final = 40
_CODE = re.compile(r"[\(\[,]\s*([A-Z]{3})\s*[\)\]]?\s*$")


@dataclass(frozen=True)
class Columns:
    """Where each field stands, and the rows behind the header.

    `purpose` are all columns that say what the money is for; `currency` is that of the amount's header. With
    `is_told_direction`, the direction is a word for in or out and nothing else; with `is_of_states`, the state is one.
    """

    at: Mapping[str, int]
    rows: Sequence[Line]
    purpose: Sequence[int] = ()
    currency: str = ""
    is_told_direction: bool = True
    is_of_states: bool = True
    header: Sequence[str] = field(default_factory=tuple)


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raises FileRefusedError for a field that does not exist, or when date and amount are not mapped."""
    unknown = sorted(set(mapping) - set(HEADERS))
    if unknown:
        raise FileRefusedError(f"'{unknown[0]}' is not a field; there are {', '.join(HEADERS)}", "mapping")
    if not _enough(mapping):
        raise FileRefusedError("date, and amount or credit, must be mapped", "mapping")


def find(rows: Sequence[Line], mapping: Mapping[str, str] | None) -> Columns | None:
    """The columns by the first line that is a header; banks write a few lines of their own above it. None without."""
    for position, (_, cells) in enumerate(rows[:HEADER_WITHIN]):
        header = [plain(cell) for cell in cells]
        at = _mapped(cells, header, mapping) if mapping else _known(header)
        if _enough(at) and (mapping is None or len(at) == len(mapping)):
            return _columns(at, cells, header, rows[position + 1 :], mapping)
    return None


def by_number(rows: Sequence[Line], mapping: Mapping[str, str]) -> Columns | None:
    """The columns of a file without a header, mapped by their numbers from 1; none if a column is no number."""
    if not all(text.strip().isdecimal() and 0 < int(text) < 1000 for text in mapping.values()):
        return None
    at = {name: int(text) - 1 for name, text in mapping.items()}
    return Columns(at, rows, purpose=[at["purpose"]] if "purpose" in at else [])


def _enough(fields: Mapping[str, object]) -> bool:
    return "date" in fields and ("amount" in fields or "credit" in fields)


def _mapped(cells: Sequence[str], header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    at: dict[str, int] = {}
    for name, wanted in mapping.items():
        exact = [column for column, cell in enumerate(cells) if tidy(cell).lower() == tidy(wanted).lower()]
        alike = [column for column, text in enumerate(header) if text == plain(wanted)]
        if exact or alike:
            at[name] = (exact or alike)[0]
    return at


def _known(header: Sequence[str]) -> dict[str, int]:
    """For every field the column with the best of its headers: a bank often has two dates and three amounts."""
    at: dict[str, int] = {}
    for name, words in HEADERS.items():
        ranks = {word: rank for rank, word in reversed(list(enumerate(words)))}
        ranked = [(ranks[text], column) for column, text in enumerate(header) if text in ranks]
        if ranked:
            at[name] = min(ranked)[1]
    # One column is one thing: the first field that claims it.
    taken: dict[int, str] = {}
    for name, column in at.items():
        taken.setdefault(column, name)
    return {name: column for column, name in taken.items()}


def _columns(
    at: dict[str, int], cells: Sequence[str], header: Sequence[str], rows: Sequence[Line], mapping: object
) -> Columns:
    purpose = [at["purpose"]] if "purpose" in at else []
    if mapping is None:
        used = set(at.values())
        words = {*HEADERS["purpose"], *MORE_PURPOSE}
        purpose += [column for column, text in enumerate(header) if text in words and column not in used]
    code = _CODE.search(cells[at["amount"]]) if "amount" in at else None
    direction = header[at["direction"]] if "direction" in at else ""
    state = header[at["state"]] if "state" in at else ""
    return Columns(
        at,
        rows,
        purpose,
        currency=code[1] if code else "",
        is_told_direction=mapping is not None or direction not in SOFT_DIRECTION,
        is_of_states=mapping is not None or state not in SOFT_STATE,
        header=header,
    )
