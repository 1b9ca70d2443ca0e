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
from services.chassis.meanwhile import MEANWHILE
from services.chassis.web.door import page_router, web_of
from services.chassis.web.drawn import LONGEST, Drawn, check_as_shown, drawn_with, is_drawn_anew, shown_of
from services.chassis.web.refusals import field_errors, reason_of
from services.chassis.web.site import words_for
from services.conversion.actions.absences import add_absence, remove_absence
from services.conversion.actions.hours_page import HoursPage, hours_of, read_hours
from services.conversion.actions.kinds import HOURS
from services.conversion.actions.managers import edit_manager
from services.conversion.desk.settings import SETTERS, SETTINGS, SUPERVISION, settings_page
from services.conversion.domain.managers import Manager
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
    was: str = Field(default="", max_length=LONGEST)

    @classmethod
    def of(cls, calendar: Calendar) -> WeekForm:
        """The form with these hours."""
        week = calendar.week
        written = {str(day): ", ".join(f"{one.opens}–{one.closes}" for one in week.get(day, [])) for day in WEEK}
        return cls.model_validate({**written, "was": drawn_with(written)})

    def drawn(self) -> Drawn:
        """The days as they were typed, and what they were drawn with. Raises Invalid."""
        return Drawn.of(self.model_dump(exclude={"was"}), self.was)

    def over(self, calendar: Calendar) -> WeekForm:
        """What was typed, in the form of these hours."""
        now = self.of(calendar)
        return now.model_copy(update=self.drawn().merged(now.drawn().typed))

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

    async def edited(now: Manager) -> dict[str, Any]:
        hours = await hours_of(conn, now)
        await form.drawn().to_write(conn, HOURS, manager, WeekForm.of(hours).drawn().typed)
        return {"hours": form.over(hours).told(hours).model_dump(mode="json")}

    return await _act(
        request, conn, who, manager, day, lambda: edit_manager(conn, manager, who, edited), week_form=form
    )


@router.post("/{manager}/usual", dependencies=SETTERS)
async def usual_week(
    request: Request, conn: Conn, who: Who, manager: Whose, form: Annotated[WeekForm, Form()], day: DayShown = None
) -> Response:
    """The tier's hours again, instead of those that were shown."""

    async def edited(now: Manager) -> dict[str, Any]:
        shown, week = shown_of(form.was), WeekForm.of(await hours_of(conn, now)).drawn().typed
        await check_as_shown(conn, HOURS, manager, shown, week, noted=WEEK)
        return {"hours": None}

    return await _act(
        request, conn, who, manager, day, lambda: edit_manager(conn, manager, who, edited), week_form=None
    )


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
        if not forms or not is_drawn_anew(request, error):
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
        "week_form": _week_form(page, week_form, error),
        "away_form": away_form or AwayForm(first=first),
        "errors": field_errors(error) if error else {},
        "refused": error,
        "status": error.status if error else 200,
    }
    return await settings_page(request, conn, who, "settings/hours.j2", **shown)


def _week_form(page: HoursPage, typed: WeekForm | None, error: DomainError | None) -> WeekForm:
    if page.chosen is None:
        return WeekForm()
    if typed and error and error.code == MEANWHILE:
        return typed.over(page.chosen.hours)
    return typed or WeekForm.of(page.chosen.hours)


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
