"""A manager's deals go to others: who gets what and why, what stays, and the one confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, ConnectionPool, Id, Who
from services.chassis.listed import Part, Sought, person_named
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import words_for
from services.conversion.actions.deal_board import colleagues
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.take_over import take_over_deals
from services.conversion.actions.take_over_page import CHOSEN, read_handed, read_preview, read_worths
from services.conversion.actions.team import receivers
from services.conversion.desk.asks import body_of
from services.conversion.desk.forms import BoardForm, Words
from services.conversion.desk.team import READERS, SUPERVISOR, TEAM
from services.conversion.domain.deals import Deal
from services.conversion.domain.take_over import Handed, Preview
from services.conversion.repository import managers
from services.conversion.schemas.reassignment import TakeOver

router: APIRouter = page_router("/desk/team/hand-on")
Manager = Annotated[str, Query(max_length=100)]
Chosen = Annotated[list[Id] | None, Query(max_length=CHOSEN)]
To = Annotated[str, Query(max_length=200)]
Asked = Annotated[Sought, Depends()]
_EVERYTHING = Sought()
_PREVIEWED = "-"
_ROWS = 50
_NAMED = 12
"""Who would get most: so many are told by name, the others together."""


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
    request: Request,
    conn: Connection,
    who: Principal,
    manager: str,
    to: str,
    chosen: list[str] | None,
    sought: Sought = _EVERYTHING,
) -> Response:
    others = {id_: name for id_, name in (await receivers(conn)).items() if id_ != manager}
    to = person_named(others, to, "to")
    context: dict[str, Any] = {
        **await _planned(conn, manager, TakeOver(reason=_PREVIEWED, to=to or None, deals=chosen or None), sought),
        "leaving": await managers.get(conn, manager),
        "to": to,
        "chosen": chosen or [],
        "acts": who.role == "supervisor",
        "bar": await desk_bar(conn, who),
        "receivers": others,
    }
    return web_of(request).pages.answer(request, "team/hand_on.j2", **context)


async def _planned(conn: Connection, manager: str, asked: TakeOver, sought: Sought) -> dict[str, Any]:
    preview, names = await read_preview(conn, manager, asked), await colleagues(conn)
    part = _part(preview, sought, names)
    worth = await read_worths(conn, [deal for deal, _ in part.rows])
    lately, handed = await read_handed(conn, manager)
    return {
        "preview": preview, "part": part, "sought": sought, "worth": worth, "names": names, "named": _NAMED,
        "may_choose": len(preview.rows) <= CHOSEN, "lately": lately, "handed_lately": handed,
    }  # fmt: skip


def _part(preview: Preview, sought: Sought, names: Mapping[str, str]) -> Part[tuple[Deal, Handed | None]]:
    """A page of the deals that are sought by their company or by who would get them.

    Where deals can be chosen all of them are there, so that each has its tick.
    """

    def says(row: tuple[Deal, Handed | None]) -> str:
        deal, handed = row
        return f"{deal.contact.company} {names.get((handed and handed.manager) or '', '')}"

    if len(preview.rows) <= CHOSEN:
        return Part.of(preview.rows, 1, CHOSEN)
    return Part.of(sought.among(preview.rows, says), sought.page, _ROWS)


@router.get("", dependencies=READERS)
async def hand_on_page(
    request: Request, conn: Conn, who: Who, manager: Manager, sought: Asked, to: To = "", deal: Chosen = None
) -> Response:
    """Who would get which of a manager's deals now, all or those that are chosen."""
    return await _show(request, conn, who, manager, to, deal, sought)


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
