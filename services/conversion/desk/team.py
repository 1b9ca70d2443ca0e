"""The team's page: who has what, what waits or is late with its one act, and discounts to decide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.first_steps import next_step
from services.chassis.http import Conn, Id, Who, allow
from services.chassis.listed import Part, Sought, person_named
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import words_for
from services.conversion.actions.deal_board import colleagues, rules_in_force
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.first_steps import read_first_steps, read_optional_steps
from services.conversion.actions.team import read_approvals, read_team, read_waiting, receivers
from services.conversion.actions.team_acts import ask_for_it, decide, give_lead, put_on_list
from services.conversion.desk.forms import BoardForm, DecisionForm
from services.conversion.domain.board import LANES

TEAM = "/conversion/desk/team"
READERS: list[Any] = [allow("supervisor", "ops")]
SUPERVISOR: list[Any] = [allow("supervisor")]
_NUMBER = re.compile(r"[0-9]{1,5}")
_ROWS = 20
_PARTS = {"people": "team/_people.j2", "approvals": "team/_approvals.j2", "waiting": "team/_waiting.j2"}

router: APIRouter = page_router("/desk/team")


class GiveForm(BoardForm):
    """To whom it goes."""

    manager: Annotated[str, Field(max_length=200)] = ""


class AskForm(BoardForm):
    """What is late: one of the kinds of the list."""

    about: Annotated[str, Field(max_length=20)] = ""


@dataclass(frozen=True)
class TeamView:
    """What somebody looks at: one team of several, what waits for one manager, or all that waits and which page of it;
    and which managers, by name and page."""

    team: Annotated[str | None, Query(max_length=200)] = None
    of: Annotated[str, Query(max_length=100)] = ""
    whole: Annotated[bool, Query()] = False
    waits: Annotated[int, Query(ge=0, le=100_000)] = 0
    q: Annotated[str, Query(max_length=100)] = ""
    page: Annotated[int, Query(ge=0, le=100_000)] = 0

    @classmethod
    def before(cls, request: Request) -> TeamView:
        """As the page has it that sent a form."""
        page = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer", ""))
        asked = parse_qs(page.query, keep_blank_values=True) if page.path == TEAM else {}
        first = {name: values[0] for name, values in asked.items()}
        pages = {name: int(first[name]) for name in ("page", "waits") if _NUMBER.fullmatch(first.get(name, ""))}
        return cls(q=first.get("q", "")[:100], team=first["team"][:200] if "team" in first else None,
                   of=first.get("of", "")[:100], whole=first.get("whole") == "1", **pages)  # fmt: skip

    def query(self, page: int | None = None, **more: object) -> str:
        """The query of another page of the managers."""
        return self.address(page=self.page if page is None else page, **more)

    def address(self, **changes: Any) -> str:
        """The query of the same page with something changed."""
        asked = {**vars(self), **changes}
        said = {name: int(value) if isinstance(value, bool) else value for name, value in asked.items()}
        return urlencode({name: value for name, value in said.items() if value or (name == "team" and value == "")})

    @property
    def place(self) -> str:
        """The address of the page that shows this."""
        query = self.address()
        return f"{TEAM}?{query}" if query else TEAM


Looked = Annotated[TeamView, Depends()]


async def _context(conn: Connection, who: Principal, view: TeamView) -> dict[str, Any]:
    policy = await rules_in_force(conn)
    team = await read_team(conn, policy, view.team)
    waiting = await read_waiting(conn, policy, view.of, whole=view.whole)
    return {
        "team": team,
        "waiting": waiting,
        "part": Part.of(Sought(view.q).among(team.members, lambda one: one.row.name), view.page, _ROWS),
        "rows": Part.of(waiting.rows, view.waits, _ROWS),
        "approvals": await read_approvals(conn),
        "view": view,
        "lanes": LANES,
        "acts": who.role == "supervisor",
        "bar": await desk_bar(conn, who, policy),
        **{"names": await colleagues(conn), "receivers": await receivers(conn)},
    }


async def _parts(request: Request, conn: Connection, who: Principal, view: TeamView) -> Response:
    return web_of(request).pages.parts(request, _PARTS, **await _context(conn, who, view))


@router.get("", dependencies=READERS)
async def team_page(request: Request, conn: Conn, who: Who, view: Looked) -> Response:
    """The whole page."""
    steps = await read_first_steps(conn)
    shown = await _context(conn, who, view)
    shown |= {"steps": steps, "next": next_step(steps), "optional": await read_optional_steps(conn)}
    return web_of(request).pages.answer(request, "team/page.j2", **shown)


@router.get("/parts", dependencies=READERS)
async def team_parts(request: Request, conn: Conn, who: Who, view: Looked) -> Response:
    """What changes by itself."""
    return web_of(request).pages.answer(request, "team/_live.j2", **await _context(conn, who, view))


async def _after(request: Request, conn: Connection, who: Principal, said: str) -> Response:
    view = TeamView.before(request)
    return await web_of(request).after(request, view.place, partial(_parts, request, conn, who, view), said=said)


@router.post("/deals/{deal_id}/ask", dependencies=SUPERVISOR)
async def ask(request: Request, conn: Conn, who: Who, deal_id: Id, form: Annotated[AskForm, Form()]) -> Response:
    """The owner of a deal is asked for what is late."""
    _ = words_for(request)
    await ask_for_it(conn, deal_id, who, form.about)
    return await _after(request, conn, who, _("Asked. It stands on their list until the next step is taken."))


@router.post("/hand-overs/{item_id}/give", dependencies=SUPERVISOR)
async def give(request: Request, conn: Conn, who: Who, item_id: Id, form: Annotated[GiveForm, Form()]) -> Response:
    """A lead on offer goes to a manager."""
    _ = words_for(request)
    await give_lead(conn, item_id, who, person_named(await receivers(conn), form.manager, "manager"))
    return await _after(request, conn, who, _("Given. It is their deal now."))


@router.post("/items/{item_id}/list", dependencies=SUPERVISOR)
async def on_list(request: Request, conn: Conn, who: Who, item_id: Id, form: Annotated[GiveForm, Form()]) -> Response:
    """A call, an answer or a mail goes on another manager's list."""
    _ = words_for(request)
    await put_on_list(conn, item_id, who, person_named(await receivers(conn), form.manager, "manager"))
    return await _after(request, conn, who, _("It stands on their list now."))


@router.post("/offers/{offer_id}", dependencies=SUPERVISOR)
async def decision(
    request: Request, conn: Conn, who: Who, offer_id: Id, form: Annotated[DecisionForm, Form()]
) -> Response:
    """A discount is approved, or refused with a reason."""
    _ = words_for(request)
    await decide(conn, offer_id, who, approve=form.approve, why=form.why)
    told = _("Approved. The offer may go out.") if form.approve else _("Refused, and the manager is told why.")
    return await _after(request, conn, who, told)
