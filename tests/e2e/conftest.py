"""The whole house as a user starts it: `leadrelay up` on a directory of its own, driven by REST alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fixtures.house import House, running_house


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house() -> AsyncIterator[House]:
    async with running_house() as house:
        yield house
