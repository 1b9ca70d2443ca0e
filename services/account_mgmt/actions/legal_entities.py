"""Legal entities: added and changed."""

from __future__ import annotations

from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.repository import legal_entities
from services.account_mgmt.schemas.legal_entities import EntityChange, NewEntity
from services.chassis.db import Connection
from services.chassis.errors import Conflict


async def add_legal_entity(conn: Connection, new: NewEntity) -> LegalEntity:
    """Add a legal entity; its invoices begin with number 1. Raises Conflict (`duplicate`)."""
    added = await legal_entities.add(conn, new.model_dump())
    if added is None:
        raise Conflict(f"There is already a legal entity {new.id}", code="duplicate", field="id")
    return added


async def change_legal_entity(conn: Connection, entity_id: str, change: EntityChange) -> LegalEntity:
    """Change what is given; documents that are issued from now on say so. Raises NotFound."""
    return await legal_entities.change(conn, entity_id, change.changes())
