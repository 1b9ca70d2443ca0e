"""Where a supervisor sees what could not be delivered, and sends it again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter

from services.chassis.http import Conn, Model, Page, Pager, allow, new_router
from services.chassis.outbox import rows


class OutboxEntry(Model):
    """One row without its payload, which may hold contact data."""

    id: int
    event_id: str
    workflow_id: str
    signal: str | None
    workflow: str | None
    state: str
    attempts: int
    last_error: str | None
    created_at: datetime


def _entry(row: rows.OutboxRow) -> OutboxEntry:
    return OutboxEntry.model_validate(row.model_dump(include=set(OutboxEntry.model_fields)))


def outbox_router() -> APIRouter:
    """`/v1/outbox` of a tier."""
    router = new_router(tags=["outbox"])

    @router.get(
        "/outbox", dependencies=[allow("supervisor", "ops")], summary="Answers waiting for delivery or set aside"
    )
    async def list_outbox(conn: Conn, pager: Pager, state: Literal["pending", "dead"] = "dead") -> Page[OutboxEntry]:
        """Rows in one state, oldest first."""
        cursor = pager.at(int)
        found = await rows.list_rows(conn, state, pager.limit + 1, cursor[0] if cursor else 0)
        return Page.of([_entry(row) for row in found], pager.limit, key=lambda entry: (str(entry.id),))

    @router.post(
        "/outbox/{row_id}/retry", dependencies=[allow("supervisor")], summary="Deliver a row that was set aside"
    )
    async def retry(conn: Conn, row_id: int) -> OutboxEntry:
        """404 for an unknown row, 409 `wrong_state` for one that is not set aside."""
        return _entry(await rows.retry_dead(conn, row_id))

    return router
