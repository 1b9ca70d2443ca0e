"""A manager's deals go to others: who gets what and why, what stays, and the one confirmation."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, ConnectionPool, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import words_for
from services.conversion.actions.deal_board import colleagues
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.take_over import take_over_deals
from services.conversion.actions.take_over_page import CHOSEN, read_handed, read_preview
from services.conversion.actions.team import receivers
from services.conversion.desk.asks import body_of
from services.conversion.desk.forms import BoardForm, Words
from services.conversion.desk.team import READERS, SUPERVISOR, TEAM
from services.conversion.repository import managers
from services.conversion.schemas.reassignment import TakeOver

router: APIRouter = page_router("/desk/team/hand-on")
Manager = Annotated[str, Query(max_length=100)]
Chosen = Annotated[list[Id] | None, Query(max_length=CHOSEN)]
_PREVIEWED = "-"


class HandOnForm(BoardForm):
    """What goes, to whom and why; without deals, all of them."""

    manager: Annotated[str, Field(max_length=100)]
    to: Annotated[str, Field(max_length=100)] = ""
    reason: Words = ""
    deal: Annotated[list[str], Field(max_length=CHOSEN)] = Field(default_factory=list)

    def asked(self) -> TakeOver:
        """The same as the action takes it. Raises Invalid by field."""
        return body_of(TakeOver, reason=self.reason, to=self.to or None, deals=self.deal or None, dry_run=False)


async def _show(
    request: Request, conn: Connection, who: Principal, manager: str, to: str, chosen: list[str] | None
) -> Response:
    asked = TakeOver(reason=_PREVIEWED, to=to or None, deals=chosen or None)
    context: dict[str, Any] = {
        "leaving": await managers.get(conn, manager),
        "preview": await read_preview(conn, manager, asked),
        "lately": await read_handed(conn, manager),
        "to": to,
        "chosen": chosen or [],
        "most_chosen": CHOSEN,
        "acts": who.role == "supervisor",
        "bar": await desk_bar(conn, who),
        "names": await colleagues(conn),
        "receivers": await receivers(conn),
    }
    return web_of(request).pages.answer(request, "team/hand_on.j2", **context)


@router.get("", dependencies=READERS)
async def hand_on_page(
    request: Request, conn: Conn, who: Who, manager: Manager, to: Manager = "", deal: Chosen = None
) -> Response:
    """Who would get which of a manager's deals now, all or those that are chosen."""
    return await _show(request, conn, who, manager, to, deal)


@router.post("", dependencies=SUPERVISOR)
async def hand_on(
    request: Request, conn: Conn, pool: ConnectionPool, who: Who, form: Annotated[HandOnForm, Form()]
) -> Response:
    """They go; the page then shows what went where, and what is still there."""
    done = await take_over_deals(conn, pool, form.manager, form.asked(), who)
    _ = words_for(request)
    went = sum(one.manager is not None for one in done.items)
    said = _("Handed on: %(went)s. Not handed on, for want of somebody: %(stay)s.") % {
        "went": went, "stay": len(done.items) - went,
    }  # fmt: skip
    place = f"{TEAM}/hand-on?{urlencode({'manager': form.manager})}"
    show = partial(_show, request, conn, who, form.manager, "", None)
    return await web_of(request).after(request, place, show, said=said)
