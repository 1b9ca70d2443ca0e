"""Versioned policies, the same in each tier. Versions are only added: work that has begun keeps its own."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from services.chassis.db import Connection
from services.chassis.errors import Invalid, NotFound
from services.chassis.meanings import STORED
from services.chassis.records import Record

P = TypeVar("P", bound=BaseModel)


class PolicyVersion(Record):
    """One version as it was written; `body` is left as it is, so that an old version can always be shown."""

    version: int
    body: dict[str, Any]
    created_by: str
    created_at: datetime


class Policies(Generic[P]):
    """The table `policies` of a tier, whose rules are read as `model`."""

    def __init__(self, model: type[P]) -> None:
        self.model = model
        # A page asks for the rules in force several times; a version never changes.
        self._rules = lru_cache(maxsize=32)(self._of)

    def _of(self, body: str) -> P:
        # What an older version let in must not stop the house: the rules of the door are for new versions.
        return self.model.model_validate_json(body, context=STORED)

    def checked(self, body: dict[str, Any]) -> P:
        """The policy of a body; what is left out keeps its default. Raises Invalid on the field that is wrong."""
        try:
            return self.model.model_validate(body)
        except ValidationError as error:
            first = error.errors()[0]
            reason = "unknown field" if first["type"] == "extra_forbidden" else first["msg"]
            field = ".".join(["body", *map(str, first["loc"])])
            raise Invalid(reason.removeprefix("Value error, "), field=field[:200]) from None

    async def current(self, conn: Connection) -> tuple[int, P]:
        """The newest version and its rules. Raises NotFound in a database that was never seeded."""
        return await self._read(conn, None)

    async def rules(self, conn: Connection, version: int | None = None) -> P:
        """The rules of a version; without one, the rules in force. Raises NotFound."""
        return (await self._read(conn, version))[1]

    async def _read(self, conn: Connection, version: int | None) -> tuple[int, P]:
        row = await conn.fetchrow(
            """SELECT version, body::text AS body FROM policies WHERE $1::int IS NULL OR version = $1
                ORDER BY version DESC LIMIT 1""",
            version,
        )
        if row is None:
            raise NotFound("There is no policy yet" if version is None else f"There is no version {version}")
        return row["version"], self._rules(row["body"])

    async def hold(self, conn: Connection) -> None:
        """Until the transaction ends, nobody else publishes a version."""
        await conn.execute("LOCK TABLE policies IN SHARE ROW EXCLUSIVE MODE")

    async def add(self, conn: Connection, policy: P, by: str) -> PolicyVersion:
        """Write the next version. Two at once get different numbers."""
        await self.hold(conn)
        row = await conn.fetchrow(
            """INSERT INTO policies (version, body, created_by)
               SELECT coalesce(max(version), 0) + 1, $1, $2 FROM policies RETURNING *""",
            policy.model_dump(mode="json"),
            by,
        )
        return PolicyVersion.of(row)

    async def add_first(self, conn: Connection, policy: P, by: str) -> None:
        """Write version 1 unless there is a policy already."""
        await conn.execute(
            """INSERT INTO policies (version, body, created_by)
               SELECT 1, $1, $2 WHERE NOT EXISTS (SELECT FROM policies) ON CONFLICT DO NOTHING""",
            policy.model_dump(mode="json"),
            by,
        )

    async def newest(self, conn: Connection) -> PolicyVersion:
        """The version in force. Raises NotFound in a database that was never seeded."""
        found = await self.page(conn, 1)
        if not found:
            raise NotFound("there is no policy yet")
        return found[0]

    async def page(self, conn: Connection, limit: int, before: int | None = None) -> list[PolicyVersion]:
        """At most `limit` versions below `before`, the newest first."""
        rows = await conn.fetch(
            "SELECT * FROM policies WHERE $1::int IS NULL OR version < $1 ORDER BY version DESC LIMIT $2",
            before,
            limit,
        )
        return PolicyVersion.of_all(rows)
