"""Legal entities: added and changed."""

from __future__ import annotations

from services.account_mgmt.actions.kinds import ENTITY
from services.account_mgmt.actions.settings_changes import last_writer, note_change
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.repository import legal_entities
from services.account_mgmt.schemas.legal_entities import EntityChange, NewEntity
from services.chassis.db import Connection
from services.chassis.edits import hold, tag_of
from services.chassis.errors import Conflict
from services.chassis.meanwhile import now_there, saved_meanwhile


async def add_legal_entity(conn: Connection, new: NewEntity, by: str) -> LegalEntity:
    """Add a legal entity; its invoices begin with number 1. Raises Conflict (`duplicate`)."""
    added = await legal_entities.add(conn, new.model_dump())
    if added is None:
        raise Conflict(f"There is already a legal entity {new.id}", code="duplicate", field="id")
    await note_change(conn, "legal_entity", added.id, by, None, added)
    return added


async def change_legal_entity(
    conn: Connection, entity_id: str, change: EntityChange, by: str, *, seen: str | None = None
) -> LegalEntity:
    """Change what is given; documents that are issued from now on say so. `seen` is the tag a form was drawn with.

    Raises NotFound, Conflict (`changed_meanwhile`).
    """
    await hold(conn, ENTITY, entity_id)
    was = await legal_entities.get(conn, entity_id)
    if seen is not None and seen != tag_of_entity(was):
        typed = change.changes()
        notes = now_there(was.model_dump(include=set(typed)), typed)
        raise await saved_meanwhile(conn, await last_writer(conn, "legal_entity", entity_id), tag_of_entity(was), notes)
    now = await legal_entities.change(conn, entity_id, change.changes())
    await note_change(conn, "legal_entity", entity_id, by, was, now)
    return now


def tag_of_entity(entity: LegalEntity) -> str:
    """What a form is drawn with."""
    return tag_of(entity.model_dump(mode="json"))
