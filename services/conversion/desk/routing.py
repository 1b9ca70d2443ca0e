"""Routing explained: the rules of every manager, and a lead tried on them, rule by rule."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from services.chassis.db import Connection
from services.chassis.http import Conn, Who, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import reason_of
from services.conversion.actions.deal_board import colleagues
from services.conversion.actions.deal_list import find_deals
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.routing_preview import wanted_like, weigh_managers
from services.conversion.domain.routing import RULES, Wanted
from services.conversion.schemas.routing import LeadAsked

READERS: list[Any] = [allow("supervisor", "ops")]

router: APIRouter = page_router("/desk/settings/routing")


class Tried(BaseModel):
    """The lead that is tried: one that is known (`deal`), one that is looked for (`q`), or its facts as typed."""

    model_config = ConfigDict(extra="ignore")

    q: Annotated[str, Field(max_length=200)] = ""
    deal: Annotated[str, Field(max_length=64)] = ""
    language: Annotated[str, Field(max_length=35)] = ""
    segment: Annotated[str, Field(max_length=200)] = ""
    region: Annotated[str, Field(max_length=200)] = ""
    products: Annotated[str, Field(max_length=2000)] = ""

    def wanted(self) -> Wanted:
        """What the typed facts ask for. Raises ValidationError."""
        products = [one for part in self.products.split(",") if (one := part.strip())]
        facts = {"language": self.language, "segment": self.segment, "region": self.region}
        known = {name: text.strip() for name, text in facts.items() if text.strip()}
        return LeadAsked.model_validate({**known, "products": products}).wanted()


@router.get("", dependencies=READERS)
async def routing_page(request: Request, conn: Conn, who: Who, asked: Annotated[Tried, Query()]) -> Response:
    """The rules, and who would get the lead that is tried."""
    found = await find_deals(conn, asked.q, who) if asked.q.strip() and not asked.deal else []
    deal = asked.deal or (found[0].id if len(found) == 1 else "")
    company, wanted, errors = await _lead(conn, asked, deal)
    routing, weighed = await weigh_managers(conn, wanted)
    context: dict[str, Any] = {"asked": asked, "found": found, "company": company, "wanted": wanted, "errors": errors}
    context |= {"routing": routing, "weighed": weighed, "rules": RULES, "names": await colleagues(conn)}
    return web_of(request).pages.answer(request, "routing.j2", bar=await desk_bar(conn, who), **context)


async def _lead(conn: Connection, asked: Tried, deal: str) -> tuple[str, Wanted, dict[str, str]]:
    """(company, what it asks for, what is wrong with what was typed)."""
    if deal:
        return *(await wanted_like(conn, deal)), {}
    try:
        return "", asked.wanted(), {}
    except ValidationError as error:
        wrong = {str(one["loc"][0]): reason_of(dict(one)) for one in error.errors()}
        return "", Wanted(), {name: f"{text[:1].upper()}{text[1:]}." for name, text in wrong.items()}
