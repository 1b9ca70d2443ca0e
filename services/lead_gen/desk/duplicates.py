"""Leads that may be one company: both side by side, merged or kept apart, and either taken back."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import words_for
from services.lead_gen.actions.duplicate_pages import State, list_pairs, read_pair
from services.lead_gen.actions.duplicates import merge_duplicate, reconsider_duplicate, refuse_duplicate
from services.lead_gen.actions.merges import undo_merge
from services.lead_gen.desk.cursors import place_of, read_place
from services.lead_gen.desk.places import HERE, READERS, SUPERVISOR
from services.lead_gen.domain.duplicates import PairList
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
    await merge_duplicate(conn, duplicate_id, keep, who.person)
    return await _decided(request, conn, who, duplicate_id)


@router.post("/{duplicate_id}/refuse", dependencies=SUPERVISOR)
async def refuse(request: Request, conn: Conn, who: Who, duplicate_id: Id) -> Response:
    """They are two."""
    await refuse_duplicate(conn, duplicate_id, who.person)
    return await _decided(request, conn, who, duplicate_id)


@router.post("/{duplicate_id}/reconsider", dependencies=SUPERVISOR)
async def reconsider(request: Request, conn: Conn, who: Who, duplicate_id: Id) -> Response:
    """Whether they are two is open again."""
    await reconsider_duplicate(conn, duplicate_id)
    return await _back(request, conn, who, words_for(request)("The pair is open again."))


@router.post("/merges/{merge_id}/undo", dependencies=SUPERVISOR)
async def undo(request: Request, conn: Conn, who: Who, merge_id: Id) -> Response:
    """Take the merge back."""
    await undo_merge(conn, merge_id, who.person)
    return await _back(request, conn, who, words_for(request)("They are two leads again; the pair is open."))


async def _decided(request: Request, conn: Connection, who: Principal, duplicate_id: str) -> Response:
    place = f"{HERE}/duplicates?done={duplicate_id}"
    return await web_of(request).after(request, place, partial(_show, request, conn, who, done=duplicate_id))


async def _back(request: Request, conn: Connection, who: Principal, said: str) -> Response:
    return await web_of(request).after(request, f"{HERE}/duplicates", partial(_show, request, conn, who), said=said)


async def _show(
    request: Request, conn: Connection, who: Principal, state: State = "open", after: str = "", done: str | None = None
) -> Response:
    found = await list_pairs(conn, state, read_place(after))
    context: dict[str, Any] = {"list": found, "acts": not who.is_ops, "next": _next(found), "after": after}
    context |= {"masked": _masked(found), "done": await read_pair(conn, done) if done else None}
    return web_of(request).pages.answer(request, "duplicates.j2", **context)


def _next(found: PairList) -> str:
    """Where the next page begins."""
    if not found.more:
        return ""
    last = found.pairs[-1].pair
    return place_of(last.decided_at if found.state != "open" and last.decided_at else last.created_at, last.id)


def _masked(found: PairList) -> dict[str, LeadView]:
    """The leads by id, with their numbers and addresses as everybody may see them."""
    return {lead.id: LeadView.of(lead) for pair in found.pairs for lead in (pair.a, pair.b)}
