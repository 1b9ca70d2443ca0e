"""Promises to call back."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from services.chassis.http import Conn, Page, Pager, allow, new_router
from services.lead_gen.repository import promises
from services.lead_gen.schemas.promises import PromiseView

router: APIRouter = new_router(tags=["inbound"])


@router.get("/promises", dependencies=[allow("supervisor", "ops")], summary="Promises to call back")
async def list_promises(
    conn: Conn, pager: Pager, state: Literal["open", "kept", "late"] | None = None
) -> Page[PromiseView]:
    """In order of due time. A promise is kept by a conversation with the lead, or by the manager who accepts it."""
    found = await promises.page(conn, state=state, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(PromiseView.of_all(found), pager.limit, key=lambda one: (one.due_at.isoformat(), one.id))
