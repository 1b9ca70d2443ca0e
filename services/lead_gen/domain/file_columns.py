"""The columns of a file that is about to be imported: what each is taken for, with what its first rows hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.chassis.errors import Invalid
from services.chassis.records import Record
from services.lead_gen.domain.header_cells import likely_by_cells
from services.lead_gen.domain.import_file import (
    FIELDS,
    MANY,
    UnknownHeaderError,
    base_of,
    choose_mapping,
    is_enough,
    numbered,
    sure_columns,
)

SAMPLE_ROWS = 4
"""So many rows show what a column holds."""
MOST_SHOWN = 150
"""Nobody reads more columns than that; those behind it are left out unless they were understood."""


class FileDraft(Record):
    """A file that was chosen and is not imported yet. `mapping`: field -> number of its column; `rows`: its first ones.

    `tried` is the last dry run.
    """

    id: str
    filename: str
    default_region: str
    format: str
    encoding: str
    delimiter: str
    header: list[str]
    rows: list[list[str]]
    expected_rows: int | None
    mapping: dict[str, int]
    tried: str | None
    created_by: str
    created_at: datetime


class FileColumn(Record):
    """One column with its first cells. `field` is what it is taken for, or nothing; `doubtful`: by likeness alone."""

    place: int
    name: str
    cells: list[str]
    field: str
    doubtful: bool


def understood(header: Sequence[str], rows: Sequence[Sequence[str]], region: str) -> dict[str, int]:
    """Field -> column as far as the names of the columns, or else what stands in them, say it; it may not be enough."""
    names = list(header)
    try:
        return choose_mapping(names, "auto", proposals=True)
    except UnknownHeaderError as unknown:
        return likely_by_cells(names, unknown.columns, [list(row) for row in rows], region)


def columns_of(draft: FileDraft) -> list[FileColumn]:
    """The columns that a person looks at, in the order of the file."""
    fields = {column: base_of(name) for name, column in draft.mapping.items()}
    # Whoever has tried the file has seen what was taken on likeness.
    sure = set(range(len(draft.header))) if draft.tried else sure_columns(draft.header)
    guess = set(understood(draft.header, draft.rows, draft.default_region).values()) - sure
    found = []
    for place, name in enumerate(draft.header):
        cells = [row[place] if place < len(row) else "" for row in draft.rows[:SAMPLE_ROWS]]
        if place < MOST_SHOWN or place in fields:
            field = fields.get(place, "")
            doubtful = bool(field) and place in guess
            found.append(FileColumn(place=place, name=name, cells=cells, field=field, doubtful=doubtful))
    return found


def mapping_of_choices(draft: FileDraft, chosen: Mapping[int, str]) -> dict[str, int]:
    """Field -> column, by what a person says of each column; columns they were not shown stay as they were.

    Raises Invalid about the `column-N` that takes what another one is, or about `columns` if no lead can be made.
    """
    said = {column: base_of(name) for name, column in draft.mapping.items()} | dict(chosen)
    mapping: dict[str, int] = {}
    for place in sorted(said):
        field = said[place]
        if not field or place >= len(draft.header):
            continue
        if field not in FIELDS:
            raise Invalid("There is no such field", field=f"column-{place}")
        if field in mapping and field not in MANY:
            other = draft.header[mapping[field]]
            raise Invalid(f"“{other}” is that already: choose one of the two", field=f"column-{place}")
        mapping[numbered(field, mapping)] = place
    check_enough(mapping)
    return mapping


def check_enough(mapping: Mapping[str, int]) -> None:
    """Raises Invalid about `columns` unless leads can be made: somebody's name, and a number."""
    named, reachable = is_enough(mapping)
    if not named:
        raise Invalid("Say which column names the company, or the person", field="columns")
    if not reachable:
        raise Invalid("Say which column holds the phone numbers: a lead without one cannot be called", field="columns")
