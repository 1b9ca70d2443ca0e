"""Pages of reports, the same in every tier: period and comparison, tables with pictures, the records behind a figure,
and files. A tier says which tables there are, and what counts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.numbers import get_decimal_symbol
from fastapi import Query, Request
from starlette.responses import Response

from services.chassis.db import Connection
from services.chassis.errors import Invalid, NotFound
from services.chassis.listed import Part
from services.chassis.reports.periods import Choice, choose
from services.chassis.reports.tables import Column, Table, as_csv, table
from services.chassis.web.door import web_of
from services.chassis.web.pages import Reader
from services.chassis.web.site import words_for

Words = Callable[[str], str]
Said = Callable[[Words], str]
"""Something said in the reader's words."""
Moments = tuple[datetime, datetime]


_ROWS: Final = 50
"""Rows of a table on a page; a file has them all, and so do the sums at its foot."""


class PeriodQuery:
    """The period as a page's address says it: a short name, or two days; and which page of its tables."""

    def __init__(
        self,
        span: Annotated[str, Query(max_length=12)] = "",
        first: Annotated[str, Query(alias="from", max_length=10)] = "",
        last: Annotated[str, Query(alias="to", max_length=10)] = "",
        page: Annotated[int, Query(ge=0, le=100_000)] = 0,
    ) -> None:
        self.asked = (span, first, last)
        self.page = page


@dataclass(frozen=True)
class Ask:
    """What a report is asked for: the period, what it is narrowed to, in which language, and where its pages are.

    `page` of tables that are long; nought for the first.
    """

    choice: Choice
    words: Words
    base: str
    filters: Mapping[str, str] = field(default_factory=dict)
    view: str = ""
    page: int = 0

    @property
    def during(self) -> Moments:
        """The period."""
        return self.choice.span.start, self.choice.span.end

    @property
    def before(self) -> Moments:
        """The one before, as far as it compares."""
        return self.choice.span.comparable

    def query(self, **more: str) -> str:
        """The same period and filters, with more."""
        span = self.choice.span
        days = {"from": span.first.isoformat(), "to": span.last.isoformat()}
        chosen = {"span": self.choice.preset} if self.choice.preset else days
        return urlencode({name: value for name, value in {**chosen, **self.filters, **more}.items() if value})

    def with_span(self, preset: str) -> str:
        """The same with another period."""
        return urlencode({"span": preset, **self.filters})

    def to(self, figure: str, **by: str) -> Callable[[Any], str | None]:
        """Where the records of a figure are: `by` names a filter and the field of the record that it is given."""

        def href(record: Any) -> str | None:
            given = {name: getattr(record, source) for name, source in by.items()}
            if any(value is None for value in given.values()):
                return None
            return self.records(figure, **{name: str(value) for name, value in given.items()})

        return href

    @cached_property
    def _here(self) -> str:
        return f"{self.view}?{self.query(page=str(self.page or ''))}"

    def records(self, figure: str, **more: str) -> str:
        """The address of the records of this figure."""
        # Days and not the short name: a list that stands open over midnight still holds what the figure counted.
        span = self.choice.span
        days = {"from": span.first.isoformat(), "to": span.last.isoformat()}
        back = {"back": self._here} if self.view else {}
        given = {name: value for name, value in {**days, **self.filters, **back, **more}.items() if value}
        return f"{self.base}/records/{figure}?{urlencode(given)}"


def ask(
    request: Request, period: PeriodQuery, zone: ZoneInfo, base: str, filters: Mapping[str, str] | None = None
) -> Ask:
    """What the address asks for."""
    choice = choose(*period.asked, zone, datetime.now(UTC))
    narrowed = {name: value for name, value in (filters or {}).items() if value}
    return Ask(choice, words_for(request), base, narrowed, page=period.page)


@dataclass(frozen=True)
class View:
    """One report: its name in addresses and on its tab, what it answers, and how its tables are made.

    `beside` is where another tier's part of it is, which the browser fetches by itself.
    """

    key: str
    title: Said
    says: Said
    tables: Callable[[Connection, Ask], Awaitable[Sequence[Table]]]
    compared: bool = True
    dated: bool = True
    beside: str = ""


def place_of(place: tuple[datetime, str] | None) -> str:
    """A place in a list, as addresses carry it; empty for none."""
    return f"{place[0].isoformat()}_{place[1]}" if place else ""


def read_place(text: str) -> tuple[datetime, str] | None:
    """The place that an address names. Raises Invalid for one that somebody has changed."""
    if not text:
        return None
    at, _, one = text.partition("_")
    try:
        moment, found = datetime.fromisoformat(at), str(UUID(one))
    except ValueError:
        raise Invalid("this page of the list is not known; begin again at its top", field="after") from None
    if moment.tzinfo is None:
        raise Invalid("this page of the list is not known; begin again at its top", field="after")
    return moment, found


def view_of(views: Sequence[View], key: str) -> View:
    """The report of this name; without one, the first. Raises NotFound."""
    for one in views:
        if key in {one.key, ""}:
            return one
    raise NotFound("there is no such report")


async def report_page(
    request: Request, conn: Connection, asked: Ask, views: Sequence[View], key: str, **context: Any
) -> Response:
    """A report with its tabs; long tables in parts."""
    view = view_of(views, key)
    asked = replace(asked, view=view.key)
    tables = await view.tables(conn, asked)
    return web_of(request).pages.answer(
        request,
        "report.j2",
        asked=asked,
        views=views,
        view=view,
        tables=[(one, Part.of(one.rows, asked.page, _ROWS)) for one in tables],
        words=asked.words,
        faults=asked.choice.faults,
        beside=f"{view.beside}?{asked.query()}" if view.beside else "",
        **{"selects": [], **context},
    )


def exports_table(_: Words, lines: Sequence[Any]) -> Table:
    """Who took which table out."""
    columns = [
        Column(_("When"), "at", "moment"),
        Column(_("Who"), "by", "text"),
        Column(_("What"), lambda one: getattr(one, "report", None) or one.facts.get("report") or _("leads"), "text"),
        Column(_("Narrowed to"), lambda one: _facts(one.facts), "text"),
        Column(_("Rows"), "rows"),
    ]
    return table("exports", _("Who took tables out"), columns, lines)


def _facts(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(facts.items()) if name != "report")


Record = Callable[[str, Mapping[str, Any], int], Awaitable[None]]
"""Writes down that somebody took a table out: the report, what it was narrowed to, and how many rows."""


async def report_file(
    request: Request, conn: Connection, asked: Ask, views: Sequence[View], name: tuple[str, str], record: Record
) -> Response:
    """One table of a report as a file; it is written down before it is handed out. Raises NotFound."""
    view = view_of(views, name[0])
    found = next((one for one in await view.tables(conn, asked) if one.key == name[1]), None)
    if found is None:
        raise NotFound("there is no such table")
    span = asked.choice.span
    facts = {"from": span.first.isoformat(), "to": span.last.isoformat(), **asked.filters}
    await record(f"{view.key}/{found.key}", facts, len(found.rows))
    comma = get_decimal_symbol(Reader.of(request).formats().locale)
    file = f"{view.key}-{found.key}_{span.first}_{span.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    content = as_csv(found, comma=comma, words=asked.words)
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
