"""The words of mails to customers: written, shown as they would read, published, and back to the shipped ones."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import RedirectResponse, Response

from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.mail_editor import look_at, read_mail_page, read_mail_table
from services.account_mgmt.actions.mail_templates import restore_template, save_template
from services.account_mgmt.desk.customer_forms import LANGUAGES, first_fault
from services.account_mgmt.desk.places import SETTERS, SETTINGS, SUPERVISION, SUPERVISOR
from services.account_mgmt.domain.mail_templates import MailKind, MailWords, fields_of
from services.account_mgmt.schemas.mail_templates import TemplateWords
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.http import Conn, Who
from services.chassis.meanings import Language
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.seen import told_of
from services.chassis.web.site import is_lively, words_for

router: APIRouter = page_router("/desk/settings/mails")
Tongue = Annotated[Language, Path(max_length=10)]
HERE = f"{SETTINGS}/mails"


class WordsForm(BaseModel):
    """A mail as it is typed; `seen` is the version that the form was drawn with."""

    model_config = ConfigDict(extra="ignore")

    subject: str = Field(default="", max_length=1000)
    body: str = Field(default="", max_length=20_000)
    seen: int = 0

    def typed(self) -> MailWords:
        """As it stands there; browsers send lines with a carriage return."""
        return MailWords(subject=self.subject.strip(), body=self.body.replace("\r\n", "\n"))

    def told(self) -> MailWords:
        """The same as REST takes it. Raises Invalid with the field."""
        typed = self.typed()
        try:
            return TemplateWords(subject=typed.subject, body=typed.body).words()
        except ValidationError as error:
            raise first_fault(error) from None


@router.get("", dependencies=SUPERVISION)
async def table(request: Request, conn: Conn, who: Who) -> Response:
    """Every mail in every language."""
    found = await read_mail_table(conn)
    return await _page(request, conn, who, "settings/mails.j2", found=found, others=LANGUAGES)


@router.get("/other", dependencies=SUPERVISION)
async def other(kind: MailKind, language: Annotated[Language, Query(max_length=10)]) -> Response:
    """A language that nobody has written in yet."""
    return RedirectResponse(f"{HERE}/{kind}/{language}", status_code=303)


@router.get("/{kind}/{language}", dependencies=SUPERVISION)
async def one(
    request: Request, conn: Conn, who: Who, kind: MailKind, language: Tongue, version: int | None = None
) -> Response:
    """The words that count, or those of an earlier version to be taken up again."""
    page = await read_mail_page(conn, kind, language)
    words = page.start if version is None else page.of_version(version)
    return await _show(request, conn, who, kind, language, words)


@router.put("/{kind}/{language}/look", dependencies=SUPERVISOR)
async def look(
    request: Request, conn: Conn, kind: MailKind, language: Tongue, form: Annotated[WordsForm, Form()]
) -> Response:
    """While it is typed: how it would read, and what is wrong with it."""
    page = await read_mail_page(conn, kind, language)
    shown: dict[str, Any] = {"page": page, "look": await look_at(conn, page, form.typed())}
    return web_of(request).pages.parts(request, {"look": "settings/_mail_look.j2"}, **shown)


@router.post("/{kind}/{language}/look", dependencies=SUPERVISOR)
async def look_again(
    request: Request, conn: Conn, who: Who, kind: MailKind, language: Tongue, form: Annotated[WordsForm, Form()]
) -> Response:
    """The same without script: the page with what was typed."""
    return await _show(request, conn, who, kind, language, form.typed(), seen=form.seen)


@router.post("/{kind}/{language}", dependencies=SETTERS)
async def publish(
    request: Request, conn: Conn, who: Who, kind: MailKind, language: Tongue, form: Annotated[WordsForm, Form()]
) -> Response:
    """Mails go out in these words from now on."""
    try:
        async with conn.transaction():
            words = form.told()
            if words == (await read_mail_page(conn, kind, language)).current:
                raise Invalid("Nothing is different yet", field="body")
            await save_template(conn, who, kind, language, words, seen=form.seen)
    except DomainError as error:
        if is_lively(request):
            raise
        seen = told_of(error, form).seen
        return await _show(request, conn, who, kind, language, form.typed(), seen=seen, error=error)
    return await _after(
        request, conn, who, kind, language, words_for(request)("Published: mails go out in these words.")
    )


@router.post("/{kind}/{language}/restore", dependencies=SETTERS)
async def restore(
    request: Request, conn: Conn, who: Who, kind: MailKind, language: Tongue, seen: Annotated[int, Form()] = 0
) -> Response:
    """Back to the shipped words."""
    await restore_template(conn, who, kind, language, seen=seen)
    return await _after(request, conn, who, kind, language, words_for(request)("Back to the shipped text."))


async def _after(
    request: Request, conn: Connection, who: Principal, kind: MailKind, language: str, said: str
) -> Response:
    start = (await read_mail_page(conn, kind, language)).start
    show = partial(_show, request, conn, who, kind, language, start)
    return await web_of(request).after(request, f"{HERE}/{kind}/{language}", show, said=said)


async def _show(
    request: Request,
    conn: Connection,
    who: Principal,
    kind: MailKind,
    language: str,
    words: MailWords,
    *,
    seen: int | None = None,
    error: DomainError | None = None,
) -> Response:
    page = await read_mail_page(conn, kind, language)
    shown: dict[str, Any] = {
        "page": page,
        "words": words,
        "seen": page.latest if seen is None else seen,
        "look": await look_at(conn, page, words),
        "names_known": fields_of(kind).names,
        "errors": field_errors(error) if error else {},
        "refused": error,
        "status": error.status if error else 200,
    }
    return await _page(request, conn, who, "settings/mail.j2", **shown)


async def _page(request: Request, conn: Connection, who: Principal, template: str, **shown: Any) -> Response:
    bar = await read_bar(conn, who, datetime.now(UTC))
    return web_of(request).pages.answer(request, template, bar=bar, acts=who.role == "supervisor", **shown)
