"""The rota's page: a week of callers, with the hours of one day or of every week beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.http import Conn, Id, Who, allow
from services.chassis.listed import Sought
from services.chassis.meanings import Day
from services.chassis.meanwhile import MEANWHILE
from services.chassis.web.door import page_router, web_of
from services.chassis.web.drawn import LONGEST, check_as_shown, drawn_with, is_drawn_anew, shown_of
from services.chassis.web.refusals import field_errors, reason_of
from services.chassis.web.site import words_for
from services.lead_gen.actions.kinds import ROTA_DAY
from services.lead_gen.actions.rota import add_pattern, key_of_day, put_exception, remove_exception, remove_pattern
from services.lead_gen.actions.rota_page import read_rota, zone_of_caller
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.rota import RotaException
from services.lead_gen.schemas.rota import NewException, NewPattern

READERS: list[Any] = [allow("supervisor", "ops")]
SUPERVISOR: list[Any] = [allow("supervisor")]
HERE = "/lead-gen/desk/rota"
Told = TypeVar("Told", NewException, NewPattern)
DayShown = Annotated[Day | None, Query()]
Asked = Annotated[Sought, Depends()]
_EVERYBODY = Sought()
Whose = Annotated[str, Path(max_length=100)]

router: APIRouter = page_router("/desk/rota")


class HoursForm(BaseModel):
    """Hours of a day, or of every week from a day on; `until` is the last day, if there is one."""

    model_config = ConfigDict(extra="ignore")

    starts: str = Field(default="", max_length=10)
    ends: str = Field(default="", max_length=10)
    until: str = Field(default="", max_length=20)
    reason: str = Field(default="", max_length=400)
    was: str = Field(default="", max_length=LONGEST)
    off: bool = False

    async def check(self, conn: Connection, caller: str, day: date, now: RotaException | None) -> None:
        """Raises Conflict (`changed_meanwhile`) unless what differs on the day is what the form was shown with."""
        key = key_of_day(caller, day)
        await check_as_shown(conn, ROTA_DAY, key, shown_of(self.was), _texts(now), ("day", "starts", "ends", "reason"))


@router.get("", dependencies=READERS)
async def week(
    request: Request, conn: Conn, who: Who, sought: Asked, week: DayShown = None,
    whose: Annotated[str, Query(alias="who", max_length=100)] = "", day: DayShown = None,
) -> Response:  # fmt: skip
    """A week of everybody; with somebody and a day, their form beside it."""
    return await _show(request, conn, who, week or day, whose, day, sought=sought)


@router.post("/{caller}/{day}/off", dependencies=SUPERVISOR)
async def off(
    request: Request, conn: Conn, who: Who, caller: Whose, day: Day, form: Annotated[HoursForm, Form()]
) -> Response:
    """A day off."""

    async def act() -> None:
        told = {"caller_id": caller, "day": day, "reason": form.reason.strip() or None}
        await put_exception(conn, _checked(NewException, told), who, partial(form.check, conn, caller, day))

    return await _act(request, conn, who, caller, day, act, form.model_copy(update={"off": True}))


@router.post("/{caller}/{day}/hours", dependencies=SUPERVISOR)
async def hours(
    request: Request, conn: Conn, who: Who, caller: Whose, day: Day, form: Annotated[HoursForm, Form()]
) -> Response:
    """Other hours on this day only."""

    async def act() -> None:
        zone = await zone_of_caller(conn, caller)
        reason = form.reason.strip() or None
        told = {"caller_id": caller, "day": day, **_times(form), "timezone": zone, "reason": reason}
        await put_exception(conn, _checked(NewException, told), who, partial(form.check, conn, caller, day))

    return await _act(request, conn, who, caller, day, act, form)


@router.post("/{caller}/{day}/usual", dependencies=SUPERVISOR)
async def usual(
    request: Request, conn: Conn, who: Who, caller: Whose, day: Day, form: Annotated[HoursForm, Form()]
) -> Response:
    """The weekly hours count again on this day."""
    check = partial(form.check, conn, caller, day)
    return await _act(request, conn, who, caller, day, lambda: remove_exception(conn, caller, day, who, check))


@router.post("/{caller}/{day}/weekly", dependencies=SUPERVISOR)
async def weekly(
    request: Request, conn: Conn, who: Who, caller: Whose, day: Day, form: Annotated[HoursForm, Form()]
) -> Response:
    """Hours of every week, from this day on."""

    async def act() -> None:
        zone = await zone_of_caller(conn, caller)
        told = {"caller_id": caller, "weekday": day.weekday(), **_times(form), "timezone": zone, "valid_from": day,
                "valid_until": form.until.strip() or None}  # fmt: skip
        await add_pattern(conn, _checked(NewPattern, told))

    return await _act(request, conn, who, caller, day, act, form)


@router.post("/{caller}/{day}/weekly/{line_id}/remove", dependencies=SUPERVISOR)
async def remove(request: Request, conn: Conn, who: Who, caller: Whose, day: Day, line_id: Id) -> Response:
    """These weekly hours are over."""

    async def act() -> None:
        await remove_pattern(conn, line_id)

    return await _act(request, conn, who, caller, day, act)


async def _act(
    request: Request,
    conn: Connection,
    who: Principal,
    caller: str,
    day: date,
    act: Callable[[], Awaitable[None]],
    form: HoursForm | None = None,
) -> Response:
    try:
        async with conn.transaction():
            await act()
    except DomainError as error:
        if not is_drawn_anew(request, error) or (form is None and error.code != MEANWHILE):
            raise
        return await _show(request, conn, who, day, caller, day, form=form, error=error)
    show = partial(_show, request, conn, who, day, caller, day)
    said = words_for(request)("The rota is planned anew.")
    return await web_of(request).after(request, f"{HERE}?who={caller}&day={day}", show, said=said)


async def _show(
    request: Request,
    conn: Connection,
    who: Principal,
    day: date | None,
    caller: str = "",
    chosen: date | None = None,
    *,
    sought: Sought = _EVERYBODY,
    form: HoursForm | None = None,
    error: DomainError | None = None,
) -> Response:
    now = datetime.now(UTC)
    page = await read_rota(conn, day, now, caller, chosen, sought)
    shown: dict[str, Any] = {
        "page": page,
        "sought": sought,
        "form": form or HoursForm(),
        "shown": drawn_with(_texts(page.chosen.exception if page.chosen else None)),
        "refused": error,
        "acts": who.role == "supervisor",
        "today": now.astimezone(ZoneInfo(HOME_ZONE)).date(),
        "errors": field_errors(error) if error else {},
    }
    return web_of(request).pages.answer(request, "rota.j2", status=error.status if error else 200, **shown)


def _texts(one: RotaException | None) -> dict[str, str]:
    """What differs on a day, as forms carry what they were shown with."""
    if one is None:
        return {}
    starts, ends = (f"{at:%H:%M}" if at else "" for at in (one.starts, one.ends))
    return {"starts": starts, "ends": ends, "reason": one.reason or ""}


def _times(form: HoursForm) -> dict[str, str]:
    for name in ("starts", "ends"):
        if not getattr(form, name).strip():
            raise Invalid("Say from when to when", field=name)
    return {"starts": form.starts.strip(), "ends": form.ends.strip()}


def _checked(body: type[Told], told: dict[str, Any]) -> Told:
    try:
        return body.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        field = {"valid_until": "until"}.get(str(first["loc"][0]), str(first["loc"][0])) if first["loc"] else "ends"
        raise Invalid(reason_of(dict(first)), field=field) from None
