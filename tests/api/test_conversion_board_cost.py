"""How much the deal board asks of the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import asyncpg
import pytest
import pytest_asyncio

from services.conversion.domain.calendar import ALWAYS
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_board_cost", tier=Tier.CONVERSION)) as tier:
        await tier.manager("anna", hours=ALWAYS.model_dump(mode="json"))
        yield tier


@contextmanager
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that are prepared or run meanwhile, as they reach the database driver."""
    seen: list[str] = []
    really = asyncpg.Connection._execute

    async def noted(self: asyncpg.Connection, query: str, *args: object, **options: object) -> object:
        seen.append(query)
        return await really(self, query, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(asyncpg.Connection, "_execute", noted)
        yield seen


@pytest.mark.parametrize(("name", "role"), [("anna", "manager"), ("boss", "supervisor")])
@pytest.mark.parametrize("path", ["/desk/", "/desk/board/today", "/desk/board/lanes"])
async def test_the_board_reads_the_rules_once(
    tier: Tier2, monkeypatch: pytest.MonkeyPatch, name: str, role: str, path: str
) -> None:
    await tier.accepted("anna")
    async with person(tier, name, role) as reader:
        await reader.look("/desk/")
        with asked(monkeypatch) as seen:
            await reader.look(path)
    assert len([query for query in seen if "AS body FROM policies" in query]) == 1
    assert len(seen) <= 17, seen
