"""Things that several people edit: held while one of them is changed, and who changed what of them.

What a thing is at a moment is its tag, the hash of what people are shown of it. ADR 38 says why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

from services.chassis.db import Connection, Pool
from services.chassis.records import Record

Shown = Mapping[str, Any]
# Nobody keeps a form open for longer.
KEEP = timedelta(days=30)
_MOST = 20
_PURGED_AT_ONCE = 5000
# They change with every other field, and say nothing to people.
_BOOKKEEPING = frozenset({"updated_at", "version", "timeline"})


@dataclass(frozen=True)
class Kind:
    """A kind of thing: `table` and `column` name the row that is held while one of them is changed.

    `parent` is for parts of something that is held first whenever they are changed: its table, and the part's column
    that names it. `whole` and `called` are for things of which versions are only ever added, so that no
    row can be held: the first holds the table, the second what the repository holds by the name of the thing, behind
    this prefix.
    """

    name: str
    table: LiteralString
    column: LiteralString = "id"
    parent: tuple[LiteralString, LiteralString] | None = None
    whole: bool = False
    called: LiteralString | None = None

    def hashed(self, key: str) -> str:
        """What the edits of the thing with this key are kept under."""
        return hashlib.sha256(f"{self.name}\0{key}".encode()).hexdigest()[:32]


class Edit(Record):
    """One change by one person. `fields` names what became different, `was` and `became` are tags."""

    by: str
    at: datetime
    fields: list[str]
    was: str
    became: str


def tag_of(shown: Any) -> str:
    """The tag of what is shown, as JSON has it: the same for the same values, whatever their order of names."""
    canonical = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "replace")).hexdigest()[:32]


async def hold(conn: Connection, kind: Kind, key: str) -> None:
    """Wait for everybody who changes this thing, and make others wait until the transaction ends."""
    if kind.whole:
        await conn.execute(f"LOCK TABLE {kind.table} IN SHARE ROW EXCLUSIVE MODE")
        return
    if kind.called is not None:
        await conn.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"{kind.called}{key}")
        return
    row = f"{kind.table} WHERE {kind.column} = $1"
    if kind.parent is not None:
        table, column = kind.parent
        await conn.execute(f"SELECT FROM {table} WHERE id = (SELECT {column} FROM {row}) FOR UPDATE", key)  # noqa: S608 - literals of the code
    await conn.execute(f"SELECT FROM {row} FOR UPDATE", key)


async def note(
    conn: Connection, kind: Kind, key: str, by: str, was: Shown, now: Shown, tag: Callable[[Shown], str] = tag_of
) -> None:
    """Keep who made what of it; nothing if it is as it was."""
    if was == now:
        return
    fields = sorted(name for name in {*was, *now} - _BOOKKEEPING if was.get(name) != now.get(name))
    await conn.execute(
        "INSERT INTO edits (thing, by, fields, was, became) VALUES ($1, $2, $3, $4, $5)",
        kind.hashed(key),
        by,
        fields,
        tag(was),
        tag(now),
    )


async def since(conn: Connection, kind: Kind, key: str, tags: Collection[str]) -> list[Edit]:
    """What people changed after they were shown one of these tags, the latest first; empty where that is not known."""
    rows = await conn.fetch("SELECT * FROM edits WHERE thing = $1 ORDER BY id DESC LIMIT $2", kind.hashed(key), _MOST)
    later: list[Edit] = []
    for edit in Edit.of_all(rows):
        if edit.became in tags:
            return later
        later.append(edit)
        if edit.was in tags:
            return later
    return []


async def last_of(conn: Connection, kind: Kind, key: str, fields: Collection[str]) -> Edit | None:
    """Who changed one of these fields last, if anybody did within the time that edits are kept."""
    row = await conn.fetchrow(
        "SELECT * FROM edits WHERE thing = $1 AND fields && $2 ORDER BY id DESC LIMIT 1", kind.hashed(key), list(fields)
    )
    return Edit.maybe(row)


async def purge(pool: Pool) -> int:
    """A periodic job: forget edits that no open form can be told about any more; how many."""
    async with pool.acquire() as conn:
        status = await conn.execute(
            "DELETE FROM edits WHERE id = ANY(ARRAY(SELECT id FROM edits WHERE at < now() - $1::interval LIMIT $2))",
            KEEP,
            _PURGED_AT_ONCE,
        )
    return int(status.rsplit(" ", 1)[-1])
