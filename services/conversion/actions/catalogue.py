"""The catalogue that account management publishes, kept for offers while that tier is down."""

from __future__ import annotations

from services.chassis.db import Connection
from services.conversion.repository import catalogue
from workflows.contracts.base import Done
from workflows.contracts.catalogue import CataloguePage


async def take_catalogue(conn: Connection, page: CataloguePage) -> Done:
    """Keep the products of a page; an older version never overwrites a newer one."""
    await catalogue.take(conn, page.items)
    return Done()
