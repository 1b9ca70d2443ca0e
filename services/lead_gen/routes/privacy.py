"""Contact data leaves the house only by name and with a trace, and goes for good when its person asks."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from services.chassis import outbox, work_items
from services.chassis.errors import Conflict
from services.chassis.http import Conn, ConnectionPool, Id, Page, Pager, Who, allow, new_router
from services.chassis.imports.cells import neutralise
from services.lead_gen.repository import leads, privacy
from services.lead_gen.schemas.privacy import AuditView, Erase, Erased, Reveal, Revealed
from workflows.contracts.base import Cancel

router: APIRouter = new_router(tags=["privacy"])
SUPERVISOR = [allow("supervisor")]


@router.get("/leads/export.csv", dependencies=SUPERVISOR, response_class=StreamingResponse, summary="Leads as a file")
async def export(
    pool: ConnectionPool,
    who: Who,
    tier: str | None = None,
    stage: str | None = None,
    campaign_id: Id | None = None,
) -> StreamingResponse:
    """Every export is in the audit, also one that breaks off. Cells that a spreadsheet would run are neutralised."""
    filters = {"tier": tier, "stage": stage, "campaign_id": campaign_id}
    async with pool.acquire() as conn:
        audit_id = await privacy.note(conn, "export", who.person, facts={k: v for k, v in filters.items() if v})

    async def lines() -> AsyncIterator[str]:
        yield _line(list(privacy.EXPORTED))
        count = 0
        async with pool.acquire() as conn:
            async for row in privacy.exported(conn, filters):
                yield _line(["" if cell is None else neutralise(str(cell)) for cell in row])
                count += 1
            await privacy.complete(conn, audit_id, count)

    headers = {"Content-Disposition": 'attachment; filename="leads.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


@router.post("/leads/{lead_id}/reveal", dependencies=SUPERVISOR, summary="A lead's contact data in clear")
async def reveal(conn: Conn, who: Who, lead_id: Id, body: Reveal) -> Revealed:
    """With a reason, and in the audit."""
    lead = await leads.get(conn, lead_id)
    audit_id = await privacy.note(conn, "reveal", who.person, lead_id=lead_id, facts={"reason": body.reason})
    await privacy.complete(conn, audit_id, 1)
    return Revealed(lead_id=lead_id, contact_name=lead.contact_name, email=lead.email, phones=lead.phones)


@router.post("/leads/{lead_id}/erase", dependencies=SUPERVISOR, summary="Erase a person's data")
async def erase(conn: Conn, who: Who, lead_id: Id, body: Erase) -> Erased:
    """Names, numbers, addresses and notes go, here and in what was merged into this lead; its workflow ends.

    What must stay stays: an entry of the do-not-call ledger keeps its number, because nobody can honour an objection
    that he has forgotten. Figures do not change: a call remains as its time and outcome. Asked again: 409 `erased`.
    """
    lead = await leads.lock(conn, lead_id)
    if lead.stage == "erased":
        raise Conflict("This lead is erased already", code="erased")
    audit_id = await privacy.note(conn, "erase", who.person, lead_id=lead_id, facts=body.model_dump())
    family = await privacy.family(conn, lead_id)
    kept = await privacy.erase(conn, family)
    for one in family:
        await work_items.cancel_for_lead(conn, one, result="erased")
        await leads.move(conn, one, tier=lead.tier, stage="erased", key=f"erase:{one}")
    await privacy.complete(conn, audit_id, len(family))
    now = await leads.get(conn, lead_id)
    if lead.workflow_id:
        answer = Cancel(event_id=f"erase:{lead_id}", at=now.updated_at, by=who.person, reason="erased")
        await outbox.signal(conn, lead.workflow_id, "cancel", answer, when_missing="drop")
    return Erased(lead_id=lead_id, erased_at=now.updated_at, ledger_entries_kept=kept)


@router.get("/audit", dependencies=SUPERVISOR, summary="Who took out, looked up or erased contact data")
async def list_audit(
    conn: Conn, pager: Pager, action: Literal["export", "reveal", "erase"] | None = None
) -> Page[AuditView]:
    """In order of time."""
    found = await privacy.audit_page(conn, action=action, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda one: (one.at.isoformat(), one.id))
