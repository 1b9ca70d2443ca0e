"""One stack and one Chromium for all browser tests. A test makes its own people and data, and asks for `desks`."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.chromium import find_chromium
from tests.browser.desks import PATIENCE_MS, Desks
from tests.browser.watch import Watch
from tests.fixtures.house import House, running_house

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fixtures learn whether their test has failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def house() -> AsyncIterator[House]:
    """The stack, without anybody simulated in it: what is there, tests have made."""
    async with running_house() as house:
        yield house


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        path = find_chromium(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=path)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def watch() -> Watch:
    """What this test expects to go wrong: `watch.expect(409)`."""
    return Watch()


@pytest_asyncio.fixture(loop_scope="session")
async def desks_at(
    chromium: Browser, watch: Watch, request: pytest.FixtureRequest
) -> AsyncIterator[Callable[[str], Desks]]:
    """Windows before any origin. Whatever goes wrong in one of them fails the test."""
    async with AsyncExitStack() as closing:
        desks = Desks(chromium, "", watch, closing)

        def at(origin: str) -> Desks:
            desks.origin = origin
            return desks

        yield at
        if request.node.stash.get(FAILED, True) or watch.faults:
            folder = Path(tempfile.mkdtemp(prefix="leadrelay-browser-")) / request.node.name
            kept = "\n".join(map(str, await desks.keep(folder)))
            request.node.add_report_section("teardown", "pictures and traces (playwright show-trace)", kept)
    assert watch.faults == []


@pytest_asyncio.fixture(loop_scope="session")
async def desks(house: House, desks_at: Callable[[str], Desks]) -> Desks:
    """Windows before the stack."""
    return desks_at(await house.address("desk"))
