"""The house's legal entities: each has its own invoice numbers, account and currency."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from services.account_mgmt.repository import entities
from services.account_mgmt.schemas.entities import EntityChange, EntityView, NewEntity
from services.chassis.errors import Conflict
from services.chassis.http import Conn, Page, allow, new_router

router: APIRouter = new_router(tags=["legal entities"])
SUPERVISOR = [allow("supervisor")]
EntityId = Annotated[str, Path(max_length=10)]


@router.get(
    "/legal-entities", dependencies=[allow("account_manager", "supervisor", "ops")], summary="Who sells for the house"
)
async def list_entities(conn: Conn) -> Page[EntityView]:
    """In order of entry. An order goes to the first one that is paid in its currency, if none is named."""
    return Page(items=await entities.all_of_them(conn), next=None)


@router.post("/legal-entities", status_code=201, dependencies=SUPERVISOR, summary="Add a legal entity")
async def add_entity(conn: Conn, new: NewEntity) -> EntityView:
    """Its invoices begin with number 1. 409 `duplicate` if the id is taken."""
    added = await entities.add(conn, new)
    if added is None:
        raise Conflict(f"There is already a legal entity {new.id}", code="duplicate", field="id")
    return added


@router.patch("/legal-entities/{entity_id}", dependencies=SUPERVISOR, summary="Change a legal entity")
async def change_entity(conn: Conn, entity_id: EntityId, body: EntityChange) -> EntityView:
    """Invoices that are printed from now on say so, also earlier ones."""
    return await entities.change(conn, entity_id, body.changes())
