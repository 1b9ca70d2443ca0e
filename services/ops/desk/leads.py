"""Leads as operators look for them: the register, what is late, and the life of one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from services.chassis.errors import DomainError
from services.chassis.http import Page
from services.chassis.http.paging import PageParams, encode_cursor
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.ops.actions.late import read_late
from services.ops.actions.stories import Reached
from services.ops.actions.trail import staff_names
from services.ops.desk.places import OPS, address
from services.ops.domain.room import is_stuck
from services.ops.doors import Seen
from services.ops.tiers import Found, Missing, TierAway
from workflows.contracts.base import Tier

router: APIRouter = page_router()
LIMIT = 50
REGION = "UA"


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to."""

    q: Annotated[str, Query(max_length=100)] = ""
    tier: Annotated[Tier | None, Query()] = None
    stage: Annotated[str, Query(max_length=40)] = ""
    late: bool = False
    after: Annotated[str, Query(max_length=1000)] = ""

    def address(self, **changes: Any) -> str:
        """This list with something else asked for; always from its beginning, unless `after` says where."""
        return address("leads", {**asdict(self), "late": "1" if self.late else "", "after": "", **changes})


Wanted = Annotated[Asked, Depends()]


@router.get("/leads", dependencies=OPS)
async def list_leads(request: Request, sources: Seen, asked: Wanted) -> Response:
    """A page of leads; looking up a number is in tier 1's audit."""
    told: dict[str, Any] = {"rows": [], "late_rows": [], "next": None, "missing": [], "errors": {}}
    try:
        told |= await (_late(sources, asked) if asked.late else _register(sources, asked))
    except TierAway as away:
        told["missing"] = [Missing(what=away.tier, why=str(away))]
    except DomainError as error:
        told["errors"] = field_errors(error) or {"q": error.message}
    told["names"] = await staff_names(sources) if any(one.owner for one in told["rows"]) else {}
    return web_of(request).pages.answer(request, "leads.j2", asked=asked, is_stuck=is_stuck, **told)


async def _register(sources: Reached, asked: Asked) -> dict[str, Any]:
    """Of the register: what is sought alone may also be a number or an id."""
    if asked.q and not (asked.tier or asked.stage):
        place = PageParams(LIMIT, asked.after or None).time_and_id()
        found = await sources.apis.find(asked.q, REGION, LIMIT + 1, place)
        page: Page[Found] = Page.of(found, LIMIT, key=lambda one: (one.created_at.isoformat(), one.lead_id))
        return {"rows": page.items, "next": page.next}
    wanted = {"q": asked.q, "tier": asked.tier.value if asked.tier else "", "stage": asked.stage}
    rows, following = await sources.apis.register(
        {name: value for name, value in wanted.items() if value}, LIMIT, asked.after or None
    )
    return {"rows": [Found(lead_id=one.id, **one.model_dump(exclude={"id"})) for one in rows], "next": following}


async def _late(sources: Reached, asked: Asked) -> dict[str, Any]:
    place = PageParams(LIMIT, asked.after or None).time_and_id()
    late = await read_late(sources, limit=LIMIT, after=place)
    rows = [one for one in late.items if asked.tier in (None, one.tier)]
    following = encode_cursor((late.older[0].isoformat(), late.older[1])) if late.older else None
    return {"late_rows": rows, "next": following, "missing": late.missing}


@router.get("/leads/find", dependencies=OPS)
async def find(request: Request, sources: Seen, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The search of the bar: the only one who may be meant is shown at once."""
    wanted = q.strip()
    if wanted:
        try:
            found = await sources.apis.find(wanted, REGION, 2)
        except (TierAway, DomainError):
            found = []
        if len(found) == 1:
            return await web_of(request).after(request, address(f"leads/{found[0].lead_id}", {}))
    return await web_of(request).after(request, address("leads", {"q": wanted}))
