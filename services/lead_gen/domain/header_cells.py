"""What the cells of a file say of columns whose names say nothing: only proposed, never taken for sure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from services.chassis.contacts import phones

# So many of the filled cells of a column must be numbers.
_MOST = 0.7
PHONES = frozenset({"phone", "mobile", "other_phone"})


def by_cells(header: list[str], columns: Mapping[str, int], rows: list[list[str]], region: str) -> str:
    """How to get a file taken whose header is unknown: the mapping that would probably do, or what is missing."""
    if any(phones.read_cell(name, region)[0] for name in header):
        return "Its first row seems to be a lead: put the names of the columns above it"
    proposal = likely_by_cells(header, columns, rows, region)
    if not _has_numbers(proposal):
        return (
            "No column has phone numbers, and a lead without one cannot be called. "
            'If there is one, give your own mapping, such as {"company": "...", "phone": "..."}'
        )
    if "company" not in proposal:
        return 'Give your own mapping, such as {"company": "...", "phone": "..."}'
    named = json.dumps({field: header[column] for field, column in proposal.items()}, ensure_ascii=False)
    return f"If this is right, send it as the mapping, or try it as a dry run: {named}"


def likely_by_cells(
    header: list[str], columns: Mapping[str, int], rows: list[list[str]], region: str
) -> dict[str, int]:
    """The columns that are known, with what the cells say of a number and a company where the names do not."""
    proposal = dict(columns)
    if not _has_numbers(proposal):
        numbers = [at for at in range(len(header)) if at not in columns.values() and _are_numbers(rows, at, region)]
        if not numbers:
            return proposal
        proposal["phone"] = numbers[0]
    if "company" not in proposal and (name := _names(header, proposal, rows)) is not None:
        proposal["company"] = name
    return proposal


def _has_numbers(columns: Mapping[str, int]) -> bool:
    return bool(PHONES & {name.rpartition("_2")[0] or name for name in columns})


def _filled(rows: list[list[str]], column: int) -> list[str]:
    return [row[column] for row in rows if column < len(row) and row[column].strip()]


def _are_numbers(rows: list[list[str]], column: int, region: str) -> bool:
    cells = _filled(rows, column)
    return bool(cells) and sum(bool(phones.read_cell(cell, region)[0]) for cell in cells) >= _MOST * len(cells)


def _names(header: list[str], taken: Mapping[str, int], rows: list[list[str]]) -> int | None:
    """The first column of words that differ from row to row."""
    for column in range(len(header)):
        cells = _filled(rows, column)
        words = [cell for cell in cells if sum(map(str.isalpha, cell)) * 2 > len(cell) and "@" not in cell]
        if (
            column not in taken.values()
            and len(words) >= _MOST * max(len(cells), 1)
            and len(set(words)) == len(words) > 0
        ):
            return column
    return None
