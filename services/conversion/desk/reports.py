"""Reports of tier 2 for people: stages, reasons, managers, answers and commission, and what they count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.http import Conn, Who, allow
from services.chassis.reports.exports import latest_exports, record_export
from services.chassis.reports.tables import Column, Table, table
from services.chassis.web.door import page_router, web_of
from services.chassis.web.formats import Formats
from services.chassis.web.pages import Reader
from services.chassis.web.report_pages import (
    Ask,
    PeriodQuery,
    ask,
    exports_table,
    place_of,
    read_place,
    report_file,
    report_page,
)
from services.conversion.actions.deal_board import rules_in_force
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.report_pages import list_records, people_called
from services.conversion.desk.report_tables import VIEWS
from services.conversion.desk.report_words import (
    bucket_words,
    entry_words,
    figure_words,
    note_words,
    role_words,
    stage_words,
    whom,
)
from services.conversion.domain.report_records import Figure, Narrowed, RecordRow
from services.conversion.domain.shipped_words import in_words

HERE = "/conversion/desk/reports"
READERS: list[Any] = [allow("supervisor", "ops")]
_AS_OF_NOW = ("open", "overdue")

router: APIRouter = page_router("/desk/reports")


async def _asked(request: Request, conn: Conn, period: Annotated[PeriodQuery, Depends()]) -> Ask:
    return ask(request, period, (await rules_in_force(conn)).zone, HERE)


Asked = Annotated[Ask, Depends(_asked)]
Text = Annotated[str, Query(max_length=300)]


@router.get("", dependencies=READERS)
async def first() -> Response:
    """The first report."""
    return RedirectResponse(f"{HERE}/{VIEWS[0].key}", status_code=303)


@router.get("/exports", dependencies=READERS)
async def taken_out(request: Request, conn: Conn, who: Who, asked: Asked) -> Response:
    """Who took which table out."""
    found = exports_table(asked.words, await latest_exports(conn))
    bar = await desk_bar(conn, who)
    return web_of(request).pages.answer(request, "report_exports.j2", found=found, base=HERE, bar=bar)


@router.get("/records/{figure}", dependencies=READERS)
async def records(
    request: Request, conn: Conn, who: Who, asked: Asked, figure: str, person: Text = "",
    value: Annotated[str | None, Query(max_length=1000)] = None, after: Text = "", back: Text = "",
) -> Response:  # fmt: skip
    """What a figure counts, one by one."""
    if figure not in get_args(Figure):
        raise NotFound("there is no such figure")
    page = await list_records(conn, figure, Narrowed(*asked.during, person or None, value), read_place(after))  # type: ignore[arg-type]
    shown: dict[str, Any] = {
        "found": _table(asked, Reader.of(request).formats(), figure, page.rows, who.role == "supervisor"),
        "total": page.total,
        "more": _more(asked, figure, page.next, person=person, value=value or "", back=back),
    }
    shown |= {"dated": figure not in _AS_OF_NOW, "back": back, "bar": await desk_bar(conn, who)}
    narrowed = await _narrowed(conn, asked, person, value)
    return web_of(request).pages.answer(request, "report_records.j2", asked=asked, narrowed=narrowed, **shown)


@router.get("/{view}", dependencies=READERS)
async def report(request: Request, conn: Conn, who: Who, asked: Asked, view: str) -> Response:
    """One report."""
    return await report_page(request, conn, asked, VIEWS, view, bar=await desk_bar(conn, who))


@router.get("/{view}/{name}.csv", dependencies=READERS)
async def file(request: Request, conn: Conn, who: Who, asked: Asked, view: str, name: str) -> Response:
    """One table as a file; the audit says who took it."""
    return await report_file(request, conn, asked, VIEWS, (view, name), partial(record_export, conn, who.person))


def _more(asked: Ask, figure: str, after: tuple[datetime, str] | None, **kept: str) -> str:
    return asked.records(figure, after=place_of(after), **kept) if after else ""


def _table(asked: Ask, fmt: Formats, figure: str, rows: Sequence[RecordRow], opens: bool) -> Table:
    _ = asked.words
    deal = (lambda one: f"/conversion/desk/deals/{one.deal_id}" if one.deal_id else None) if opens else None
    columns = [
        Column(_("Company"), lambda one: one.company or _("by hand"), "text", href=deal),
        Column(_("When"), "at", "moment"),
        Column(_("Who"), "person", "text"),
        Column(_("What"), lambda one: _note(asked, fmt, figure, one.note), "text"),
    ]
    return table(figure, figure_words(_)[figure], columns, rows)


def _note(asked: Ask, fmt: Formats, figure: str, note: str | None) -> str | None:
    _ = asked.words
    if figure == "entries" and note:
        kind, amount, currency = note.split(" ")
        return f"{entry_words(_).get(kind, kind)}: {fmt.money(Decimal(amount), currency)}"
    return note_words(_).get(note or "", in_words(note, _) if note else note)


async def _narrowed(conn: Connection, asked: Ask, person: str, value: str | None) -> list[str]:
    _ = asked.words
    said = {**stage_words(_), **bucket_words(_)}
    role, colon, currency = (value or "").partition(":")
    words = f"{role_words(_).get(role, role)}, {currency}" if colon else said.get(role, role)
    names = await people_called(conn, [person]) if person else {}
    person = whom(_, names.get(person), role, person) if person else ""
    return [text for text in (person, words) if text]
