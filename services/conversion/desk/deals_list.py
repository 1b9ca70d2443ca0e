"""The list of deals, and the search of every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router, web_of
from services.conversion.actions.deal_board import colleagues, oversees
from services.conversion.actions.deal_list import find_deals, read_list
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.teams import whose_deals
from services.conversion.desk.board import STAFF
from services.conversion.domain.board import LANES
from services.conversion.domain.deal_list import Sort, State, Wanted
from workflows.contracts.conversion import Stage

EVERYBODY = "everybody"

router: APIRouter = page_router()


@dataclass(frozen=True)
class ListQuery:
    """What the list is narrowed to, as its address says it. `after` and `at` are the place of the page."""

    state: Annotated[State, Query()] = "open"
    stage: Annotated[Stage | str, Query(max_length=20)] = ""
    owner: Annotated[str, Query(max_length=100)] = ""
    overdue: Annotated[bool, Query()] = False
    stale: Annotated[bool, Query()] = False
    asks: Annotated[bool, Query()] = False
    sort: Annotated[Sort, Query()] = "next"
    at: Annotated[str, Query(max_length=300)] = ""
    after: Annotated[str, Query(max_length=60)] = ""

    def wanted(self, who: Principal) -> Wanted:
        """What that is to this person: without an owner, one's own deals, or for a supervisor everybody's."""
        owner: str | None = self.owner or (EVERYBODY if oversees(who) else who.person)
        stage = Stage(self.stage) if self.stage in LANES and self.state == "open" else None
        whose = None if owner == EVERYBODY else owner
        return Wanted(state=self.state, stage=stage, owner=whose, sort=self.sort, asks=self.asks)

    def address(self, **changes: Any) -> str:
        """The query of the same list with something changed; from its first page on unless `after` is given."""
        asked = {**vars(self), "at": "", "after": "", **changes}
        plain = {"state": "open", "sort": "next"}
        return urlencode(
            {
                name: int(value) if isinstance(value, bool) else value
                for name, value in asked.items()
                if value and plain.get(name) != value
            }
        )


Asked = Annotated[ListQuery, Depends()]


async def _context(conn: Connection, who: Principal, asked: ListQuery) -> dict[str, Any]:
    place = (asked.at, asked.after) if asked.after else None
    found = await read_list(conn, who, asked.wanted(who), place, overdue=asked.overdue, stale=asked.stale)
    return {
        "found": found,
        "asked": asked,
        "everybody": EVERYBODY,
        "lanes": LANES,
        "bar": await desk_bar(conn, who),
        "names": await colleagues(conn),
        "mates": await whose_deals(conn, who),
    }


@router.get("/deals", dependencies=STAFF)
async def deals(request: Request, conn: Conn, who: Who, asked: Asked) -> Response:
    """The list, a page of it."""
    return web_of(request).pages.answer(request, "deals_list.j2", **await _context(conn, who, asked))


@router.get("/board/list", dependencies=STAFF)
async def rows(request: Request, conn: Conn, who: Who, asked: Asked) -> Response:
    """The rows of that page, as a part of it."""
    return web_of(request).pages.parts(request, {"rows": "_deal_rows.j2"}, **await _context(conn, who, asked))


@router.get("/search", dependencies=STAFF)
async def search(request: Request, conn: Conn, who: Who, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Deals by a word of the company, a number or an id; a single one is opened."""
    found = await find_deals(conn, q, who)
    if len(found) == 1:
        return RedirectResponse(f"/conversion/desk/deals/{found[0].id}", status_code=303)
    bar, names = await desk_bar(conn, who), await colleagues(conn)
    return web_of(request).pages.answer(request, "deal_search.j2", q=q, found=found, bar=bar, names=names)
