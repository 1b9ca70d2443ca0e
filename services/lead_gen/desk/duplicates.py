"""Leads that may be one company: both side by side, merged or kept apart, and either taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.http import Conn, Id, Who
from services.chassis.sentences import filled
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import words_for
from services.lead_gen.actions.duplicate_pages import State, list_pairs, read_pair
from services.lead_gen.actions.duplicates import merge_duplicate, reconsider_duplicate, refuse_duplicate
from services.lead_gen.actions.merges import undo_merge
from services.lead_gen.desk.cursors import place_of, read_place
from services.lead_gen.desk.places import HERE, READERS, SUPERVISOR
from services.lead_gen.domain.duplicates import PairList, PairOnPage
from services.lead_gen.schemas.leads import LeadView

router: APIRouter = page_router("/desk/duplicates")
Behind = Annotated[str, Query(max_length=100)]


@router.get("", dependencies=READERS)
async def pairs_page(
    request: Request, conn: Conn, who: Who, state: State = "open", after: Behind = "", done: Id | None = None
) -> Response:
    """Pairs in one state; `done` is the one that was decided just now."""
    return await _show(request, conn, who, state, after, done)


@router.post("/{duplicate_id}/merge", dependencies=SUPERVISOR)
async def merge(request: Request, conn: Conn, who: Who, duplicate_id: Id, keep: Annotated[Id, Form()]) -> Response:
    """They are one: this one stays."""
    return await _decide(request, conn, who, duplicate_id, lambda: merge_duplicate(conn, duplicate_id, keep, who))


@router.post("/{duplicate_id}/refuse", dependencies=SUPERVISOR)
async def refuse(request: Request, conn: Conn, who: Who, duplicate_id: Id) -> Response:
    """They are two."""
    return await _decide(request, conn, who, duplicate_id, lambda: refuse_duplicate(conn, duplicate_id, who))


@router.post("/{duplicate_id}/reconsider", dependencies=SUPERVISOR)
async def reconsider(request: Request, conn: Conn, who: Who, duplicate_id: Id) -> Response:
    """Whether they are two is open again."""
    said = words_for(request)("The pair is open again.")
    return await _reopen(request, conn, who, lambda: reconsider_duplicate(conn, duplicate_id), said)


@router.post("/merges/{merge_id}/undo", dependencies=SUPERVISOR)
async def undo(request: Request, conn: Conn, who: Who, merge_id: Id) -> Response:
    """Take the merge back."""
    said = words_for(request)("They are two leads again; the pair is open.")
    return await _reopen(request, conn, who, lambda: undo_merge(conn, merge_id, who.person), said)


async def _decide(
    request: Request, conn: Connection, who: Principal, duplicate_id: str, act: Callable[[], Awaitable[object]]
) -> Response:
    try:
        async with conn.transaction():
            await act()
    except Conflict as error:
        return await _late(request, conn, who, error, duplicate_id)
    place = f"{HERE}/duplicates?done={duplicate_id}"
    said = _told(words_for(request), await read_pair(conn, duplicate_id))
    show = partial(_show, request, conn, who, done=duplicate_id)
    return await web_of(request).after(request, place, show, said=said)


async def _reopen(
    request: Request, conn: Connection, who: Principal, act: Callable[[], Awaitable[object]], said: str
) -> Response:
    try:
        async with conn.transaction():
            await act()
    except Conflict as error:
        return await _late(request, conn, who, error)
    return await web_of(request).after(request, f"{HERE}/duplicates", partial(_show, request, conn, who), said=said)


async def _late(
    request: Request, conn: Connection, who: Principal, error: Conflict, duplicate_id: str | None = None
) -> Response:
    """A colleague was faster: who it was, and the pairs as they are now, so that nobody decides on old ones."""
    if error.code != "wrong_state":
        raise error
    return await _show(request, conn, who, done=duplicate_id, late=error)


def _told(_: Callable[[str], str], pair: PairOnPage) -> str:
    """What was decided about a pair."""
    a, b = pair.a.company, pair.b.company
    if pair.merge:
        kept, gone = (a, b) if pair.merge.kept == pair.a.id else (b, a)
        return filled(_("“%(gone)s” is part of “%(kept)s” now."), {"gone": gone, "kept": kept})
    if pair.pair.state == "refused":
        return filled(_("“%(one)s” and “%(other)s” stay two companies."), {"one": a, "other": b})
    return filled(_("“%(one)s” and “%(other)s” are open again."), {"one": a, "other": b})


async def _show(
    request: Request, conn: Connection, who: Principal, state: State = "open", after: str = "",
    done: str | None = None, late: Conflict | None = None,
) -> Response:  # fmt: skip
    found = await list_pairs(conn, state, read_place(after))
    context: dict[str, Any] = {"list": found, "acts": not who.is_ops, "next": _next(found), "after": after}
    pair = await read_pair(conn, done) if done else None
    context |= {"masked": _masked(found), "done": pair, "told": _told(words_for(request), pair) if pair else ""}
    return web_of(request).pages.answer(
        request, "duplicates.j2", status=late.status if late else 200, late=late, **context
    )


def _next(found: PairList) -> str:
    """Where the next page begins."""
    if not found.more:
        return ""
    last = found.pairs[-1].pair
    return place_of(last.decided_at if found.state != "open" and last.decided_at else last.created_at, last.id)


def _masked(found: PairList) -> dict[str, LeadView]:
    """The leads by id, with their numbers and addresses as everybody may see them."""
    return {lead.id: LeadView.of(lead) for pair in found.pairs for lead in (pair.a, pair.b)}
