"""Who of a tier serves which clients, as operators put the three tiers' answers side by side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Model, allow, new_router
from services.chassis.records import Record

MOST = 200


class Served(Record):
    """One client of this tier and whoever serves them. `name` is the id where nobody by that id is registered."""

    lead_id: str
    person: str
    name: str


class ServedList(Model):
    """Those of the leads that somebody of this tier serves, or has served; there is one page."""

    items: list[Served]
    next: None = None


Leads = Annotated[list[Id], Query(alias="lead_id", min_length=1, max_length=MOST, description="Repeat it for each.")]


def serving_router(read: Callable[[Connection, Sequence[str]], Awaitable[list[Served]]]) -> APIRouter:
    """`/v1/serving` of a tier."""
    router = new_router(tags=["story"])

    @router.get("/serving", dependencies=[allow("supervisor", "ops")], summary="Who of this tier serves these leads")
    async def get_serving(conn: Conn, lead_id: Leads) -> ServedList:
        """The last one, where there were several. Leads that nobody of this tier ever served are left out."""
        return ServedList(items=await read(conn, lead_id))

    return router
