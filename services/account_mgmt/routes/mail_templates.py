"""Mails to customers in the organisation's own words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.account_mgmt.actions.kinds import MAIL_TEMPLATE
from services.account_mgmt.actions.mail_templates import (
    list_templates,
    preview_template,
    read_template,
    restore_template,
    save_template,
)
from services.account_mgmt.domain.mail_templates import MailKind, MailTemplate, fields_of
from services.account_mgmt.routes.access import READERS, SUPERVISOR
from services.account_mgmt.schemas.mail_templates import MailTemplateView, PreviewView, TemplateWords
from services.chassis.http import Conn, Page, Pager, Who, if_match, new_router, tagged
from services.chassis.meanings import Language

router: APIRouter = new_router(tags=["mail templates"])
Tongue = Annotated[Language, Path(max_length=10)]


def _view(one: MailTemplate) -> MailTemplateView:
    return MailTemplateView(**dict(one), fields=list(fields_of(one.kind).names))


@router.get("/mail-templates", dependencies=READERS, summary="Words of mails to customers")
async def get_templates(conn: Conn, pager: Pager) -> Page[MailTemplateView]:
    """Of each kind in each language: the organisation's own, else the standard ones (version 0)."""
    cursor = pager.cursor(2)
    found = [one for one in await list_templates(conn) if cursor is None or (one.kind, one.language) > tuple(cursor)]
    views = [_view(one) for one in found[: pager.limit + 1]]
    return Page.of(views, pager.limit, key=lambda one: (one.kind, one.language))


@router.get("/mail-templates/{kind}/{language}", dependencies=[*READERS, tagged()], summary="Words of one mail")
async def get_template(conn: Conn, kind: MailKind, language: Tongue) -> MailTemplateView:
    """Those that count now. 404 for a language that nobody has written in."""
    return _view(await read_template(conn, kind, language))


_NEXT = if_match(get_template, MAIL_TEMPLATE, lambda given: f"{given['kind']}/{given['language']}", makes=True)


@router.put("/mail-templates/{kind}/{language}", dependencies=[*SUPERVISOR, _NEXT], summary="Write a mail anew")
async def put_template(conn: Conn, who: Who, kind: MailKind, language: Tongue, body: TemplateWords) -> MailTemplateView:
    """Mails go out in these words from now on. 422 names placeholders that do not exist, or one that is needed."""
    return _view(await save_template(conn, who, kind, language, body.words()))


@router.delete(
    "/mail-templates/{kind}/{language}", status_code=204, dependencies=[*SUPERVISOR, _NEXT],
    summary="Go back to the standard words",
)  # fmt: skip
async def delete_template(conn: Conn, who: Who, kind: MailKind, language: Tongue) -> Response:
    """Earlier versions are kept. 404 for a language that nobody has written in."""
    await restore_template(conn, who, kind, language)
    return Response(status_code=204)


@router.post("/mail-templates/{kind}/{language}/preview", dependencies=READERS, summary="A mail as a customer gets it")
async def post_preview(
    conn: Conn, kind: MailKind, language: Tongue, body: TemplateWords,
    named: Annotated[bool, Query(description="Whether somebody's name is known.")] = True,
) -> PreviewView:  # fmt: skip
    """With an example's facts; nothing is saved or sent. 422 as saving would answer."""
    shown = await preview_template(conn, kind, language, body.words(), named=named)
    return PreviewView(subject=shown.subject, body=shown.body)
