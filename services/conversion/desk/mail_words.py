"""The words of mails to leads and their files: written, shown as they read, published, and back to the shipped ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import RedirectResponse, Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.http import Conn, Who, file_name
from services.chassis.mail import Attachment
from services.chassis.meanings import Language
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors, reason_of
from services.chassis.web.seen import told_of
from services.chassis.web.site import is_lively, words_for
from services.conversion.actions.mail_editor import (
    Words,
    check_words,
    look_at,
    read_mail_page,
    read_mail_table,
    restore_words,
)
from services.conversion.actions.templates import LARGEST_FILE, put_file, remove_file, save_template
from services.conversion.desk.settings import SETTERS, SETTINGS, SUPERVISION, SUPERVISOR, settings_page
from services.conversion.domain.mail_fields import MAIL_FIELDS
from services.conversion.schemas.common import Name
from services.conversion.schemas.templates import NewTemplate

router: APIRouter = page_router("/desk/settings/mails")
Called = Annotated[Name, Path(max_length=100)]
Tongue = Annotated[Language, Path(max_length=10)]
HERE = f"{SETTINGS}/mails"
LANGUAGES = ("uk", "en", "pl", "de", "cs", "sk", "ro", "hu", "lt", "lv", "et", "bg", "fr", "it", "es", "nl", "tr", "ru")


class WordsForm(BaseModel):
    """A mail as it is typed; `seen` is the version that the form was drawn with."""

    model_config = ConfigDict(extra="ignore")

    subject: str = Field(default="", max_length=1000)
    body: str = Field(default="", max_length=20_000)
    seen: int = 0

    def typed(self) -> Words:
        """As it stands there; browsers send lines with a carriage return."""
        return self.subject.strip(), self.body.replace("\r\n", "\n").strip()

    def told(self, name: str, language: str) -> NewTemplate:
        """The same as REST takes it. Raises Invalid with the field."""
        subject, body = self.typed()
        try:
            return NewTemplate(name=name, language=language, subject=subject, body=body)
        except ValidationError as error:
            first = error.errors()[0]
            place = str(first["loc"][0]) if first["loc"] else "body"
            raise Invalid(reason_of(dict(first)), field=place) from None


@router.get("", dependencies=SUPERVISION)
async def table(request: Request, conn: Conn, who: Who) -> Response:
    """Every mail in every language."""
    found = await read_mail_table(conn)
    return await settings_page(request, conn, who, "settings/mails.j2", found=found, others=LANGUAGES)


@router.get("/other", dependencies=SUPERVISION)
async def other(name: Annotated[Name, Query()], language: Annotated[Language, Query(max_length=10)]) -> Response:
    """A name or a language that nobody has written in yet."""
    return RedirectResponse(f"{HERE}/{name}/{language}", status_code=303)


@router.get("/{name}/{language}", dependencies=SUPERVISION)
async def one(
    request: Request, conn: Conn, who: Who, name: Called, language: Tongue, version: int | None = None
) -> Response:
    """The words that count, or those of an earlier version to be taken up again."""
    page = await read_mail_page(conn, name, language)
    words = page.start if version is None else page.of_version(version)
    return await _show(request, conn, who, name, language, words)


@router.put("/{name}/{language}/look", dependencies=SUPERVISOR)
async def look(
    request: Request, conn: Conn, name: Called, language: Tongue, form: Annotated[WordsForm, Form()]
) -> Response:
    """While it is typed: how it would read, and what is wrong with it."""
    page = await read_mail_page(conn, name, language)
    shown: dict[str, Any] = {"page": page, "look": look_at(page, form.typed())}
    return web_of(request).pages.parts(request, {"look": "settings/_mail_look.j2"}, **shown)


@router.post("/{name}/{language}/look", dependencies=SUPERVISOR)
async def look_again(
    request: Request, conn: Conn, who: Who, name: Called, language: Tongue, form: Annotated[WordsForm, Form()]
) -> Response:
    """The same without script: the page with what was typed."""
    return await _show(request, conn, who, name, language, form.typed(), seen=form.seen)


@router.post("/{name}/{language}", dependencies=SETTERS)
async def publish(
    request: Request, conn: Conn, who: Who, name: Called, language: Tongue, form: Annotated[WordsForm, Form()]
) -> Response:
    """Mails go out in these words from now on."""
    try:
        async with conn.transaction():
            check_words(await read_mail_page(conn, name, language), form.typed())
            await save_template(conn, form.told(name, language), who, seen=form.seen)
    except DomainError as error:
        if is_lively(request):
            raise
        seen = told_of(error, form).seen
        return await _show(request, conn, who, name, language, form.typed(), seen=seen, error=error)
    said = words_for(request)("Published: mails go out in these words.")
    return await _after(request, conn, who, name, language, said)


@router.post("/{name}/{language}/restore", dependencies=SETTERS)
async def restore(
    request: Request, conn: Conn, who: Who, name: Called, language: Tongue, seen: Annotated[int, Form()] = 0
) -> Response:
    """Back to the shipped words."""
    await restore_words(conn, name, language, who, seen)
    return await _after(request, conn, who, name, language, words_for(request)("Back to the shipped text."))


@router.post("/{name}/{language}/files", dependencies=SETTERS)
async def add_file(
    request: Request, conn: Conn, who: Who, name: Called, language: Tongue, file: UploadFile
) -> Response:
    """A file that goes with every mail of this name."""
    content = await file.read(LARGEST_FILE + 1)
    given = Attachment(file_name(file, "file")[-100:], file.content_type or "", content)
    return await _files(request, conn, who, name, language, lambda: put_file(conn, name, given, who))


@router.post("/{name}/{language}/files/remove", dependencies=SETTERS)
async def drop_file(
    request: Request, conn: Conn, who: Who, name: Called, language: Tongue,
    file: Annotated[str, Form(max_length=200)],
) -> Response:  # fmt: skip
    """It goes with no mail any more."""
    return await _files(request, conn, who, name, language, lambda: remove_file(conn, name, file))


async def _files(
    request: Request, conn: Connection, who: Principal, name: str, language: str,
    act: Callable[[], Awaitable[None]],
) -> Response:  # fmt: skip
    try:
        async with conn.transaction():
            await act()
    except DomainError as error:
        if is_lively(request):
            raise
        start = (await read_mail_page(conn, name, language)).start
        return await _show(request, conn, who, name, language, start, error=error)
    return await _after(request, conn, who, name, language, words_for(request)("Written down."))


async def _after(request: Request, conn: Connection, who: Principal, name: str, language: str, said: str) -> Response:
    start = (await read_mail_page(conn, name, language)).start
    show = partial(_show, request, conn, who, name, language, start)
    return await web_of(request).after(request, f"{HERE}/{name}/{language}", show, said=said)


async def _show(
    request: Request,
    conn: Connection,
    who: Principal,
    name: str,
    language: str,
    words: Words,
    *,
    seen: int | None = None,
    error: DomainError | None = None,
) -> Response:
    page = await read_mail_page(conn, name, language)
    shown: dict[str, Any] = {
        "page": page,
        "words": words,
        "seen": page.version if seen is None else seen,
        "look": look_at(page, words),
        "names_known": MAIL_FIELDS.names,
        "errors": field_errors(error) if error else {},
        "refused": error,
        "status": error.status if error else 200,
    }
    return await settings_page(request, conn, who, "settings/mail.j2", **shown)
