"""Leads: the register as people read it, and their contact data, which leaves it only with a trace."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from services.chassis.http import (
    OWN_STAFF,
    Conn,
    ConnectionPool,
    Id,
    Page,
    Pager,
    Who,
    allow,
    begun,
    if_match,
    new_router,
    tagged,
)
from services.chassis.imports.cells import neutralise
from services.lead_gen.actions.erasure import erase_lead
from services.lead_gen.actions.kinds import LEAD
from services.lead_gen.actions.leads import cancel_lead, check_leased, enter_lead, export_leads, reveal_lead
from services.lead_gen.actions.places import change_lead
from services.lead_gen.actions.reopened_leads import reopen_lead
from services.lead_gen.domain.leads import LeadFilter
from services.lead_gen.domain.phones import read_phone
from services.lead_gen.repository import calls, leads
from services.lead_gen.schemas.leads import Erase, Erased, GiveUp, LeadChange, LeadView, NewLead, Reveal, Revealed

router: APIRouter = new_router(tags=["leads"])
SUPERVISOR = [allow("supervisor")]


def _wanted(tier: str | None = None, stage: str | None = None, campaign_id: Id | None = None) -> LeadFilter:
    return LeadFilter(tier=tier, stage=stage, campaign_id=campaign_id)


Wanted = Annotated[LeadFilter, Depends(_wanted)]


@router.post("/leads", status_code=201, dependencies=SUPERVISOR, summary="Enter a lead by hand")
async def create_lead(conn: Conn, new: NewLead) -> LeadView:
    """409 `duplicate` with `lead_id` if a number, the tax id or the e-mail is already known."""
    return LeadView.of(await enter_lead(conn, new), masked=False)


@router.get("/leads", dependencies=[allow("supervisor", "ops")], summary="The register of leads")
async def list_leads(
    conn: Conn,
    pager: Pager,
    wanted: Wanted,
    state: Annotated[str | None, Query(description="Another name of `stage`.")] = None,
    q: Annotated[str | None, Query(max_length=100, description="Part of the company's name.")] = None,
    phone: Annotated[str | None, Query(max_length=40)] = None,
    default_region: str = "UA",
) -> Page[LeadView]:
    """In order of creation, numbers and e-mails masked.

    `phone` finds the lead of a number in any format of `default_region`.
    """
    if phone is not None:
        known = await leads.find_caller(conn, read_phone(phone, default_region, "phone"))
        return Page(items=[LeadView.of(await leads.get(conn, known))] if known else [], next=None)
    wanted = wanted.model_copy(update={"stage": wanted.stage or state, "q": q})
    found = await leads.page(conn, wanted, limit=pager.limit + 1, after=pager.time_and_id())
    items = [LeadView.of(lead) for lead in found]
    return Page.of(items, pager.limit, key=lambda lead: (lead.created_at.isoformat(), lead.id))


# Before the route of one lead, or its name would be taken for an id.
@router.get(
    "/leads/export.csv",
    dependencies=[*SUPERVISOR, OWN_STAFF],
    response_class=StreamingResponse,
    summary="Export leads as CSV",
)
async def export(pool: ConnectionPool, who: Who, wanted: Wanted) -> StreamingResponse:
    """Every export is audited, even one that breaks off. Cells that a spreadsheet would execute are neutralised."""
    lines = await begun(_as_csv(await export_leads(pool, wanted, who.person)))
    headers = {"Content-Disposition": 'attachment; filename="leads.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


async def _as_csv(rows: AsyncIterator[Sequence[Any]]) -> AsyncIterator[str]:
    async for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(["" if cell is None else neutralise(str(cell)) for cell in row])
        yield line.getvalue()


@router.get(
    "/leads/{lead_id}",
    dependencies=[allow("caller", "supervisor"), tagged("version")],
    summary="One lead with its calls",
)
async def get_lead(conn: Conn, who: Who, lead_id: Id) -> LeadView:
    """A caller sees only the lead that they are calling, in clear; to others numbers and e-mail are masked.

    A supervisor who has to dial asks for them with a reason (`reveal`). With its `ETag`, which a change must name.
    """
    calling = who.role == "caller"
    if calling:
        await check_leased(conn, lead_id, who.person)
    lead = await leads.get(conn, lead_id)
    return LeadView.of(lead, masked=not calling, calls=await calls.of_lead(conn, lead_id))


_CHANGE = [*SUPERVISOR, if_match(get_lead, LEAD, "lead_id", member="version")]


@router.patch(
    "/leads/{lead_id}",
    dependencies=[*SUPERVISOR, if_match(get_lead, LEAD, "lead_id", member="version", required=True)],
    summary="Change what is known of a lead",
)
async def patch_lead(conn: Conn, who: Who, lead_id: Id, change: LeadChange) -> LeadView:
    """In the audit. `If-Match` names the version that was read, or `*`; a call that waits moves to the right hours.

    428 `precondition_required` without it; 412 `precondition_failed` when somebody else has changed it since.
    """
    return LeadView.of(await change_lead(conn, lead_id, change, who.person))


@router.post("/leads/{lead_id}/cancel", dependencies=_CHANGE, summary="Give up a lead")
async def cancel(conn: Conn, who: Who, lead_id: Id, body: GiveUp) -> LeadView:
    """Whichever tier has it: its open work is cancelled and its workflow ends."""
    return LeadView.of(await cancel_lead(conn, lead_id, body, who.person))


@router.post("/leads/{lead_id}/reopen", dependencies=_CHANGE, summary="Let a lead return to cold calling")
async def reopen(conn: Conn, who: Who, lead_id: Id) -> LeadView:
    """One whose ban was lifted, or whose only number was wrong and that has another by now. In the audit.

    Its campaign calls it at once if it runs; else it is `new` again. 409 `do_not_call` (with the `entries` that stand),
    `no_number`, `wrong_state`.
    """
    return LeadView.of(await reopen_lead(conn, lead_id, who.person))


@router.post("/leads/{lead_id}/reveal", dependencies=SUPERVISOR, summary="Reveal a lead's contact data")
async def reveal(conn: Conn, who: Who, lead_id: Id, body: Reveal) -> Revealed:
    """With a reason, and in the audit."""
    return Revealed.of(await reveal_lead(conn, lead_id, body, who.person))


@router.post("/leads/{lead_id}/erase", dependencies=_CHANGE, summary="Erase a person's data")
async def erase(conn: Conn, who: Who, lead_id: Id, body: Erase) -> Erased:
    """Removes names, numbers, addresses and notes of this lead and of what was merged into it, in all three tiers.

    What runs for it ends, but for invoices that are still owed; documents of sales stay for the time that tier 3's
    policy says (docs/privacy.md). Tiers 2 and 3 follow as soon as they are there, within seconds as a rule.

    An entry of the do-not-call ledger keeps its number, because nobody can honour an objection that has been
    forgotten. Figures do not change: a call remains as its time and outcome. 409 `erased` if it was done before.
    """
    return Erased.of(await erase_lead(conn, lead_id, body, who.person))
