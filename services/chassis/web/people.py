"""The page on which a supervisor sees the people of their tier and adds one more."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError, Invalid
from services.chassis.first_steps import Step, next_step
from services.chassis.http import Conn, Who
from services.chassis.meanings import Language
from services.chassis.sentences import said
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import is_lively, words_for

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MOST: Final = 200


class PersonForm(BaseModel):
    """Who it is, as typed; `language` is asked where it decides whom somebody may call."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    id: str = Field(default="", max_length=200)
    name: str = Field(default="", max_length=100)
    language: Language = "uk"

    def check(self) -> None:
        """Raises Invalid with the field, and what to write there, unless this names somebody."""
        if not self.name:
            raise Invalid(said("somebody needs a name"), field="name")
        if not _ID.fullmatch(self.id):
            raise Invalid(said("use letters, digits, dots, dashes and underscores, 64 at most"), field="id")


def parted(text: str) -> list[str]:
    """What is typed with commas between."""
    return [one for part in text.split(",") if (one := part.strip())]


def numbered(text: str) -> int | str:
    """A whole number, or what was typed instead of one."""
    return int(text) if text.isascii() and text.isdigit() else text


@dataclass(frozen=True)
class People:
    """What is a tier's own: where its pages are, its people (so many at most), how one is added, what is still missing,
    what its bar shows, and what is asked of somebody."""

    tier: str
    everybody: Callable[[Connection, int], Awaitable[Sequence[Any]]]
    add: Callable[[Connection, PersonForm], Awaitable[object]]
    steps: Callable[[Connection], Awaitable[list[Step]]]
    bar: Callable[[Connection, Principal], Awaitable[dict[str, Any]]]
    form: type[PersonForm] = PersonForm

    async def typed(self, request: Request) -> PersonForm:
        """What the form has sent. Raises RequestValidationError for what no page would send."""
        sent = await request.form(max_files=0)
        try:
            return self.form.model_validate(dict(sent))
        except ValidationError as error:
            raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from None

    async def show(
        self, request: Request, conn: Connection, who: Principal, form: PersonForm | None = None, **more: Any
    ) -> Response:
        """The page, with what was typed if it is refused."""
        found, steps = await self.everybody(conn, _MOST + 1), await self.steps(conn)
        shown: dict[str, Any] = {
            "people": found[:_MOST],
            "more": len(found) > _MOST,
            "values": form,
            "steps": steps,
        } | more
        shown |= {"next": next_step(steps), "acts": who.role == "supervisor"} | await self.bar(conn, who)
        return web_of(request).pages.answer(request, "people.j2", **shown)


def people_router(people: People, *, readers: list[Any], writers: list[Any]) -> APIRouter:
    """`/desk/people` of a tier."""
    router = page_router("/desk/people")

    @router.get("", dependencies=readers)
    async def show(request: Request, conn: Conn, who: Who) -> Response:
        """Everybody, and the form for one more."""
        return await people.show(request, conn, who)

    @router.post("", dependencies=writers)
    async def add(request: Request, conn: Conn, who: Who) -> Response:
        """Somebody works here from now on."""
        form = await people.typed(request)
        try:
            async with conn.transaction():
                form.check()
                await people.add(conn, form)
        except DomainError as error:
            if is_lively(request):
                raise
            return await people.show(request, conn, who, form, errors=field_errors(error), status=error.status)
        told = words_for(request)("%(name)s is on the list.") % {"name": form.name}
        here = partial(people.show, request, conn, who)
        return await web_of(request).after(request, f"{people.tier}/people", here, said=told)

    return router
