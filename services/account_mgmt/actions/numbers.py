"""Series of numbers are moved on when an organisation brings its own along."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.domain.numbers import NextNumber, NumberStart, check_next, check_year
from services.account_mgmt.repository import legal_entities, numbers
from services.account_mgmt.schemas.numbers import NewStart
from services.chassis.db import Connection


async def read_numbers(conn: Connection, entity_id: str) -> tuple[list[NextNumber], list[NumberStart]]:
    """The next number of each series of a legal entity, and where they were moved on. Raises NotFound."""
    await legal_entities.get(conn, entity_id)
    return await numbers.next_numbers(conn, entity_id), await numbers.starts(conn, entity_id)


async def move_numbers_on(conn: Connection, entity_id: str, new: NewStart, by: str) -> None:
    """Let a series go on from a number, upwards only; the number that would come anyway changes nothing.

    Raises NotFound, Invalid on `year` and `next_number`.
    """
    entity = await legal_entities.get(conn, entity_id)
    year = entity.day_of(datetime.now(UTC)).year
    check_year(new.year or year, year)
    last = await numbers.last(conn, entity_id, new.series, new.year or year)
    check_next(new.next_number, last)
    if new.next_number == last + 1:
        return
    await numbers.move_on(
        conn,
        entity_id,
        new.series,
        new.year or year,
        next_number=new.next_number,
        was=last + 1,
        reason=new.reason,
        by=by,
    )
