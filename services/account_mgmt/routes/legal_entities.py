"""Legal entities: each has its own invoice numbers, account and currency."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from services.account_mgmt.actions.kinds import ENTITY
from services.account_mgmt.actions.legal_entities import add_legal_entity, change_legal_entity
from services.account_mgmt.actions.numbers import move_numbers_on, read_numbers
from services.account_mgmt.repository import legal_entities
from services.account_mgmt.routes.access import READERS, SUPERVISOR
from services.account_mgmt.schemas.legal_entities import EntityChange, EntityView, NewEntity
from services.account_mgmt.schemas.numbers import NewStart, NumbersView
from services.chassis.http import Conn, Page, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["legal entities"])
EntityId = Annotated[str, Path(max_length=10)]


@router.get("/legal-entities", dependencies=READERS, summary="List legal entities")
async def list_entities(conn: Conn) -> Page[EntityView]:
    """In order of entry. An order goes to the first one that is paid in its currency, if none is named."""
    return Page(items=EntityView.of_all(await legal_entities.all_of_them(conn)), next=None)


@router.post("/legal-entities", status_code=201, dependencies=SUPERVISOR, summary="Add a legal entity")
async def post_entity(conn: Conn, who: Who, new: NewEntity) -> EntityView:
    """Its invoices begin with number 1, unless its series is moved on. 409 `duplicate` if the id is taken."""
    return EntityView.of(await add_legal_entity(conn, new, who.person))


@router.get("/legal-entities/{entity_id}", dependencies=[*READERS, tagged()], summary="One legal entity")
async def get_entity(conn: Conn, entity_id: EntityId) -> EntityView:
    """What its invoices say of it."""
    return EntityView.of(await legal_entities.get(conn, entity_id))


@router.get("/legal-entities/{entity_id}/numbers", dependencies=[*READERS, tagged()], summary="Its series of numbers")
async def get_numbers(conn: Conn, entity_id: EntityId) -> NumbersView:
    """Which number comes next in each series that has begun, and who moved one on, when and why."""
    coming, starts = await read_numbers(conn, entity_id)
    return NumbersView(next=coming, starts=starts)


@router.post(
    "/legal-entities/{entity_id}/numbers",
    dependencies=[*SUPERVISOR, if_match(get_numbers, ENTITY, "entity_id")],
    summary="Let a series go on from a number",
)
async def post_numbers(conn: Conn, who: Who, entity_id: EntityId, new: NewStart) -> NumbersView:
    """When you move in with a series of your own; upwards only, and each move is kept. 422 for one that is taken."""
    await move_numbers_on(conn, entity_id, new, who.person)
    return await get_numbers(conn, entity_id)


_CHANGE = [*SUPERVISOR, if_match(get_entity, ENTITY, "entity_id")]


@router.patch("/legal-entities/{entity_id}", dependencies=_CHANGE, summary="Change a legal entity")
async def patch_entity(conn: Conn, who: Who, entity_id: EntityId, body: EntityChange) -> EntityView:
    """Invoices that are issued from now on say so; earlier ones stay as they are."""
    return EntityView.of(await change_legal_entity(conn, entity_id, body, who.person))
