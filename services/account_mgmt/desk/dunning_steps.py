"""Payment reminders as steps: typed, shown as a timeline with their mails, published as the next policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.dunning_steps import (
    DunningPage,
    look_at_dunning,
    publish_dunning,
    read_dunning,
    typed_policy,
)
from services.account_mgmt.desk.places import SETTERS, SETTINGS, SUPERVISION, SUPERVISOR
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.typed_lengths import read_length, written_length
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.http import Conn, Who
from services.chassis.meanwhile import MEANWHILE, now_there
from services.chassis.sentences import said
from services.chassis.web.door import page_router, web_of
from services.chassis.web.formats import zone_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.rows import Move, now_at
from services.chassis.web.seen import told_of
from services.chassis.web.site import is_lively, words_for

router: APIRouter = page_router("/desk/settings/dunning")
HERE = f"{SETTINGS}/dunning"
MOST_STEPS = 10
_GAP, _WAY = "gap.", "way."
_WAYS = {
    "mail": said("by mail"),
    "call": said("by a call"),
    "both": said("by mail and a call"),
    "post": said("by post"),
}


class DunningForm(BaseModel):
    """Steps as they are typed: `way.0` and `gap.0` of the first reminder, and so on."""

    model_config = ConfigDict(extra="allow")

    term: str = Field(default="", max_length=20)
    seen: str = Field(default="", max_length=100)
    move: str = Field(default="", max_length=60)

    @classmethod
    def of(cls, policy: Policy, seen: str) -> DunningForm:
        """The form with the steps in force."""
        rows = {f"{_GAP}{n}": written_length(gap) for n, gap in enumerate(policy.dunning_gaps)}
        ways = {f"{_WAY}{n}": policy.dunning_by[min(n, len(policy.dunning_by) - 1)] for n in range(len(rows))}
        return cls.model_validate({"term": written_length(policy.payment_term), "seen": seen, **rows, **ways})

    @property
    def rows(self) -> list[tuple[str, str]]:
        """(way, wait) of each row, and one that is empty for a further reminder."""
        given = self.model_extra or {}
        found = [(str(given.get(f"{_WAY}{n}", "mail")), str(given.get(f"{_GAP}{n}", "")).strip())
                 for n in range(MOST_STEPS)]  # fmt: skip
        used = max((n for n, row in enumerate(found) if row[1]), default=-1) + 1
        return found[: min(used + 1, MOST_STEPS)]

    def says(self) -> dict[str, str]:
        """What stands in each field, in words."""
        steps = [(n, way, gap) for n, (way, gap) in enumerate(self.rows) if gap]
        ways = {f"{_WAY}{n}": _WAYS.get(way, way) for n, way, _ in steps}
        return {"term": self.term, **ways, **{f"{_GAP}{n}": gap for n, _, gap in steps}}

    @property
    def count(self) -> int:
        """How many reminders there are."""
        return sum(1 for _, gap in self.rows if gap)

    def moved(self) -> tuple[DunningForm, Move | None]:
        """The form after the move that its button asks for, and that move; the form as it is where none can be made."""
        move = Move.asked(self.move, ("steps",))
        if move is None or not move.fits(self.count):
            return self, None
        given = move.swapped(self.model_dump(exclude={"move"}), (f"{_WAY}{{}}", f"{_GAP}{{}}"))
        return self.model_validate(given), move

    def parts(self) -> dict[str, Any]:
        """The parts of the policy. A row without a wait is no reminder. Raises Invalid with the field."""
        steps = [(n, way, gap) for n, (way, gap) in enumerate(self.rows) if gap]
        if not steps:
            raise Invalid("At least one reminder is needed", field=f"{_GAP}0")
        return {
            "payment_term": _length(self.term, "term"),
            "dunning_gaps": [_length(gap, f"{_GAP}{n}") for n, _, gap in steps],
            "dunning_by": [way for _, way, _ in steps],
        }


@router.get("", dependencies=SUPERVISION)
async def steps(request: Request, conn: Conn, who: Who) -> Response:
    """The steps in force, and what they lead to."""
    return await _show(request, conn, who)


@router.put("/look", dependencies=SUPERVISOR)
async def look(request: Request, conn: Conn, form: Annotated[DunningForm, Form()]) -> Response:
    """While they are typed: what they lead to."""
    shown = await _look(conn, await read_dunning(conn), form)
    return web_of(request).pages.parts(request, {"look": "settings/_dunning_look.j2"}, **shown)


@router.post("/look", dependencies=SUPERVISOR)
async def look_again(request: Request, conn: Conn, who: Who, form: Annotated[DunningForm, Form()]) -> Response:
    """The same without script: the page with what was typed, and a reminder moved if its button asks for it."""
    form, moved = form.moved()
    if moved:
        request.state.said = now_at(words_for(request), moved, form.count)
    return await _show(request, conn, who, form, moved=moved)


@router.post("", dependencies=SETTERS)
async def publish(request: Request, conn: Conn, who: Who, form: Annotated[DunningForm, Form()]) -> Response:
    """The next version of the policy has these steps."""
    try:
        async with conn.transaction():
            policy = _policy(await read_dunning(conn), form)
            await publish_dunning(conn, who, policy, form.seen)
    except DomainError as error:
        error = await _noted(conn, form, _of_form(error))
        if is_lively(request):
            raise error from None
        return await _show(request, conn, who, told_of(error, form), error)
    said = words_for(request)("Published: reminders go by these steps.")
    return await web_of(request).after(request, HERE, partial(_show, request, conn, who), said=said)


async def _noted(conn: Connection, form: DunningForm, error: DomainError) -> DomainError:
    """Whoever was second is told at each field what the first has published."""
    if error.code == MEANWHILE:
        now = DunningForm.of((await read_dunning(conn)).policy, "")
        error.also = now_there(now.says(), form.says())
    return error


def _policy(page: DunningPage, form: DunningForm) -> Policy:
    return typed_policy(page, form.parts())


async def _look(conn: Connection, page: DunningPage, form: DunningForm) -> dict[str, Any]:
    try:
        policy = _policy(page, form)
    except DomainError as error:
        return {"page": page, "look": None, "problem": error.message, "zone": zone_of(page.policy.timezone)}
    found = await look_at_dunning(conn, policy, datetime.now(UTC))
    return {"page": page, "look": found, "problem": None, "zone": zone_of(policy.timezone)}


async def _show(
    request: Request, conn: Connection, who: Principal, form: DunningForm | None = None,
    error: DomainError | None = None, moved: Move | None = None,
) -> Response:  # fmt: skip
    page = await read_dunning(conn)
    typed = form or DunningForm.of(page.policy, page.seen)
    shown = {**await _look(conn, page, typed), "form": typed, "refused": error, "moved": moved}
    shown |= {
        "written": _written,
        "term_of": _term_of,
        "errors": field_errors(error) if error else {},
        "status": error.status if error else 200,
    }
    bar = await read_bar(conn, who, datetime.now(UTC))
    acts = who.role == "supervisor"
    return web_of(request).pages.answer(request, "settings/dunning.j2", bar=bar, acts=acts, **shown)


def _read(part: dict[str, Any]) -> Policy:
    return Policy.model_validate({name: value for name, value in part.items() if value is not None})


def _term_of(part: dict[str, Any]) -> str:
    """How long a version gives to pay in, as one reads it, from its JSON."""
    return written_length(_read(part).payment_term)


def _written(part: dict[str, Any]) -> list[str]:
    """Waits and ways of a version as one reads them, from its JSON."""
    policy = _read(part)
    ways = policy.dunning_by
    return [f"{ways[min(n, len(ways) - 1)]} {written_length(gap)}" for n, gap in enumerate(policy.dunning_gaps)]


def _length(text: str, field: str) -> timedelta:
    try:
        return read_length(text)
    except ValueError as error:
        raise Invalid(str(error), field=field) from None


def _of_form(error: DomainError) -> DomainError:
    """The same refusal, about the field as the form names it."""
    place = (error.field or "").removeprefix("body.").split(".")
    number = place[1] if len(place) > 1 and place[1].isdigit() else "0"
    named = {"payment_term": "term", "dunning_gaps": f"{_GAP}{number}", "dunning_by": f"{_WAY}{number}"}
    if place[0] in named and not (error.field or "").startswith((_GAP, _WAY)):
        error.field = named[place[0]]
    return error
