"""The forms about files: which country, encoding and sheet, and what each column is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Form, Request

from services.chassis.contacts.phones import regions
from services.chassis.imports.inspection import Wish
from services.chassis.web.formats import Formats
from services.chassis.web.pages import Reader

_COLUMN = "column-"
ENCODINGS = ("utf-8", "utf-16", "cp1251", "cp1250", "cp1252", "koi8-u", "cp866")


def reading(
    default_region: Annotated[str, Form(max_length=10)] = "",
    encoding: Annotated[str, Form(max_length=40)] = "",
    sheet: Annotated[str, Form(max_length=100)] = "",
) -> Wish:
    """How a file is to be read. An empty encoding is detected."""
    return Wish("auto", default_region, encoding or None, sheet.strip() or None)


Reading = Annotated[Wish, Depends(reading)]


async def chosen_columns(request: Request) -> dict[int, str]:
    """Number of a column -> the field it is, by the form; a column that is left out has an empty one."""
    form = await request.form(max_fields=1_000)
    return _columns({name: value for name, value in form.items() if isinstance(value, str)})


def _columns(fields: Mapping[str, str]) -> dict[int, str]:
    named = {name.removeprefix(_COLUMN): value for name, value in fields.items() if name.startswith(_COLUMN)}
    return {int(number): value for number, value in named.items() if number.isdecimal() and len(number) < 5}


def countries(request: Request) -> list[tuple[str, str]]:
    """(code, name) of every country that numbers can be read of, by name in the reader's language."""
    words: Formats = Reader.of(request).formats()
    return sorted(((code, words.country(code)) for code in regions()), key=lambda one: one[1])
