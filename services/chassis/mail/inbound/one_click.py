"""The link in a mail that asks for no more: one press in a mail program (RFC 8058), or on a page without script."""

from __future__ import annotations

import re
from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.http import Conn, door_router
from services.chassis.mail import addresses
from services.chassis.mail import rows as mails
from services.chassis.mail.inbound import rows
from services.chassis.mail.inbound.inbox import Ears
from services.chassis.mail.inbound.reading import Reading

_TOKEN = re.compile(r"^[0-9a-f]{32}$")
_WORDS = {
    "uk": (
        "Більше не писати?",
        "Ми більше не надсилатимемо вам листів, про які ви не просили.",
        "Не писати",
        "Готово. Ми більше не пишемо.",
    ),
    "en": (
        "No more mail?",
        "We will send you nothing that you have not asked for.",
        "No more mail",
        "Done. We write no more.",
    ),
}
_PAGE = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}</title><h1>{title}</h1><p>{text}</p>{form}</html>"
)
ANYBODY = Principal(person="mail", tier="", role="mail")


async def _anybody(_: Request) -> Principal:
    """Whoever has the link: it cannot be guessed."""
    return ANYBODY


def one_click_router(ears: Ears) -> APIRouter:
    """`/v1/mail-stops/{token}`, for whoever has got the mail."""
    router = door_router(tags=["mail"], door=_anybody)

    # A page for people, like those of the desk.
    @router.get("/mail-stops/{token}", include_in_schema=False, response_class=HTMLResponse)
    async def ask(_token: Annotated[str, Path(alias="token")], request: Request) -> HTMLResponse:
        """A page with one button; looking at it changes nothing, as programs look at links."""
        title, text, press, _ = _WORDS[_language(request)]
        form = f'<form method="post"><button>{escape(press)}</button></form>'
        return HTMLResponse(_PAGE.format(lang=_language(request), title=title, text=text, form=form))

    @router.post("/mail-stops/{token}", summary="No more mail to them", response_class=HTMLResponse)
    async def stop(token: str, conn: Conn, request: Request) -> HTMLResponse:
        """Mail programs send this by themselves (RFC 8058). Repeated, it changes nothing; 404 for an unknown token."""
        await _stop(conn, ears, token)
        title, _, _, done = _WORDS[_language(request)]
        return HTMLResponse(_PAGE.format(lang=_language(request), title=title, text=done, form=""))

    return router


def _language(request: Request) -> str:
    return "uk" if request.headers.get("accept-language", "").lower().startswith("uk") else "en"


async def _stop(conn: Connection, ears: Ears, token: str) -> None:
    mail = await rows.find_mail(conn, token, []) if _TOKEN.match(token) else None
    if mail is None:
        raise NotFound("there is no such mail")
    mail = await mails.lock(conn, mail.id, ears.lead_first)
    kept = await rows.keep(conn, f"one-click:{token}", token, b"")
    if kept is None:
        return
    reading = Reading(kind="stop", sender=mail.recipient, subject=mail.subject, token=token)
    inbound = await rows.write(conn, kept, reading, mail, "read")
    await addresses.mark(conn, mail.recipient, "stopped", f"by the link in a mail, {kept}", mail.lead_id)
    await ears.stopped(conn, inbound, mail)
