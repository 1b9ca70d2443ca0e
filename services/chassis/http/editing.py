"""Changing what one has read: If-Match on whatever changes a thing, in one place for every tier.

`tagged` marks the GET of a thing, `if_match` everything that changes it. The tag is made of what the GET answers, so
the check runs that same GET: after the thing's row is held and before the change, in the change's own transaction.
Nobody can come in between (ADR 38).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.chassis import edits
from services.chassis.db import Connection
from services.chassis.edits import Kind
from services.chassis.errors import DomainError, NotFound, PreconditionFailed, PreconditionRequired
from services.chassis.http.etags import Tags, read_tags
from services.chassis.http.principal import Who
from services.chassis.http.route import Conn
from services.chassis.http.tagged import Tagged

Read = Callable[..., Awaitable[BaseModel]]
Key = Callable[[Mapping[str, Any]], str]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="ETags that were read: the change is made only if one of them still holds. `*` for any.",
    ),
]


@dataclass
class Change:
    """One change of a thing, from the check to the answer."""

    conn: Connection
    kind: Kind
    key: str
    by: str
    tag: Callable[[Mapping[str, Any]], str]
    read: Callable[[], Awaitable[BaseModel]]
    before: Mapping[str, Any] | None = None

    async def look(self) -> Mapping[str, Any]:
        """The thing as the person who asks is shown it now. Raises what its GET raises."""
        return dict(json.loads((await self.read()).model_dump_json(by_alias=True)))

    async def refuse(self, tags: Tags) -> None:
        """Raise PreconditionFailed, with who changed what since, where that is known."""
        later = await edits.since(self.conn, self.kind, self.key, tags.strong)
        detail: dict[str, Any] = {"changes": [edit.model_dump(include={"by", "at", "fields"}) for edit in later]}
        if self.before is not None:
            detail["etag"] = f'"{self.tag(self.before)}"'
            detail |= {"version": self.before["version"]} if "version" in self.before else {}
        raise PreconditionFailed(_told(later), field="If-Match", detail=detail)

    async def done(self, response: Response) -> None:
        """Put the new tag on the answer, and keep who changed what."""
        try:
            now = await self.look()
        except DomainError:  # it is gone, or no longer theirs to see
            return
        if self.before is not None:
            await edits.note(self.conn, self.kind, self.key, self.by, self.before, now, self.tag)
        response.headers["ETag"] = f'"{self.tag(now)}"'


def _told(later: list[edits.Edit]) -> str:
    people = sorted({edit.by for edit in later})
    fields = sorted({field for edit in later for field in edit.fields})
    if not later:
        return "Somebody has changed it since; read it again"
    what = f": {', '.join(fields)}" if fields else ""
    return f"Changed since you read it, by {', '.join(people)}{what}; read it again"


_DEFAULTS = {"if_match": None}


def if_match(
    read: Read, kind: Kind, key: str | Key, *, member: str | None = None, required: bool = False, makes: bool = False
) -> Any:
    """A dependency of whatever changes the thing that the GET `read` shows.

    `key` names the part of the path that is the thing's id, or makes one of what `read` is given.

    A change without the header is made as it is, or refused with 428 if `required`. With it: 412 unless a tag holds,
    and nothing changes. `makes`: the route also makes the thing, so one that is not there fails every condition.
    """
    theirs = inspect.signature(read, eval_str=True).parameters
    asked = {"request": Request, "conn": Conn, "who": Who, "if_match": IfMatch} | {
        name: one.annotation for name, one in theirs.items()
    }

    async def check(**known: Any) -> None:
        given = {name: known[name] for name in theirs}
        person = known["who"].person
        change = Change(
            known["conn"],
            kind,
            key(given) if callable(key) else given[key],
            person,
            Tagged(member).tag,
            lambda: read(**given),
        )
        await _check(known["request"], change, required=required, makes=makes)
        known["request"].state.change = change

    check.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=annotation,
                default=theirs[name].default if name in theirs else _DEFAULTS.get(name, inspect.Parameter.empty),
            )
            for name, annotation in asked.items()
        ]
    )
    return Depends(check)


async def _check(request: Request, change: Change, *, required: bool, makes: bool) -> None:
    tags = read_tags(request, "If-Match")
    if tags is not None:
        await edits.hold(change.conn, change.kind, change.key)
    try:
        change.before = await change.look()
    except DomainError as error:
        if tags is None and not required:  # the change itself says what is wrong
            return
        if tags is None:
            raise
        if makes and isinstance(error, NotFound):
            await change.refuse(tags)
        raise
    if tags is None and required:
        # Only now: whether there is such a thing is nothing to tell somebody who may not see it.
        raise PreconditionRequired("Name the version you have read in If-Match", field="If-Match")
    if tags is not None and not tags.every and change.tag(change.before) not in tags.strong:
        await change.refuse(tags)
