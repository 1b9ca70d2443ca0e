"""Turning the state of the call desk into an answer: the whole page, or the parts of it that htmx puts in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from fastapi import Request
from starlette.responses import Response

from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.web.door import web_of
from services.chassis.web.pages import Reader
from services.lead_gen.actions.call_desk import call_desk
from services.lead_gen.actions.callbacks import callback_times, picked_time
from services.lead_gen.actions.instructions import instructions_at, new_since
from services.lead_gen.desk.forms import TYPED, to_the_minute
from services.lead_gen.domain.call_desk import CallDesk, OnTheLine
from services.lead_gen.domain.callback_times import Hour
from services.lead_gen.domain.instructions import Instruction
from services.lead_gen.domain.script_steps import Step, step_at
from services.lead_gen.domain.window import clock_of

HERE = "/lead-gen/desk/"
FORMS = ("callback", "not_interested", "interested", "hard_question", "wrong_number")
"""Outcomes that ask for something, in the middle card."""
REASONS = ("supplier", "price", "no_need", "not_now", "not_ours")
_WHOLE = {"HX-Retarget": "#main", "HX-Reswap": "outerMorph"}

Part = Literal["desk", "step", "lease", "saved", "found", "thanked"]


@dataclass(frozen=True)
class Shown:
    """What shall be shown beyond the state itself.

    `opened` is the outcome whose form is open, `asked` says that they wait for the next lead, `refused` why the last
    act was not possible, and `typed` what they had typed then. `about` is the call that their page shows: another
    window of theirs may have gone on to the next one. `said` is what the status line then tells.
    """

    part: Part = "desk"
    opened: str = ""
    asked: bool = False
    about: str = ""
    refused: DomainError | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    said: str | None = None


async def after_act(request: Request, conn: Connection, caller: str, shown: Shown) -> Response:
    """The answer to a change: fresh parts for htmx, else the way back to the desk."""
    query = "?nothing=1" if shown.asked else f"?open={shown.opened}" if shown.opened else ""
    show_it = partial(show, request, conn, caller, shown)
    return await web_of(request).after(request, f"{HERE}{query}", show_it, said=shown.said)


async def show(request: Request, conn: Connection, caller: str, shown: Shown) -> Response:
    """The page, or for htmx the parts of it; the whole desk if the part that was asked for is not there any more."""
    now = datetime.now(UTC)
    desk = await call_desk(conn, caller, now, asked=shown.asked)
    context = await _context(request, conn, caller, desk, shown, now)
    status = shown.refused.status if shown.refused else 200
    pages = web_of(request).pages
    if request.headers.get("hx-request-type") != "partial":
        return pages.answer(request, "call_desk.j2", status=status, **context)
    if desk.line is not None and shown.part != "desk" and shown.about in ("", desk.line.call.item_id):
        headers = {"HX-Retarget": f"#{shown.part}", "HX-Reswap": "outerMorph"}
        return pages.answer(request, f"parts/{shown.part}.j2", status=status, headers=headers, **context)
    return pages.answer(request, "parts/desk.j2", status=status, headers=_WHOLE, **context)


async def _context(
    request: Request, conn: Connection, caller: str, desk: CallDesk, shown: Shown, now: datetime
) -> dict[str, Any]:
    held = desk.line
    step = _step(held)
    context: dict[str, Any] = {
        "desk": desk, "state": desk.state, "shift": desk.shift, "held": held, "call": held.call if held else None,
        "step": step, "opened": shown.opened if held else "", "refused": shown.refused, "reasons": REASONS,
        "typed": dict.fromkeys(TYPED, "") | (held.draft.typed if held and held.draft else {}) | dict(shown.typed),
        "zone": clock_of(held.call.lead.calling_zones) if held else None, "zone_of": clock_of,
        "acted": request.method == "POST", "fits": [], "news_from": None, "picked": None, "q": "",
    }  # fmt: skip
    if held is not None:
        context["fits"] = await _fits(conn, held, step, shown.opened)
        context["news_from"] = await new_since(conn, caller)
    if held is not None and shown.opened == "callback":
        context |= await _picker(request, conn, caller, held, dict(context["typed"]), now)
    return context


async def _fits(conn: Connection, held: OnTheLine, step: Step | None, opened: str) -> list[Instruction]:
    node, kind = (step.node, step.kind) if step else (None, None)
    return await instructions_at(conn, held.call.lead, node=node, kind=kind, outcome=opened or None)


async def _picker(
    request: Request, conn: Connection, caller: str, held: OnTheLine, typed: dict[str, str], now: datetime
) -> dict[str, Any]:
    """The callback's hours, with the first quick time picked unless something else was."""
    zone = held.call.lead.calling_zones
    quick, days, planned = await callback_times(conn, caller, zone, now)
    value = typed["callback_at"] or quick[0].value
    try:
        at = to_the_minute(value, typed["minute"], zone)
    except Invalid:  # said beside the field
        at = quick[0].at
    formats = Reader.of(request).formats(now)
    return {
        "quick": quick, "planned": planned, "has_closed": any(not hour.is_open for day in days for hour in day.hours),
        "rows": [(formats.near_day(day.day), [_cell(one) for one in day.hours]) for day in days],
        "picked": await picked_time(conn, caller, zone, at, now),
        "typed": {**typed, "callback_at": value},
    }  # fmt: skip


def _cell(one: Hour) -> tuple[str, str, str]:
    """(value, text, state) of an hour, as the component draws it."""
    return one.value, f"{one.hour}:00", ("mine" if one.mine else "open") if one.is_open else "closed"


def _step(held: OnTheLine | None) -> Step | None:
    if held is None or held.call.script is None:
        return None
    return step_at(held.call.script, held.draft.path if held.draft else [])
