"""Events for whoever is listening, published in the transaction that changed something.

PostgreSQL's NOTIFY carries them, so they leave at the commit and reach every process of the tier. They say what
changed by kind and id, never contact data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from services.chassis.db import Connection

CHANNEL = "leadrelay_events"
_NOTIFY = "select pg_notify($1, $2)"
_MAX_BYTES = 7_900  # NOTIFY takes less than 8000


async def publish(conn: Connection, kind: str, **refs: str | int | bool | None) -> None:
    """Tell everybody who listens that something of this kind happened; `refs` are ids and states only."""
    await conn.execute(_NOTIFY, CHANNEL, _text(kind, refs))


async def publish_all(conn: Connection, kind: str, happened: Sequence[Mapping[str, str | int | bool | None]]) -> None:
    """As `publish`, for many things of one kind, in one go."""
    await publish_together(conn, [(kind, refs) for refs in happened])


async def publish_together(
    conn: Connection, happened: Sequence[tuple[str, Mapping[str, str | int | bool | None]]]
) -> None:
    """As `publish`, for things of several kinds, in one go."""
    await conn.executemany(_NOTIFY, [(CHANNEL, _text(kind, refs)) for kind, refs in happened])


def _text(kind: str, refs: Mapping[str, str | int | bool | None]) -> str:
    text = json.dumps({"kind": kind, **refs}, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > _MAX_BYTES:
        raise ValueError(f"event {kind} is too long: send ids, not records")
    return text
