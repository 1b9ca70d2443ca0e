"""Hours and absences of managers: a week of everybody, with one manager's beside it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.business_time import WEEK, Calendar
from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.http import Conn, Id, Who
from services.chassis.listed import Sought
from services.chassis.meanings import Day, day_of
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors, reason_of
from services.chassis.web.site import is_lively, words_for
from services.conversion.actions.absences import add_absence, remove_absence
from services.conversion.actions.hours_page import read_hours
from services.conversion.actions.managers import change_manager
from services.conversion.desk.settings import SETTERS, SETTINGS, SUPERVISION, settings_page
from services.conversion.schemas.absences import NewAbsence

router: APIRouter = page_router("/desk/settings/hours")
HERE = f"{SETTINGS}/hours"
DayShown = Annotated[Day | None, Query()]
Asked = Annotated[Sought, Depends()]
_EVERYBODY = Sought()
Whose = Annotated[str, Path(max_length=100)]
_STRETCH = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*[-–—]\s*(\d{1,2})(?::(\d{2}))?")


class WeekForm(BaseModel):
    """The hours of each day as they are typed: `09:00-13:00, 14:00-18:00`; nothing for a day off."""

    model_config = ConfigDict(extra="ignore")

    mon: str = Field(default="", max_length=200)
    tue: str = Field(default="", max_length=200)
    wed: str = Field(default="", max_length=200)
    thu: str = Field(default="", max_length=200)
    fri: str = Field(default="", max_length=200)
    sat: str = Field(default="", max_length=200)
    sun: str = Field(default="", max_length=200)

    @classmethod
    def of(cls, calendar: Calendar) -> WeekForm:
        """The form with these hours."""
        written = {day: ", ".join(f"{one.opens}–{one.closes}" for one in calendar.week.get(day, [])) for day in WEEK}
        return cls.model_validate(written)

    def told(self, usual: Calendar) -> Calendar:
        """These hours, with the time zone and holidays of `usual`. Raises Invalid with the day."""
        week = {day: _stretches(getattr(self, day), day) for day in WEEK}
        if not any(week.values()):
            raise Invalid("At least one day needs hours; somebody who is away for long has an absence", field="mon")
        for day, shifts in week.items():
            try:
                Calendar.model_validate({"timezone": usual.timezone, "week": {day: shifts or [_ANY]}})
            except ValidationError as error:
                raise Invalid(reason_of(dict(error.errors()[0])), field=day) from None
        return Calendar.model_validate({**usual.model_dump(mode="json"), "week": week})


_ANY = {"opens": "09:00", "closes": "10:00"}


class AwayForm(BaseModel):
    """From which day to which day somebody is away, both included, or from one hour to another."""

    model_config = ConfigDict(extra="ignore")

    first: str = Field(default="", max_length=20)
    last: str = Field(default="", max_length=20)
    starts: str = Field(default="", max_length=10)
    ends: str = Field(default="", max_length=10)
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
        return NewAbsence(starts_at=begins, ends_at=ends, reason=self.reason.strip())


@router.get("", dependencies=SUPERVISION)
async def week(
    request: Request, conn: Conn, who: Who, sought: Asked, week: DayShown = None,
    whose: Annotated[str, Query(alias="who", max_length=100)] = "", day: DayShown = None,
) -> Response:  # fmt: skip
    """A week of everybody; with somebody, their hours and absences beside it."""
    return await _show(request, conn, who, week or day, whose, day, sought=sought)


@router.post("/{manager}/week", dependencies=SETTERS)
async def set_week(
    request: Request, conn: Conn, who: Who, manager: Whose, form: Annotated[WeekForm, Form()], day: DayShown = None
) -> Response:
    """Own hours of every week."""

    async def act() -> None:
        page = await read_hours(conn, None, datetime.now(UTC), manager)
        usual = page.chosen.hours if page.chosen else None
        changes = {"hours": form.told(usual).model_dump(mode="json")} if usual else {}
        await change_manager(conn, manager, changes)

    return await _act(request, conn, who, manager, day, act, week_form=form)


@router.post("/{manager}/usual", dependencies=SETTERS)
async def usual_week(request: Request, conn: Conn, who: Who, manager: Whose, day: DayShown = None) -> Response:
    """The tier's hours again."""

    async def act() -> None:
        await change_manager(conn, manager, {"hours": None})

    return await _act(request, conn, who, manager, day, act)


@router.post("/{manager}/away", dependencies=SETTERS)
async def away(
    request: Request, conn: Conn, who: Who, manager: Whose, form: Annotated[AwayForm, Form()], day: DayShown = None
) -> Response:
    """Somebody is away for a time."""

    async def act() -> None:
        zone = (await read_hours(conn, None, datetime.now(UTC))).zone
        await add_absence(conn, manager, form.told(zone), who)

    return await _act(request, conn, who, manager, day, act, away_form=form)


@router.post("/{manager}/away/{absence_id}/remove", dependencies=SETTERS)
async def there_after_all(
    request: Request, conn: Conn, who: Who, manager: Whose, absence_id: Id, day: DayShown = None
) -> Response:
    """They are there after all."""
    return await _act(request, conn, who, manager, day, lambda: remove_absence(conn, manager, absence_id))


async def _act(
    request: Request,
    conn: Connection,
    who: Principal,
    manager: str,
    day: date | None,
    act: Callable[[], Awaitable[None]],
    **forms: Any,
) -> Response:
    try:
        async with conn.transaction():
            await act()
    except DomainError as error:
        error.field = {"starts_at": "first", "ends_at": "last"}.get(error.field or "", error.field)
        if is_lively(request) or not forms:
            raise
        return await _show(request, conn, who, day, manager, day, error=error, **forms)
    show = partial(_show, request, conn, who, day, manager, day)
    place = f"{HERE}?who={manager}" + (f"&day={day}" if day else "")
    return await web_of(request).after(request, place, show, said=words_for(request)("Written down."))


async def _show(
    request: Request,
    conn: Connection,
    who: Principal,
    shown_day: date | None,
    manager: str = "",
    day: date | None = None,
    *,
    sought: Sought = _EVERYBODY,
    week_form: WeekForm | None = None,
    away_form: AwayForm | None = None,
    error: DomainError | None = None,
) -> Response:
    now = datetime.now(UTC)
    page = await read_hours(conn, shown_day, now, manager, day, sought)
    first = page.chosen.day.isoformat() if page.chosen else ""
    shown: dict[str, Any] = {
        "page": page,
        "sought": sought,
        "today": now.astimezone(page.zone).date(),
        "week_form": week_form or (WeekForm.of(page.chosen.hours) if page.chosen else WeekForm()),
        "away_form": away_form or AwayForm(first=first),
        "errors": field_errors(error) if error else {},
        "status": error.status if error else 200,
    }
    return await settings_page(request, conn, who, "settings/hours.j2", **shown)


def _stretches(text: str, day: str) -> list[dict[str, str]]:
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    found = []
    for part in parts:
        match = _STRETCH.fullmatch(part)
        if match is None:
            raise Invalid("Write hours as 09:00-13:00, 14:00-18:00; leave it empty for a day off", field=day)
        found.append(
            {"opens": f"{int(match[1]):02d}:{match[2] or '00'}", "closes": f"{int(match[3]):02d}:{match[4] or '00'}"}
        )
    return found


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
