"""Parts of other tiers' reports: why tier 1's hand-overs are declined, and commission for customers that tier 3 keeps.

The browser of their supervisor fetches them from here; they hold sums, and lead to no record of this tier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.chassis.errors import Forbidden
from services.chassis.http import Conn, Who, allow
from services.chassis.reports.tables import Column, Table, share_of, table
from services.chassis.web.door import page_router, web_of
from services.chassis.web.report_pages import Ask, PeriodQuery, ask
from services.conversion.actions.deal_board import rules_in_force
from services.conversion.actions.report_pages import people_called, read_commissions
from services.conversion.desk.report_tables import commission_columns
from services.conversion.desk.report_words import whom
from services.conversion.repository import reports
from workflows.contracts.base import Tier

SUPERVISORS: list[Any] = [allow("supervisor", "ops")]
HERE = "/conversion/desk/beside"

router: APIRouter = page_router("/desk/beside", for_everybody=True)


async def _asked(request: Request, conn: Conn, period: Annotated[PeriodQuery, Depends()]) -> Ask:
    return ask(request, period, (await rules_in_force(conn)).zone, HERE)


Asked = Annotated[Ask, Depends(_asked)]


@router.get("/declines", dependencies=SUPERVISORS)
async def declines(request: Request, conn: Conn, who: Who, asked: Asked) -> Response:
    """For tier 1: what became of each caller's leads by the time they came, and why offers were declined."""
    _check(who.tier, Tier.LEAD_GEN)
    callers = await reports.callers(conn, *asked.during)
    reasons = await reports.declines(conn, *asked.during, None)
    tables = [table("reasons", asked.words("Why tier 2 declines"), _reasons(asked), [r for r in reasons if r.declined])]
    names = await people_called(conn, {one.caller for one in callers})
    tables.append(table("callers", asked.words("By the time they came to tier 2"), _callers(asked, names), callers))
    return _part(request, tables)


@router.get("/kept", dependencies=SUPERVISORS)
async def kept(request: Request, conn: Conn, who: Who, asked: Asked) -> Response:
    """For tier 3: commission for further orders, by account manager."""
    _check(who.tier, Tier.ACCOUNT_MGMT)
    found = await read_commissions(conn, asked.during, "kept")
    names = await people_called(conn, {one.person for one in found})
    columns = [replace(one, href=None) for one in commission_columns(asked, names)]
    return _part(request, [table("kept", asked.words("Commission for kept customers"), columns, found)])


def _part(request: Request, tables: list[Table]) -> Response:
    return web_of(request).pages.answer(request, "report_beside.j2", tables=tables)


def _reasons(asked: Ask) -> list[Column]:
    _ = asked.words
    return [Column(_("In the managers’ words"), "reason", "text"), Column(_("Declined"), "declined", picture="bar")]


def _callers(asked: Ask, names: Mapping[str, str]) -> list[Column]:
    _ = asked.words
    return [
        Column(_("Caller"), lambda one: whom(_, names.get(one.caller), "sourced", one.caller), "text"),
        Column(_("Offered"), "offered"),
        Column(_("Accepted"), "accepted"),
        Column(_("Declined"), "declined"),
        Column(_("Of offered"), lambda one: share_of(one.accepted, one.offered), "percent", picture="interval"),
    ]


def _check(tier: str, guest: Tier) -> None:
    """Raises Forbidden for supervisors of a tier that this part is not about."""
    if tier not in {guest.value, Tier.CONVERSION.value, "ops"}:
        raise Forbidden("these figures are another tier's", code="wrong_tier")
