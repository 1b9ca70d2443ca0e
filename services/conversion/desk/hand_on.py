"""A manager's deals go to others: who gets what and why, what stays, and the one confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, ConnectionPool, Id, Who
from services.chassis.listed import Part, Sought
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import words_for
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.take_over import take_over_deals
from services.conversion.actions.take_over_page import CHOSEN, read_hand_on, read_worths
from services.conversion.desk.asks import body_of
from services.conversion.desk.forms import BoardForm, Words
from services.conversion.desk.team import READERS, SUPERVISOR, TEAM
from services.conversion.domain.deals import Deal
from services.conversion.domain.take_over import Handed, Preview
from services.conversion.schemas.reassignment import TakeOver

router: APIRouter = page_router("/desk/team/hand-on")
Manager = Annotated[str, Query(max_length=100)]
Chosen = Annotated[list[Id] | None, Query(max_length=CHOSEN)]
To = Annotated[str, Query(max_length=200)]
Asked = Annotated[Sought, Depends()]
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


@dataclass(frozen=True)
class _Look:
    """What somebody looks at: whose deals, to whom, which, and the part of the list."""

    manager: str
    to: str = ""
    chosen: list[str] | None = None
    sought: Sought = field(default_factory=Sought)


async def _show(request: Request, conn: Connection, who: Principal, look: _Look) -> Response:
    found = await read_hand_on(conn, look.manager, look.to, look.chosen)
    part = _part(found.preview, look.sought, found.names)
    context: dict[str, Any] = {
        "part": part,
        "sought": look.sought,
        "worth": await read_worths(conn, [deal for deal, _ in part.rows]),
        "chosen": look.chosen or [],
        "may_choose": len(found.preview.rows) <= CHOSEN,
        "named": _NAMED,
        "acts": who.role == "supervisor",
        "bar": await desk_bar(conn, who),
    }
    return web_of(request).pages.answer(request, "team/hand_on.j2", **vars(found), **context)


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
    return await _show(request, conn, who, _Look(manager, to, deal, sought))


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
    show = partial(_show, request, conn, who, _Look(form.manager))
    return await web_of(request).after(request, place, show, said=said)
