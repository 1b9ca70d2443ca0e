"""Reports of tier 1 for people: funnel, cohorts, callers, scripts, acceptance and campaigns, and what they count."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from services.chassis.errors import NotFound
from services.chassis.http import Conn, Id, Who, allow
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
from services.lead_gen.actions.report_records import exports, list_records, record_export
from services.lead_gen.desk.report_records import narrowed_by, records_table
from services.lead_gen.desk.report_tables import VIEWS
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.report_records import Figure, Narrowed
from services.lead_gen.domain.reports import Period
from services.lead_gen.repository import campaigns

HERE = "/lead-gen/desk/reports"
READERS: list[Any] = [allow("supervisor", "ops")]
_FIGURES = get_args(Figure)

router: APIRouter = page_router("/desk/reports")


def _asked(request: Request, period: Annotated[PeriodQuery, Depends()], campaign: Id | None = None) -> Ask:
    return ask(request, period, ZoneInfo(HOME_ZONE), HERE, {"campaign": campaign or ""})


Asked = Annotated[Ask, Depends(_asked)]
Text = Annotated[str, Query(max_length=100)]


@router.get("", dependencies=READERS)
async def first() -> Response:
    """The funnel."""
    return RedirectResponse(f"{HERE}/{VIEWS[0].key}", status_code=303)


@router.get("/exports", dependencies=READERS)
async def taken_out(request: Request, conn: Conn, asked: Asked) -> Response:
    """Who took which table out."""
    found = exports_table(asked.words, await exports(conn))
    return web_of(request).pages.answer(request, "report_exports.j2", found=found, base=HERE)


@router.get("/records/{figure}", dependencies=READERS)
async def records(
    request: Request, conn: Conn, asked: Asked, figure: str, caller: Text = "", script: Id | None = None,
    after: Text = "", back: Annotated[str, Query(max_length=200)] = "",
) -> Response:  # fmt: skip
    """What a figure counts, one by one."""
    if figure not in _FIGURES:
        raise NotFound("there is no such figure")
    wanted = Narrowed(Period(*asked.during), asked.filters.get("campaign"), caller or None, script)
    page = await list_records(conn, figure, wanted, read_place(after))  # type: ignore[arg-type]
    shown: dict[str, Any] = {
        "found": records_table(asked.words, figure, page),
        "total": page.total,
        "dated": True,
        "back": back,
    }
    shown |= {"more": _more(asked, figure, page.next, caller=caller, script=script or "", back=back)}
    return web_of(request).pages.answer(
        request, "report_records.j2", asked=asked, narrowed=await narrowed_by(conn, asked.words, wanted), **shown
    )


@router.get("/{view}", dependencies=READERS)
async def report(request: Request, conn: Conn, asked: Asked, view: str) -> Response:
    """One report."""
    names = await campaigns.names(conn)
    options = [("", asked.words("every campaign")), *names.items()]
    select = ("campaign", asked.words("Campaign"), options, asked.filters.get("campaign", ""))
    return await report_page(request, conn, asked, VIEWS, view, selects=[select])


@router.get("/{view}/{table}.csv", dependencies=READERS)
async def file(request: Request, conn: Conn, who: Who, asked: Asked, view: str, table: str) -> Response:
    """One table as a file; the audit says who took it."""
    return await report_file(request, conn, asked, VIEWS, (view, table), partial(record_export, conn, who.person))


def _more(asked: Ask, figure: str, after: Any, **kept: str) -> str:
    return asked.records(figure, after=place_of(after), **kept) if after else ""
