"""Tables of a report: made once of records, read on a page by people and in a file by their spreadsheets.

Each figure may lead to the records that it counts (`href`) and stand beside what it was before (`was`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from services.chassis.imports.cells import neutralise
from services.chassis.statistics import wilson

Kind = Literal["text", "number", "decimal", "percent", "points", "minutes", "days", "money", "day", "month", "moment"]
Plain = str | int | float | Decimal | date | timedelta | None
ENOUGH = 20
"""Fewer trials say nothing of a share."""
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it, Excel reads a file of UTF-8 as one of its country's old encoding."""


@dataclass(frozen=True)
class Share:
    """A part of a whole with its 95 % interval, or a difference of two; `few`: there is too little to tell."""

    mean: float
    low: float
    high: float
    few: bool = False


Value = Plain | Share


@dataclass(frozen=True)
class Column:
    """What stands in a column: `value` of a record, or its field; `href` is where the figure's records are.

    `picture` draws it beside the number: a bar, a centred bar of a funnel, an interval (on a scale up to `most`). With
    `compared`, what it was before stands below.
    """

    text: str
    value: str | Callable[[Any], Value]
    kind: Kind = "number"
    href: Callable[[Any], str | None] | None = None
    picture: Literal["", "bar", "funnel", "interval"] = ""
    compared: bool = False
    most: float = 1.0
    currency: Callable[[Any], str | None] | None = None

    def of(self, record: Any) -> Value:
        """The value of this record."""
        found: Value = getattr(record, self.value) if isinstance(self.value, str) else self.value(record)
        return found


@dataclass(frozen=True)
class Cell:
    """One value as it stands in its column; `share` is its part of the largest, for the picture."""

    value: Value
    href: str | None = None
    was: Value = None
    currency: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class Point:
    """One point of a line: what it is called, or which day it is, and how high it is."""

    text: str | date
    value: float


@dataclass(frozen=True)
class Line:
    """One line of a picture, by its name or its month; the first is drawn strong."""

    text: str | date
    points: Sequence[Point]
    percent: bool = False


@dataclass(frozen=True)
class Table:
    """A table under its title; `key` names it in addresses. `note` says how to read it, `lines` are drawn above."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    lines: Sequence[Line] = ()
    total: Sequence[Cell] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        """Is there nothing to show?"""
        return not self.rows


def table(
    key: str,
    title: str,
    columns: Sequence[Column],
    records: Sequence[Any],
    *,
    before: Mapping[Any, Any] | None = None,
    by: Callable[[Any], Any] = lambda record: record,
    total: Any = None,
    **more: Any,
) -> Table:
    """The table of these records; `before` has the records of the period before, each under its `by`."""
    earlier = before or {}
    rows = [
        [_cell(column, one, earlier.get(by(one)) if earlier else None, bool(earlier)) for column in columns]
        for one in records
    ]
    summed = [_cell(column, total, None, compared=False) for column in columns] if total is not None else ()
    return Table(key=key, title=title, columns=_scaled(columns, rows), rows=_drawn(columns, rows), total=summed, **more)


def _scaled(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[Column]:
    """Intervals of one column are drawn on one scale."""
    ends = [[_size(row[place].value) for row in rows] for place in range(len(columns))]
    return [replace(one, most=max(found, default=0.0) or 1.0) for one, found in zip(columns, ends, strict=True)]


def _cell(column: Column, record: Any, was: Any, compared: bool) -> Cell:
    value = column.of(record)
    earlier = column.of(was) if compared and column.compared and was is not None else None
    if compared and column.compared and was is None and isinstance(value, int):
        earlier = 0
    return Cell(
        value=value,
        href=column.href(record) if column.href and value not in {None, 0} else None,
        was=earlier,
        currency=(column.currency(record) or "") if column.currency else "",
    )


def _drawn(columns: Sequence[Column], rows: list[list[Cell]]) -> list[list[Cell]]:
    """With each drawn figure's part of the largest in its column."""
    for place, column in enumerate(columns):
        if column.picture:
            most = max((_size(row[place].value) for row in rows), default=0.0) or 1.0
            for row in rows:
                row[place] = replace(row[place], share=_size(row[place].value) / most)
    return rows


def _size(value: Value) -> float:
    if isinstance(value, Share):
        return max(abs(value.low), abs(value.high)) if value.low < 0 else value.high
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, int | float | Decimal) else 0.0


def share_of(part: int, whole: int) -> Share | None:
    """A part of a whole with Wilson's interval; none of nothing."""
    interval = wilson(part, whole)
    return None if interval is None else Share(part / whole, *interval, few=whole < ENOUGH)


def as_csv(found: Table, *, comma: str, words: Callable[[str], str]) -> str:
    """The table as a file for spreadsheets, with the reader's decimal mark.

    Where numbers have a comma, spreadsheets expect a semicolon between cells. A text that they would run is disarmed.
    """
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if comma == "," else ",")
    _ = words
    head: list[str] = []
    for one in found.columns:
        head += [_head(one, _), *([_("%(column)s, before") % {"column": one.text}] if one.compared else [])]
        head += [_("from"), _("to")] if one.picture == "interval" else []
        head += [_("currency")] if one.currency else []
    writer.writerow([neutralise(text) for text in head])
    for row in [*found.rows, *([found.total] if found.total else [])]:
        writer.writerow(
            [text for one, cell in zip(found.columns, row, strict=True) for text in _texts(one, cell, comma)]
        )
    return BOM + file.getvalue()


def _head(column: Column, words: Callable[[str], str]) -> str:
    _ = words
    unit = {"percent": _("%"), "points": _("points"), "minutes": _("minutes"), "days": _("days")}.get(column.kind)
    return f"{column.text}, {unit}" if unit else column.text


def _texts(column: Column, cell: Cell, comma: str) -> list[str]:
    found = [_written(cell.value, column.kind, comma)]
    if column.compared:
        found.append(_written(cell.was, column.kind, comma))
    if column.picture == "interval":
        ends = (cell.value.low, cell.value.high) if isinstance(cell.value, Share) else (None, None)
        found += [_written(one, column.kind, comma) for one in ends]
    return [*found, *([neutralise(cell.currency)] if column.currency else [])]


def _written(value: Value, kind: Kind, comma: str) -> str:
    """A value as a spreadsheet takes it for a number or a day; a text that it would run begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, Share):
        value = value.mean
    if isinstance(value, str):
        return neutralise(value)
    if isinstance(value, date | datetime):
        return value.isoformat()[:10]
    if isinstance(value, timedelta):
        value = value.total_seconds() / (86_400 if kind == "days" else 60)
    if kind in {"percent", "points"}:
        value = float(value) * 100
    text = str(value) if isinstance(value, int) else f"{value:.2f}"
    return text.replace(".", comma)
