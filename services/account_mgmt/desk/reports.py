"""Reports of tier 3 for people: reminders, churn, orders, cross-sell, late money, portfolios, and what they count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.report_pages import list_records
from services.account_mgmt.desk.places import customer_path
from services.account_mgmt.desk.report_tables import VIEWS
from services.account_mgmt.desk.report_words import age_words, figure_words, outcome_words, source_words, state_words
from services.account_mgmt.domain.report_records import Figure, Narrowed, RecordRow
from services.account_mgmt.repository import account_managers
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.http import Conn, Who, allow
from services.chassis.reports.exports import latest_exports, record_export
from services.chassis.reports.tables import Column, Table, table
from services.chassis.web.door import page_router, web_of
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

HERE = "/accounts/desk/reports"
READERS: list[Any] = [allow("supervisor", "ops")]
_AS_OF_NOW = ("customers", "at_risk", "owed", "late_of")

router: APIRouter = page_router("/desk/reports")


async def _asked(request: Request, conn: Conn, period: Annotated[PeriodQuery, Depends()]) -> Ask:
    return ask(request, period, (await policies.rules(conn)).zone, HERE)


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
    bar = await read_bar(conn, who, datetime.now(UTC))
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
        "found": _table(asked, figure, page.rows, who.role == "supervisor"),
        "total": page.total,
        "more": _more(asked, figure, page.next, person=person, value=value or "", back=back),
    }
    shown |= {"dated": figure not in _AS_OF_NOW, "back": back, "bar": await read_bar(conn, who, datetime.now(UTC))}
    narrowed = await _narrowed(conn, asked, person, value)
    return web_of(request).pages.answer(request, "report_records.j2", asked=asked, narrowed=narrowed, **shown)


@router.get("/{view}", dependencies=READERS)
async def report(request: Request, conn: Conn, who: Who, asked: Asked, view: str) -> Response:
    """One report."""
    return await report_page(request, conn, asked, VIEWS, view, bar=await read_bar(conn, who, datetime.now(UTC)))


@router.get("/{view}/{name}.csv", dependencies=READERS)
async def file(request: Request, conn: Conn, who: Who, asked: Asked, view: str, name: str) -> Response:
    """One table as a file; the audit says who took it."""
    return await report_file(request, conn, asked, VIEWS, (view, name), partial(record_export, conn, who.person))


def _more(asked: Ask, figure: str, after: tuple[datetime, str] | None, **kept: str) -> str:
    return asked.records(figure, after=place_of(after), **kept) if after else ""


def _table(asked: Ask, figure: str, rows: Sequence[RecordRow], opens: bool) -> Table:
    _ = asked.words
    known = {**outcome_words(_), **state_words(_), "import": source_words(_)["import"]}
    columns = [
        Column(_("Customer"), "company", "text", href=(lambda one: customer_path(one.customer_id)) if opens else None),
        Column(_("When"), "at", "moment"),
        Column(_("Who"), "person", "text"),
        Column(_("What"), lambda one: known.get(one.note or "", one.note), "text"),
    ]
    return table(figure, figure_words(_)[figure], columns, rows)


async def _narrowed(conn: Connection, asked: Ask, person: str, value: str | None) -> list[str]:
    _ = asked.words
    said = {**outcome_words(_), **source_words(_), **age_words(_)}
    first, colon, currency = (value or "").partition(":")
    words = f"{said.get(first, first)}, {currency}" if colon else said.get(first, first)
    names = await account_managers.names(conn) if person else {}
    return [text for text in (_("nobody’s customers") if person == "-" else names.get(person, person), words) if text]
