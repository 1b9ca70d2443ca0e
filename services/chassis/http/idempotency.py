"""Idempotency-Key: the answer is kept in the transaction of the effect, so there are both or neither.

A second request with the same key waits for the first (both insert the same unique row) and then gets its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import asyncpg
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict, Invalid

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEEP = timedelta(hours=24)
_MAX_LENGTH = 255
_KEPT_HEADERS = ("content-type", "location", "etag", "retry-after")

_CLAIM = """
insert into idempotency_keys (principal, route, key, body_hash) values ($1, $2, $3, $4)
on conflict do nothing returning true
"""
_READ = """
select body_hash, status, headers, body from idempotency_keys where principal = $1 and route = $2 and key = $3
"""
_STORE = """
update idempotency_keys set status = $4, headers = $5, body = $6 where principal = $1 and route = $2 and key = $3
"""
_PURGE = """
delete from idempotency_keys where ctid = any(array(
    select ctid from idempotency_keys where created_at < now() - $1::interval limit $2))
"""


def read_key(value: str | None) -> str | None:
    """The request's key, or none. Raises Invalid for one that is empty, too long or not printable."""
    if value is None:
        return None
    if not 1 <= len(value) <= _MAX_LENGTH or not value.isascii() or not value.isprintable():
        raise Invalid(f"must be 1 to {_MAX_LENGTH} printable ASCII characters", field=HEADER)
    return value


@dataclass(frozen=True)
class Claim:
    """One key of one person on one route, with the hash of what was sent."""

    principal: str
    route: str
    key: str
    body_hash: bytes

    @classmethod
    def of(cls, principal: Principal, route: str, key: str, body_hash: bytes) -> Claim:
        """Keys of different people, or of different routes, never meet."""
        return cls(f"{principal.tier}:{principal.person}", route, key, body_hash)

    async def take(self, conn: Connection) -> Response | None:
        """Claim the key in the open transaction; none when it was free, else the answer that was given before.

        Raises Conflict: `idempotency_mismatch` if the key was used for another request, `in_progress` if the first
        request is still running after the lock timeout.
        """
        try:
            if await conn.fetchval(_CLAIM, self.principal, self.route, self.key, self.body_hash):
                return None
        except asyncpg.LockNotAvailableError:
            raise Conflict(
                "the first request with this key is still running", code="in_progress", retry_after=2
            ) from None
        row = await conn.fetchrow(_READ, self.principal, self.route, self.key)
        if row is None:  # purged between the two statements: as good as never used
            raise Conflict("the key has just expired; send the request again", code="in_progress", retry_after=1)
        if row["body_hash"] != self.body_hash:
            raise Conflict("this key was used for another request", code="idempotency_mismatch", field=HEADER)
        headers = {**row["headers"], REPLAYED: "true"}
        return Response(row["body"], status_code=row["status"], headers=headers)

    async def store(self, conn: Connection, response: Response) -> None:
        """Keep the answer beside its effect."""
        if not isinstance(getattr(response, "body", None), bytes):
            raise TypeError("a route that changes something must not answer with a stream")
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        await conn.execute(
            _STORE, self.principal, self.route, self.key, response.status_code, headers, bytes(response.body)
        )


async def purge_idempotency_keys(pool: Pool, *, older_than: timedelta = KEEP, batch: int = 5_000) -> int:
    """Delete kept answers older than `older_than`, in short transactions; how many. A periodic job of the worker."""
    total = 0
    while True:
        status = await pool.execute(_PURGE, older_than, batch)
        deleted = int(status.rsplit(" ", 1)[-1])
        total += deleted
        if deleted < batch:
            return total
