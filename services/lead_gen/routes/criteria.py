"""Criteria: who is worth calling and who is not, tried before they are saved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.criteria import add_criteria, try_rules
from services.lead_gen.actions.kinds import CRITERIA
from services.lead_gen.repository import criteria
from services.lead_gen.schemas.criteria import CriteriaPreview, CriteriaView, NewCriteria, Rules

router: APIRouter = new_router(tags=["criteria"])
SUPERVISOR = [allow("supervisor")]
STAFF = [allow("supervisor", "caller", "ops")]


async def _newest(conn: Conn, new: NewCriteria) -> CriteriaView:
    return CriteriaView.of(await criteria.newest(conn, new.name))


_NEXT = [*SUPERVISOR, if_match(_newest, CRITERIA, lambda given: given["new"].name, makes=True)]


@router.post("/criteria", status_code=201, dependencies=_NEXT, summary="Save a new version of criteria")
async def post_criteria(conn: Conn, who: Who, new: NewCriteria) -> CriteriaView:
    """Saving the same name again makes the next version. 422 names a rule that is invalid or that no lead can match.

    `If-Match` takes the tag of the newest version of this name.
    """
    return CriteriaView.of(await add_criteria(conn, new, who.person))


@router.post("/criteria/preview", dependencies=SUPERVISOR, summary="Try rules without saving them")
async def preview_criteria(conn: Conn, rules: Rules) -> CriteriaPreview:
    """Counts the leads that could be enrolled now, by all rules together and by each alone; changes nothing."""
    return CriteriaPreview.of(await try_rules(conn, rules))


@router.get("/criteria", dependencies=STAFF, summary="Criteria, all names and versions")
async def list_criteria(
    conn: Conn, pager: Pager, name: Annotated[str | None, Query(max_length=100, description="Only this name.")] = None
) -> Page[CriteriaView]:
    """In order of creation."""
    found = await criteria.page(conn, name=name, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(CriteriaView.of_all(found), pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.get("/criteria/{criteria_id}", dependencies=[*STAFF, tagged()], summary="One version of criteria")
async def get_criteria(conn: Conn, criteria_id: Id) -> CriteriaView:
    """404 when there is none."""
    return CriteriaView.of(await criteria.get(conn, criteria_id))
