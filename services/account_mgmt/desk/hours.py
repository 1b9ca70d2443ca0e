"""Absences of account managers: a week of everybody, with one person's beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.account_mgmt.actions.account_managers import add_absence, remove_absence
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.hours_page import read_hours
from services.account_mgmt.desk.places import SETTERS, SETTINGS, SUPERVISION
from services.account_mgmt.schemas.account_managers import NewAbsence
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.http import Conn, Id, Who
from services.chassis.listed import Sought
from services.chassis.meanings import Day, day_of
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import is_lively, words_for

router: APIRouter = page_router("/desk/settings/hours")
HERE = f"{SETTINGS}/hours"
DayShown = Annotated[Day | None, Query()]
Asked = Annotated[Sought, Depends()]
_EVERYBODY = Sought()
Whose = Annotated[str, Path(max_length=64)]


class AwayForm(BaseModel):
    """From which day to which day somebody is away, both included, or from one hour to another; who covers."""

    model_config = ConfigDict(extra="ignore")

    first: str = Field(default="", max_length=20)
    last: str = Field(default="", max_length=20)
    starts: str = Field(default="", max_length=10)
    ends: str = Field(default="", max_length=10)
    cover: str = Field(default="", max_length=64)
    reason: str = Field(default="", max_length=400)

    def told(self, zone: ZoneInfo) -> NewAbsence:
        """The absence on that clock. Raises Invalid with the field."""
        first = _day(self.first, "first")
        last = _day(self.last, "last") if self.last.strip() else first
        begins = datetime.combine(first, _clock(self.starts, "starts") or time(0), tzinfo=zone)
        closing = _clock(self.ends, "ends")
        ends = datetime.combine(last if closing else last + timedelta(days=1), closing or time(0), tzinfo=zone)
        if ends <= begins:
            raise Invalid("This is before it begins", field="last")
        if len(self.reason.strip()) > 200:
            raise Invalid("At most 200 characters", field="reason")
        return NewAbsence(starts_at=begins, ends_at=ends, cover=self.cover or None, reason=self.reason.strip())


@router.get("", dependencies=SUPERVISION)
async def week(
    request: Request, conn: Conn, who: Who, sought: Asked, week: DayShown = None,
    whose: Annotated[str, Query(alias="who", max_length=64)] = "", day: DayShown = None,
) -> Response:  # fmt: skip
    """A week of everybody; with somebody, their absences beside it."""
    return await _show(request, conn, who, week or day, whose, day, sought=sought)


@router.post("/{person}/away", dependencies=SETTERS)
async def away(
    request: Request, conn: Conn, who: Who, person: Whose, form: Annotated[AwayForm, Form()], day: DayShown = None
) -> Response:
    """Somebody is away for a time."""

    async def act() -> None:
        zone = (await read_hours(conn, None, datetime.now(UTC))).zone
        await add_absence(conn, person, form.told(zone), who.person)

    return await _act(request, conn, who, person, day, act, form)


@router.post("/{person}/away/{absence_id}/remove", dependencies=SETTERS)
async def there_after_all(
    request: Request, conn: Conn, who: Who, person: Whose, absence_id: Id, day: DayShown = None
) -> Response:
    """They are there after all."""
    return await _act(request, conn, who, person, day, lambda: remove_absence(conn, person, absence_id))


async def _act(
    request: Request,
    conn: Connection,
    who: Principal,
    person: str,
    day: date | None,
    act: Callable[[], Awaitable[None]],
    form: AwayForm | None = None,
) -> Response:
    try:
        async with conn.transaction():
            await act()
    except DomainError as error:
        error.field = {"starts_at": "first", "ends_at": "last"}.get(error.field or "", error.field)
        if is_lively(request) or form is None:
            raise
        return await _show(request, conn, who, day, person, day, form=form, error=error)
    show = partial(_show, request, conn, who, day, person, day)
    place = f"{HERE}?who={person}" + (f"&day={day}" if day else "")
    return await web_of(request).after(request, place, show, said=words_for(request)("Written down."))


async def _show(
    request: Request,
    conn: Connection,
    who: Principal,
    shown_day: date | None,
    person: str = "",
    day: date | None = None,
    *,
    sought: Sought = _EVERYBODY,
    form: AwayForm | None = None,
    error: DomainError | None = None,
) -> Response:
    now = datetime.now(UTC)
    page = await read_hours(conn, shown_day, now, person, day, sought)
    shown: dict[str, Any] = {
        "page": page,
        "sought": sought,
        "bar": await read_bar(conn, who, now),
        "acts": who.role == "supervisor",
        "today": now.astimezone(page.zone).date(),
        "form": form or AwayForm(first=page.chosen.day.isoformat() if page.chosen else ""),
        "errors": field_errors(error) if error else {},
    }
    return web_of(request).pages.answer(request, "settings/hours.j2", status=error.status if error else 200, **shown)


def _day(text: str, field: str) -> date:
    try:
        return day_of(text)
    except ValueError as error:
        raise Invalid(str(error), field=field) from None


def _clock(text: str, field: str) -> time | None:
    try:
        return time.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise Invalid("This is not a time of day", field=field) from None
