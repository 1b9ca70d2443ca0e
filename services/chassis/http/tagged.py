"""The ETag of what a GET answers: a hash of all of it, so that it is another one as soon as anything in it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from starlette.responses import Response

from services.chassis.edits import tag_of
from services.chassis.http.etags import read_tags

IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="ETags that one has: 304 if one holds.")]


class Tagged:
    """What `tagged` puts on a GET: its answers carry an ETag, and one who has it already is told so with 304."""

    def __init__(self, member: str | None) -> None:
        self.member = member

    async def __call__(self, request: Request, if_none_match: IfNoneMatch = None) -> None:  # noqa: ARG002
        """Say that the answer is to be tagged."""
        # The parameter is there for the document; several lines of the header are read from the request.
        request.state.tagged = self

    def tag(self, shown: Mapping[str, Any]) -> str:
        """The tag of an answer."""
        return tag_of(shown) if self.member is None else f"{shown[self.member]}"


def tagged(member: str | None = None) -> Any:
    """A dependency of the GET of one thing. The tag is a hash of the whole answer, or its `member`, a version number.

    Version numbers are for things that had them before. What is counted beside such a thing may change under one tag,
    so that its GET is always answered in full.
    """
    return Depends(Tagged(member))


def with_tag(request: Request, response: Response) -> Response:
    """The answer to a GET with its tag, or 304 if If-None-Match names it."""
    kind: Tagged | None = getattr(request.state, "tagged", None)
    if kind is None or response.status_code != 200:
        return response
    tag = kind.tag(json.loads(bytes(response.body)))
    response.headers["ETag"] = f'"{tag}"'
    known = read_tags(request, "If-None-Match") if kind.member is None else None
    if known is not None and (known.every or tag in known.strong | known.weak):
        return Response(status_code=304, headers={"ETag": f'"{tag}"'})
    return response
