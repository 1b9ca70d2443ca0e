"""Which workflows of a tier have nothing left to do: their records are over, and nothing waits for them.

Temporal keeps a workflow that failed or was terminated for its retention. Only the record knows whether it matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, LiteralString

from fastapi import APIRouter, Query

from services.chassis.db import Connection
from services.chassis.http import Conn, Model, allow, new_router

MOST = 200
# `asked` has (workflow_id, kind, id): what stands before the colon, and the record's id behind it.
_CLOSED = """
WITH asked AS (
    SELECT w AS workflow_id, split_part(w, ':', 1) AS kind,
           CASE WHEN w ~ '^[a-z-]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN split_part(w, ':', 2)::uuid END
               AS id
      FROM unnest($1::text[]) w),
over AS (SELECT a.workflow_id, a.id FROM asked a WHERE %s)
SELECT workflow_id FROM over o
"""
_OVER = f"""{_CLOSED}
 WHERE NOT EXISTS (SELECT FROM work_items i
                    WHERE i.lead_id = o.id AND i.workflow_id = o.workflow_id AND i.state IN ('open', 'leased'))
   AND NOT EXISTS (SELECT FROM outbox b WHERE b.workflow_id = o.workflow_id AND b.state = 'pending')
   AND NOT EXISTS (SELECT FROM outbox b WHERE b.workflow_id = o.workflow_id AND b.state = 'dead')
"""  # noqa: S608 - a constant


class Ended(Model):
    """The workflows, of those asked about, that nobody needs any more; there is one page."""

    items: list[str]
    next: None = None


Workflows = Annotated[
    list[Annotated[str, Query(max_length=100)]],
    Query(alias="workflow_id", min_length=1, max_length=MOST, description="Repeat it for each."),
]


async def read_ended(conn: Connection, over: LiteralString, workflow_ids: Sequence[str]) -> set[str]:
    """Those with nothing left to do. `over` is the tier's condition on `a.kind` and `a.id` for a record that is over.

    One whose record this tier does not have is not among them: nobody knows that it is over.
    """
    rows = await conn.fetch(_OVER.replace("%s", over), list(workflow_ids))
    return {row["workflow_id"] for row in rows}


async def is_closed(conn: Connection, over: LiteralString, workflow_id: str) -> bool:
    """Whether the record of this workflow is over, whatever waits for it."""
    return await conn.fetchval(_CLOSED.replace("%s", over), [workflow_id]) is not None


def ended_router(over: LiteralString) -> APIRouter:
    """`/v1/ended` of a tier."""
    router = new_router(tags=["story"])

    @router.get("/ended", dependencies=[allow("supervisor", "ops")], summary="Which workflows nobody needs any more")
    async def get_ended(conn: Conn, workflow_id: Workflows) -> Ended:
        """Their records are over, no work of theirs is open, and no answer is on its way to them or set aside."""
        return Ended(items=sorted(await read_ended(conn, over, workflow_id)))

    return router
