"""The audit: who did what to which lead or setting, when and why, of all tiers."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from services.chassis.errors import Unavailable
from services.chassis.http import Id, begun
from services.chassis.http.paging import PageParams, encode_cursor
from services.chassis.imports.cells import neutralise
from services.chassis.trail import Wanted
from services.chassis.web.door import page_router, web_of
from services.ops.actions.stories import Reached
from services.ops.actions.trail import every_line, read_named_trail
from services.ops.desk.places import OPS, address
from services.ops.doors import Seen

router: APIRouter = page_router()
LIMIT = 50
COLUMNS = ("at", "tier", "who", "name", "what", "lead_id", "subject", "why", "changes")


@dataclass(frozen=True)
class Asked:
    """What the audit is narrowed to."""

    by: Annotated[str, Query(max_length=100)] = ""
    lead: Annotated[Id | Literal[""], Query()] = ""
    kind: Annotated[str, Query(max_length=40)] = ""
    days: Annotated[int, Query(ge=0, le=3660)] = 0
    after: Annotated[str, Query(max_length=1000)] = ""

    def wanted(self) -> Wanted:
        """As the tiers are asked."""
        since = datetime.now(UTC) - timedelta(days=self.days) if self.days else None
        place = PageParams(LIMIT, self.after or None).time_and_id()
        return Wanted(by=self.by or None, lead_id=self.lead or None, kind=self.kind or None, since=since, before=place)

    def address(self, path: str = "audit", **changes: Any) -> str:
        """This page with something else asked for, from its beginning unless `after` says where."""
        return address(path, {**asdict(self), "after": "", **changes})


Sought = Annotated[Asked, Depends()]


@router.get("/audit", dependencies=OPS)
async def audit(request: Request, sources: Seen, asked: Sought) -> Response:
    """A page of it, the latest first."""
    trail = await read_named_trail(sources, asked.wanted(), LIMIT)
    following = encode_cursor((trail.older[0].isoformat(), trail.older[1])) if trail.older else None
    return web_of(request).pages.answer(request, "audit.j2", asked=asked, trail=trail, next=following)


@router.get("/audit.csv", dependencies=OPS)
async def audit_csv(sources: Seen, asked: Sought) -> Response:
    """The same as a file; refused while a tier is away, because a file must be whole."""
    trail = await read_named_trail(sources, asked.wanted(), 1)
    if trail.missing:
        raise Unavailable(f"{trail.missing[0].what} is needed for this: {trail.missing[0].why}", code="tier_away")
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(await begun(_lines(sources, asked)), media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(sources: Reached, asked: Asked) -> AsyncIterator[str]:
    yield _line(COLUMNS)
    async for one in every_line(sources, asked.wanted()):
        cells = (one.at.isoformat(), one.tier, one.by, one.name, one.kind, one.lead_id, one.subject, one.why)
        yield _line(["" if cell is None else neutralise(str(cell)) for cell in (*cells, "; ".join(one.changes))])


def _line(cells: Any) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
