"""The audit of contact data."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Page, Pager, allow, new_router
from services.lead_gen.domain.audit import AuditAction
from services.lead_gen.repository import audit
from services.lead_gen.schemas.audit import AuditView

router: APIRouter = new_router(tags=["audit"])


@router.get("/audit", dependencies=[allow("supervisor")], summary="Who exported, looked up or erased contact data")
async def list_audit(conn: Conn, pager: Pager, action: AuditAction | None = None) -> Page[AuditView]:
    """In order of time."""
    found = await audit.page(conn, action=action, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(AuditView.of_all(found), pager.limit, key=lambda one: (one.at.isoformat(), one.id))
