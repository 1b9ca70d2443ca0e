"""Legal entities as their pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.account_mgmt.actions.legal_entities import tag_of_entity
from services.account_mgmt.actions.numbers import read_numbers
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.numbers import NextNumber, NumberStart
from services.account_mgmt.domain.settings_changes import SettingsChange
from services.account_mgmt.repository import legal_entities, settings_changes, supervisors
from services.chassis.db import Connection

_MOST_CHANGES = 30


@dataclass(frozen=True)
class EntityPage:
    """One legal entity: its series of numbers, and who changed what."""

    entity: LegalEntity
    seen: str
    year: int
    coming: list[NextNumber]
    starts: list[NumberStart]
    changes: list[SettingsChange]
    names: Mapping[str, str]


async def read_entities(conn: Connection) -> list[LegalEntity]:
    """Everybody who sells, in order of entry."""
    return await legal_entities.all_of_them(conn)


async def read_entity_page(conn: Connection, entity_id: str, now: datetime) -> EntityPage:
    """One legal entity. Raises NotFound."""
    entity = await legal_entities.get(conn, entity_id)
    coming, starts = await read_numbers(conn, entity_id)
    return EntityPage(
        entity=entity,
        seen=tag_of_entity(entity),
        year=entity.day_of(now).year,
        coming=coming,
        starts=starts,
        changes=await settings_changes.of_thing(conn, "legal_entity", entity_id, _MOST_CHANGES),
        names=await supervisors.names_of_staff(conn),
    )
