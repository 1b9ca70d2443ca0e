"""The catalogue that account management publishes, kept for offers while that tier is down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.chassis.db import Connection
from services.conversion.domain.product_words import ProductWords
from services.conversion.repository import catalogue
from workflows.contracts.base import Done
from workflows.contracts.catalogue import CatalogueItem, CataloguePage

_FOUND = 8
"""Products that a search shows: whoever wants others types more."""
_known_words: dict[str, tuple[str, ProductWords]] = {}
"""The words of a database's catalogue, by its name, and of which state of it they are."""


async def take_catalogue(conn: Connection, page: CataloguePage) -> Done:
    """Keep the products of a page; an older version never overwrites a newer one."""
    await catalogue.take(conn, page.items)
    return Done()


async def search_catalogue(conn: Connection, q: str) -> list[CatalogueItem]:
    """The first products whose number or a name contains this; the first of all, if nothing is looked for."""
    return await catalogue.page(conn, q=q or None, limit=_FOUND, after=None)


async def product_words(conn: Connection) -> ProductWords:
    """What free words may mean; built once for each state of the catalogue, beside the loop."""
    database, state = await catalogue.state(conn)
    known = _known_words.get(database)
    if known is None or known[0] != state:
        known = state, await asyncio.to_thread(ProductWords, await catalogue.everything(conn))
        _known_words[database] = known
    return known[1]


async def products(conn: Connection, product_ids: Sequence[str]) -> dict[str, CatalogueItem]:
    """The products of these ids that are known, whether they are still offered or not."""
    return await catalogue.find(conn, product_ids)
