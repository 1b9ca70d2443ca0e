"""One account manager's portfolio: today's list, absences with who covers, and a take-over with its preview."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.account_mgmt.actions.account_managers import add_absence, remove_absence
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.portfolios import read_person
from services.account_mgmt.actions.take_over import take_over
from services.account_mgmt.desk.places import SUPERVISOR, manager_path
from services.account_mgmt.schemas.account_managers import NewAbsence, TakeOver
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.http import Conn, ConnectionPool, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import is_lively, words_for
from services.chassis.web.words import words_of

router: APIRouter = page_router("/desk/portfolio/people")
ManagerId = Annotated[str, Path(max_length=64)]


class AbsenceForm(BaseModel):
    """Away from one day to another, both included, in the reader's calendar."""

    model_config = ConfigDict(extra="ignore")

    first: date
    last: date
    cover: str = Field(default="", max_length=64)
    reason: str = Field(default="", max_length=200)

    def told(self, zone: ZoneInfo) -> NewAbsence:
        """The same as REST takes it. Raises Invalid."""
        if self.last < self.first:
            raise Invalid("The last day cannot be before the first", field="last")
        begin = datetime.combine(self.first, time(0), zone)
        end = datetime.combine(self.last + timedelta(days=1), time(0), zone)
        return NewAbsence(starts_at=begin, ends_at=end, cover=self.cover or None, reason=self.reason.strip())


class TakeOverForm(BaseModel):
    """Who gets the customers, which of them, and why."""

    model_config = ConfigDict(extra="ignore")

    to: str = Field(default="", max_length=64)
    segment: str = Field(default="", max_length=60)
    reason: str = Field(default="", max_length=200)

    def told(self, *, dry_run: bool) -> TakeOver:
        """The same as REST takes it. Raises Invalid."""
        if not self.reason.strip():
            raise Invalid("Say why: it stands in the story of every customer", field="reason")
        return TakeOver(to=self.to or None, segment=self.segment or None, reason=self.reason, dry_run=dry_run)


@router.get("/{manager_id}", dependencies=SUPERVISOR)
async def person(request: Request, conn: Conn, who: Who, manager_id: ManagerId, late: bool = False) -> Response:
    """Today's list of theirs, the absences, and the form of a take-over."""
    return await _page(request, conn, who, manager_id, late=late)


@router.get("/{manager_id}/take-over", dependencies=SUPERVISOR)
async def preview(
    request: Request, conn: Conn, who: Who, manager_id: ManagerId, form: Annotated[TakeOverForm, Query()]
) -> Response:
    """Who would get whom; nothing changes."""
    try:
        return await _page(request, conn, who, manager_id, form=form, wanted=form.told(dry_run=True))
    except DomainError as error:
        if error.field is None:
            raise
        return await _page(request, conn, who, manager_id, form=form, error=error)


@router.post("/{manager_id}/take-over", dependencies=SUPERVISOR)
async def carry_out(
    request: Request, conn: Conn, pool: ConnectionPool, who: Who, manager_id: ManagerId,
    form: Annotated[TakeOverForm, Form()],
) -> Response:  # fmt: skip
    """Each decided again as it is done; whoever nobody has room for stays."""
    done = await take_over(conn, pool, manager_id, form.told(dry_run=False), who.person)
    given = sum(one.account_manager is not None for one in done.items)
    ngettext = words_of(Reader.of(request).language).ngettext
    said = ngettext("%(num)s customer has another account manager now.",
                    "%(num)s customers have another account manager now.", given) % {"num": given}  # fmt: skip
    return await _after(request, conn, who, manager_id, said)


@router.post("/{manager_id}/absences", dependencies=SUPERVISOR)
async def away(
    request: Request, conn: Conn, who: Who, manager_id: ManagerId, form: Annotated[AbsenceForm, Form()]
) -> Response:
    """Their open work goes to whoever covers, once it begins."""
    try:
        async with conn.transaction():
            await add_absence(conn, manager_id, form.told(Reader.of(request).formats().zone), who.person)
    except DomainError as error:
        if is_lively(request):
            raise
        return await _page(request, conn, who, manager_id, absence=form, error=error)
    return await _after(request, conn, who, manager_id, words_for(request)("Written down. Open work moves by itself."))


@router.post("/{manager_id}/absences/{absence_id}/end", dependencies=SUPERVISOR)
async def back(request: Request, conn: Conn, who: Who, manager_id: ManagerId, absence_id: Id) -> Response:
    """They are there after all."""
    await remove_absence(conn, manager_id, absence_id)
    return await _after(request, conn, who, manager_id, words_for(request)("The absence is gone; their work returns."))


async def _after(request: Request, conn: Connection, who: Principal, manager_id: str, said: str) -> Response:
    show = partial(_page, request, conn, who, manager_id)
    return await web_of(request).after(request, manager_path(manager_id), show, said=said)


async def _page(
    request: Request, conn: Connection, who: Principal, manager_id: str, *, late: bool = False,
    form: TakeOverForm | None = None, wanted: TakeOver | None = None, absence: AbsenceForm | None = None,
    error: DomainError | None = None,
) -> Response:  # fmt: skip
    now = datetime.now(UTC)
    found = await read_person(conn, manager_id, now, wanted)
    shown: dict[str, Any] = {"found": found, "late_only": late, "form": form or TakeOverForm(), "absence": absence}
    shown |= {"errors": field_errors(error) if error else {}, "refused": error, "acts": who.role == "supervisor"}
    bar = await read_bar(conn, who, now)
    status = error.status if error else 200
    return web_of(request).pages.answer(request, "portfolio_person.j2", status=status, **shown, bar=bar, live=True)
