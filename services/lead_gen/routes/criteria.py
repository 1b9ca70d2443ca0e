"""Criteria: who is worth calling and who is not, tried before they are saved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.chassis.errors import Invalid
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.lead_gen.domain.criteria import CriteriaBody, contradiction, to_sql
from services.lead_gen.domain.criteria_fields import SQL_OF_CANDIDATES
from services.lead_gen.repository import campaigns, criteria, leads
from services.lead_gen.routes.leads import view
from services.lead_gen.schemas.criteria import CriteriaPreview, CriteriaView, NewCriteria, RuleCount, Rules

router: APIRouter = new_router(tags=["criteria"])
STAFF = [allow("supervisor", "caller", "ops")]
SAMPLE = 10


def _possible(rules: Rules) -> CriteriaBody:
    body = rules.body()
    clash = contradiction(body)
    if clash is not None:
        place, reason = clash
        raise Invalid(reason, code="contradiction", field=place)
    return body


@router.post(
    "/criteria", status_code=201, dependencies=[allow("supervisor")], summary="A new version of selection criteria"
)
async def add_criteria(conn: Conn, who: Who, new: NewCriteria) -> CriteriaView:
    """The same name again is the next version. 422 names the rule that cannot be right, or that none can fit."""
    _possible(new)
    return await criteria.add(conn, new, who.person)


@router.post("/criteria/preview", dependencies=[allow("supervisor")], summary="Try rules without saving them")
async def preview_criteria(conn: Conn, rules: Rules) -> CriteriaPreview:
    """Counted now over every lead that could be enrolled, all rules together and each alone; changes nothing."""
    body = _possible(rules)
    candidates, matching, alone = await criteria.counts(conn, body)
    condition, values = to_sql(body, 1, SQL_OF_CANDIDATES)
    first = await campaigns.sample(conn, condition, values, SAMPLE) if matching else []
    named = zip(body.named(), alone, strict=True)
    return CriteriaPreview(
        candidates=candidates,
        matching=matching,
        rules=[RuleCount(rule=place, says=rule.says(), leaves=leaves) for (place, rule), leaves in named],
        sample=[view(await leads.get(conn, lead_id), masked=True) for lead_id in first],
    )


@router.get("/criteria", dependencies=STAFF, summary="Criteria of every name and version")
async def list_criteria(
    conn: Conn, pager: Pager, name: Annotated[str | None, Query(max_length=100, description="Only this name.")] = None
) -> Page[CriteriaView]:
    """In order of creation."""
    found = await criteria.page(conn, name=name, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.get("/criteria/{criteria_id}", dependencies=STAFF, summary="One version of criteria")
async def get_criteria(conn: Conn, criteria_id: Id) -> CriteriaView:
    """404 when there is none."""
    return await criteria.get(conn, criteria_id)
