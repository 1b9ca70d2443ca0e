"""Campaigns: the list, a page of each, and a new one by a form that shows whom it would call."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import is_lively, words_for
from services.lead_gen.actions.campaign_pages import (
    list_campaigns,
    preview_of,
    read_campaign,
    read_choices,
    read_figures,
    read_selection,
)
from services.lead_gen.actions.campaigns import choose_callers, look_now, pause_campaign, prepare_for, start_campaign
from services.lead_gen.desk.campaign_forms import CampaignForm
from services.lead_gen.desk.places import HERE, READERS, SUPERVISOR, campaign_path

router: APIRouter = page_router("/desk/campaigns")
Days = Literal["7", "30", "ever"]
Seen = Annotated[Literal["", "list"], Form()]
"""Where a campaign was started or paused: on its own page, or in its row of the list."""
People = Annotated[list[str], Query(max_length=200)]


@router.get("", dependencies=READERS)
async def campaigns_page(request: Request, conn: Conn, who: Who) -> Response:
    """Every campaign with its pace."""
    return await _list(request, conn, who)


@router.get("/new", dependencies=SUPERVISOR)
async def new_page(request: Request, conn: Conn) -> Response:
    """The form of a new one."""
    return await _form(request, conn, CampaignForm())


@router.post("/new", dependencies=SUPERVISOR)
async def prepare(request: Request, conn: Conn, who: Who, form: Annotated[CampaignForm, Form()]) -> Response:
    """It is prepared, and calls nobody until it is started."""
    try:
        async with conn.transaction():
            campaign = await prepare_for(conn, form.told(), form.callers, who.person)
    except DomainError as error:
        if is_lively(request):
            raise
        return await _form(request, conn, form, error)
    said = words_for(request)("Prepared. It calls nobody until you start it.")
    return await web_of(request).after(request, campaign_path(campaign.id), said=said)


@router.get("/selection", dependencies=SUPERVISOR)
async def selection(request: Request, conn: Conn, criteria_id: Id | Literal[""] = "", callers: People = []) -> Response:  # noqa: B006 - FastAPI copies it
    """Whom a campaign by these criteria would call, as they are being chosen."""
    found = await read_selection(conn, criteria_id or None, None, callers)
    return web_of(request).pages.answer(request, "campaigns/selection.j2", found=found)


async def _form(request: Request, conn: Connection, form: CampaignForm, error: DomainError | None = None) -> Response:
    context: dict[str, Any] = {"form": form, "choices": await read_choices(conn), "refused": error}
    context |= {"errors": field_errors(error) if error else {}}
    return web_of(request).pages.answer(request, "campaign_new.j2", status=error.status if error else 200, **context)


@router.get("/{campaign_id}", dependencies=READERS)
async def campaign_page(request: Request, conn: Conn, who: Who, campaign_id: Id, whole: bool = False) -> Response:
    """One campaign; `whole`: with what else is fetched a moment later."""
    return await _show(request, conn, who, campaign_id, whole=whole)


@router.get("/{campaign_id}/figures", dependencies=READERS)
async def figures(request: Request, conn: Conn, campaign_id: Id, days: Days = "30") -> Response:
    """What it came to."""
    found = await read_figures(conn, campaign_id, _days(days))
    context: dict[str, Any] = {"figures": found, "campaign_id": campaign_id, "days": days}
    return web_of(request).pages.answer(request, "campaigns/figures.j2", **context)


@router.get("/{campaign_id}/selection", dependencies=READERS)
async def its_selection(request: Request, conn: Conn, campaign_id: Id) -> Response:
    """Whom it would call now."""
    return web_of(request).pages.answer(request, "campaigns/selection.j2", found=await preview_of(conn, campaign_id))


@router.post("/{campaign_id}/start", dependencies=SUPERVISOR)
async def start(request: Request, conn: Conn, who: Who, campaign_id: Id, seen: Seen = "") -> Response:
    """It runs, or runs again."""
    await start_campaign(conn, campaign_id, who.person)
    said = words_for(request)("It runs. Callers get its leads from now on.")
    return await _after(request, conn, who, campaign_id, said, seen)


@router.post("/{campaign_id}/pause", dependencies=SUPERVISOR)
async def pause(request: Request, conn: Conn, who: Who, campaign_id: Id, seen: Seen = "") -> Response:
    """It rests; its leads go on when it runs again."""
    await pause_campaign(conn, campaign_id, who.person)
    said = words_for(request)("It rests. Its leads wait where they are.")
    return await _after(request, conn, who, campaign_id, said, seen)


@router.post("/{campaign_id}/look", dependencies=SUPERVISOR)
async def look(request: Request, conn: Conn, who: Who, campaign_id: Id) -> Response:
    """It looks for leads now."""
    await look_now(conn, campaign_id, who.person)
    said = words_for(request)("It looks for leads now, and takes as many as it has room for.")
    return await _after(request, conn, who, campaign_id, said)


@router.post("/{campaign_id}/callers", dependencies=SUPERVISOR)
async def people(
    request: Request,
    conn: Conn,
    who: Who,
    campaign_id: Id,
    callers: Annotated[list[str], Form(max_length=200)] = [],  # noqa: B006 - FastAPI copies it
    was: Annotated[str | None, Form(max_length=20_000)] = None,
) -> Response:
    """Who may call it, of those who may not call every campaign; `was` are those who were ticked before."""
    await choose_callers(conn, campaign_id, callers, None if was is None else was.split())
    return await _after(request, conn, who, campaign_id, words_for(request)("Written down."))


async def _after(
    request: Request, conn: Connection, who: Principal, campaign_id: str, said: str, seen: str = ""
) -> Response:
    if seen:
        return await web_of(request).after(request, f"{HERE}/campaigns", partial(_list, request, conn, who), said=said)
    show = partial(_show, request, conn, who, campaign_id)
    return await web_of(request).after(request, campaign_path(campaign_id), show, said=said)


async def _list(request: Request, conn: Connection, who: Principal) -> Response:
    found = await list_campaigns(conn, datetime.now(UTC))
    return web_of(request).pages.answer(request, "campaigns.j2", list=found, acts=not who.is_ops)


async def _show(
    request: Request, conn: Connection, who: Principal, campaign_id: str, *, whole: bool = False
) -> Response:
    page = await read_campaign(conn, campaign_id, datetime.now(UTC))
    context: dict[str, Any] = {"page": page, "acts": not who.is_ops, "days": "30", "campaign_id": campaign_id}
    context["figures"] = await read_figures(conn, campaign_id, 30) if whole else None
    context["found"] = await preview_of(conn, campaign_id) if whole else None
    return web_of(request).pages.answer(request, "campaign.j2", **context)


def _days(days: Days) -> int | None:
    return None if days == "ever" else int(days)
