"""What the board's forms answer with: the parts of the page that show the change."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.web.door import web_of
from services.chassis.web.places import local_path
from services.conversion.actions.deal_board import colleagues, read_board, read_offered, read_today, rules_in_force
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.domain.board import LANES
from services.conversion.domain.hand_overs import DECLINES
from services.conversion.domain.today import LATER
from workflows.contracts.conversion import Stage

BOARD = "/conversion/desk/"
WEEK_DAYS = 5
"""Days of the small week on the board."""


def page_of(request: Request) -> str:
    """The page of this desk that a form was sent from; the board, if that is not known."""
    page = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer", ""))
    is_ours = f"{page.scheme}://{page.netloc}" == web_of(request).origin and page.path.startswith(BOARD)
    return local_path(f"{page.path}?{page.query}" if page.query else page.path) if is_ours else BOARD


@dataclass(frozen=True)
class View:
    """What somebody looks at on the board: whose deals, and which lane is shown whole."""

    owner: str | None = None
    opened: Stage | None = None

    @classmethod
    def of(cls, request: Request) -> View:
        """As the page has it that sent a form; the board's own without such a page."""
        page = urlsplit(request.headers.get("hx-current-url", ""))
        asked = parse_qs(page.query) if page.path == BOARD else {}
        opened = asked.get("opened", [""])[0]
        return cls(
            owner=asked["owner"][0][:100] if "owner" in asked else None,
            opened=Stage(opened) if opened in LANES else None,
        )

    @property
    def place(self) -> str:
        """The address of the board that shows this."""
        asked = {"owner": self.owner or "", "opened": self.opened.value if self.opened else ""}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{BOARD}?{query}" if query else BOARD


async def show_duty(request: Request, conn: Connection, who: Principal) -> Response:
    """Whether somebody is on duty."""
    return web_of(request).pages.parts(request, {"duty": "_duty.j2"}, bar=await desk_bar(conn, who))


async def show_offers(request: Request, conn: Connection, who: Principal) -> Response:
    """The leads on offer."""
    return web_of(request).pages.parts(
        request,
        {"offers": "_offers.j2"},
        offered=await read_offered(conn, who),
        declines=DECLINES,
        bar=await desk_bar(conn, who),
        names=await colleagues(conn),
    )


async def show_today(request: Request, conn: Connection, who: Principal) -> Response:
    """The day's list."""
    policy = await rules_in_force(conn)
    return web_of(request).pages.parts(
        request,
        {"today-list": "_today.j2"},
        today=await read_today(conn, who, policy),
        later=LATER,
        bar=await desk_bar(conn, who, policy),
        names=await colleagues(conn),
    )


async def show_lanes(request: Request, conn: Connection, who: Principal, view: View) -> Response:
    """The deals by stage."""
    policy = await rules_in_force(conn)
    return web_of(request).pages.parts(
        request,
        {"lanes": "_lanes.j2"},
        board=await read_board(conn, who, policy, view.owner, view.opened),
        opened=view.opened,
        bar=await desk_bar(conn, who, policy),
        names=await colleagues(conn),
    )
