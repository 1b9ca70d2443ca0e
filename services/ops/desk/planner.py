"""The planner: the head of sales asks whether three tiers would sell more, and how many people each of them needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import RedirectResponse, Response

from services.chassis.errors import DomainError, NotFound
from services.chassis.http import Id, Who, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import is_lively
from services.ops.actions.plans import ask_plan, read_house, read_known
from services.ops.actions.relationships import read_relationships
from services.ops.desk.plan_forms import PlanForm, plan_of, values_of, with_house
from services.ops.domain.planner.assumptions import Assumptions
from services.ops.domain.planner.measured import Known
from services.ops.domain.relationships import classic, loads
from services.ops.doors import Planning, Seen
from services.ops.plans import Job, Plans
from services.ops.tiers import Missing, TierApis

HERE: Final = "/ops/desk/planner"
# As many clients as fit side by side.
CLIENTS: Final = 6
_OPS: list[Any] = [allow("ops")]
router: APIRouter = page_router("/desk/planner")


@router.get("", dependencies=_OPS)
async def planner(
    request: Request, sources: Seen, plans: Planning, who: Who, plan: Id | None = None, anew: bool = False
) -> Response:
    """The plan that is named, or the last one of whoever asks, above the form for another.

    The first plan, and one that is begun `anew`, begins with what the house's records and rules say of it.
    """
    gone = False
    try:
        job = plans.get(plan) if plan else None if anew else plans.latest(who.person)
    except NotFound:
        job, gone = None, True
    if job is not None:
        return _page(request, job, values_of(job))
    known, missing = await read_known(sources.apis)
    return _page(
        request, None, values_of(None, known), gone=gone, known=known, missing=missing, rates=known.rates
    )  # fmt: skip


@router.get("/result", dependencies=_OPS)
async def result(request: Request, plans: Planning, plan: Id) -> Response:
    """How far a plan is, or what came of it."""
    job = plans.get(plan)
    return web_of(request).pages.answer(request, "planner/result.j2", **_shown(job))


@router.get("/clients", dependencies=_OPS)
async def clients(
    request: Request, sources: Seen, after: Annotated[str | None, Query(max_length=1000)] = None
) -> Response:
    """Who serves which client, in both departments."""
    found, following, missing = await read_relationships(sources.apis, "three-tier", limit=CLIENTS, after=after)
    whole = not is_lively(request)
    return web_of(request).pages.answer(
        request, "planner/clients_page.j2" if whole else "planner/clients.j2",
        models=(("classic", classic(found)), ("three-tier", found)), loads=loads(found),
        missing=missing, after=after, following=following,
    )  # fmt: skip


@router.post("", dependencies=_OPS)
async def run(
    request: Request, sources: Seen, plans: Planning, who: Who, form: Annotated[PlanForm, Form()]
) -> Response:
    """Simulate; what makes no sense stands beside its field."""
    typed = form.typed()
    try:
        job = await _ask(sources.apis, plans, typed, who.person)
    except (DomainError, RequestValidationError) as error:
        if is_lively(request):
            raise
        known, _ = await read_known(sources.apis)
        return _page(request, None, typed, error, rates=known.rates)
    return RedirectResponse(f"{HERE}?plan={job.id}", status_code=303)


@router.post("/{plan}/stop", dependencies=_OPS)
async def stop(plans: Planning, plan: Id) -> Response:
    """Call a plan off."""
    plans.cancel(plan)
    return RedirectResponse(f"{HERE}?plan={plan}", status_code=303)


async def _ask(tiers: TierApis, plans: Plans, typed: dict[str, str], person: str) -> Job:
    known = Known() if typed.get("guess") == "1" else await read_house(tiers)
    plan = plan_of(with_house(typed, known))
    return ask_plan(
        plans, plan.house(known.rates), plan.assumptions, runs=plan.runs, seed=plan.seed, goal=plan.goal, person=person
    )


def _page(
    request: Request,
    job: Job | None,
    values: dict[str, str],
    error: DomainError | RequestValidationError | None = None,
    *,
    gone: bool = False,
    known: Known | None = None,
    missing: Sequence[Missing] = (),
    rates: Assumptions | None = None,
) -> Response:
    errors = field_errors(error) if error else {}
    refused = error if isinstance(error, DomainError) and not errors else None
    status = (error.status if isinstance(error, DomainError) else 422) if error else 200
    return web_of(request).pages.answer(
        request, "planner.j2", status=status, values=values, errors=errors, refused=refused, gone=gone,
        known=known, missing=missing, **_shown(job, rates),
    )  # fmt: skip


def _shown(job: Job | None, rates: Assumptions | None = None) -> dict[str, Any]:
    answer = job.answer if job else None
    figures = {one["name"]: one for one in answer["figures"]} if answer else {}
    house = job.plan.house if job else None
    shown = vars(house.assumptions if house else rates or Assumptions())
    return {"job": job, "answer": answer, "figures": figures, "rates": shown, "house": house}
