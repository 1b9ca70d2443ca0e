"""Entity tags as RFC 9110 writes them (sections 8.8.3, 13.1.1 and 13.1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi import Request

from services.chassis.errors import Invalid

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_LONGEST = 4000


@dataclass(frozen=True)
class Tags:
    """What a condition names: `every` for `*`, else strong and weak tags without their quotes."""

    every: bool
    strong: frozenset[str]
    weak: frozenset[str]


def read_tags(request: Request, header: str) -> Tags | None:
    """The tags of If-Match or If-None-Match, or none without the header.

    Several may be given, in one line or in several. Raises Invalid for what is no list of tags.
    """
    lines = request.headers.getlist(header)
    if not lines:
        return None
    text = ",".join(lines).strip()
    if text == "*":
        return Tags(every=True, strong=frozenset(), weak=frozenset())
    found = [_one(part, header) for part in _parts(text, header)]
    if not found:
        raise Invalid('must be *, or tags in quotes such as "5d41402a"', field=header)
    return Tags(
        every=False,
        strong=frozenset(tag for weak, tag in found if not weak),
        weak=frozenset(tag for weak, tag in found if weak),
    )


def _parts(text: str, header: str) -> list[str]:
    """The members of the list; a comma inside of quotes is part of a tag, empty members are allowed."""
    if len(text) > _LONGEST:
        raise Invalid(f"must not be longer than {_LONGEST} characters", field=header)
    parts = [part.strip() for part in re.findall(r'(?:[^,"]|"[^"]*"|")+', text)]
    return [part for part in parts if part]


def _one(part: str, header: str) -> tuple[bool, str]:
    match = _TAG.fullmatch(part)
    if match is None:
        raise Invalid('must be *, or tags in quotes such as "5d41402a"', field=header)
    return match[1] is not None, match[2]
