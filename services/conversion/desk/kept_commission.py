"""Commission of the people of tier 3 for keeping customers: the ledger is this tier's, the pages are theirs.

An account manager reads their own; their supervisor anybody's who was ever credited with a further order. Corrections
are written by tier 2's supervisor, who closes the month; the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.errors import Forbidden
from services.chassis.http import Conn, Who, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.places import ACCENTS
from services.conversion.actions.commission_page import people_who_keep, read_commission
from services.conversion.actions.commissions import read_statement
from services.conversion.desk.commission import Month, Whose
from services.conversion.documents.payroll_csv import payroll_csv
from workflows.contracts.base import Tier

THEIRS: list[Any] = [allow("account_manager", "supervisor")]
router: APIRouter = page_router("/desk/kept/commission", for_everybody=True)


def _of_tier_3(who: Principal) -> Principal:
    """Raises Forbidden for supervisors of other tiers, who have pages of their own or none."""
    if who.tier != Tier.ACCOUNT_MGMT:
        raise Forbidden("this is the commission of tier 3", code="wrong_tier")
    return who


def _whose(names: Mapping[str, str], asked: str, who: Principal) -> str:
    """Whom a supervisor chose, and until they choose the first of all; anybody else is shown their own."""
    if asked in names:
        return asked
    return who.person if who.person in names else next(iter(names), who.person)


@router.get("", dependencies=THEIRS)
async def commission(request: Request, conn: Conn, who: Who, month: Month = None, whose: Whose = "") -> Response:
    """A month of whoever asks; their supervisor chooses whose, and begins with the first."""
    names = await people_who_keep(conn, _of_tier_3(who))
    found = await read_commission(conn, who, month, _whose(names, whose, who))
    first_day = date.fromisoformat(f"{found.statement.month}-01")
    shown: dict[str, Any] = {
        "found": found,
        "first_day": first_day,
        "names": names,
        "accent": ACCENTS[Tier.ACCOUNT_MGMT],
    }
    return web_of(request).pages.answer(request, "kept_commission.j2", **shown, live=False)


@router.get("/statement.csv", dependencies=THEIRS)
async def statement(
    conn: Conn, who: Who, month: Month = None, whose: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The same month as a file."""
    names = await people_who_keep(conn, _of_tier_3(who))
    found = await read_statement(conn, month, _whose(names, whose, who))
    name = f"commission-{found.month}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(payroll_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
