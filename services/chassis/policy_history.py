"""When some parts of a tier's policy changed: versions differ in many things, and an editor shows a few of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from services.chassis.db import Connection
from services.chassis.edits import Kind, hold, tag_of
from services.chassis.errors import Invalid
from services.chassis.meanwhile import published_meanwhile
from services.chassis.records import Record


class PolicyChange(Record):
    """A version in which these parts became different; `was` is empty for the first one."""

    version: int
    created_by: str
    created_at: datetime
    was: dict[str, Any] | None
    became: dict[str, Any]


async def changes_of(conn: Connection, parts: Collection[str], limit: int) -> list[PolicyChange]:
    """The versions in which one of these parts of the policy changed, the latest first."""
    rows = await conn.fetch(
        """WITH told AS (
             SELECT version, created_by, created_at,
                    (SELECT jsonb_object_agg(part, body -> part) FROM unnest($1::text[]) AS part) AS became
               FROM policies),
           compared AS (SELECT *, lag(became) OVER (ORDER BY version) AS was FROM told)
           SELECT * FROM compared WHERE was IS DISTINCT FROM became ORDER BY version DESC LIMIT $2""",
        list(parts),
        limit,
    )
    return PolicyChange.of_all(rows)


def tag_of_parts(body: Mapping[str, Any], parts: Collection[str]) -> str:
    """The tag of these parts of a policy: another one as soon as one of them is changed, whatever else is."""
    return tag_of({part: body.get(part) for part in parts})


async def with_parts(conn: Connection, kind: Kind, body: Mapping[str, Any], seen: str) -> dict[str, Any]:
    """The newest policy with these parts instead of its own; nobody else publishes until the transaction ends.

    `seen` is the tag of the parts that a form was drawn with. Raises Conflict (`changed_meanwhile`), Invalid if nothing
    is different.
    """
    await hold(conn, kind, "current")
    newest = await conn.fetchval("SELECT body FROM policies ORDER BY version DESC LIMIT 1")
    if seen != tag_of_parts(newest, body):
        first = (await changes_of(conn, body, 1))[0]
        raise await published_meanwhile(conn, first.created_by, first.version, tag_of_parts(newest, body))
    if all(newest.get(part) == value for part, value in body.items()):
        raise Invalid("Nothing is different yet", field=next(iter(body)))
    return {**newest, **body}
