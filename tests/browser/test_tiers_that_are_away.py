"""A tier whose server was killed: it says so in words, comes back by itself, and the others work on."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desks import OPS, Desks, somebody_new
from tests.browser.looks import flaws
from tests.browser.watch import Watch
from tests.fixtures.house import House
from tests.stack.running import PATIENCE_SECONDS


async def test_a_tier_that_is_away_says_so_and_comes_back_by_itself(desks: Desks, house: House, watch: Watch) -> None:
    watch.expect_server_away()
    caller = await desks.open(somebody_new("lead_gen", "caller"), "/lead-gen/desk/")
    async with house.without("lead_gen_api"):
        await caller.reload()
        await expect(caller.get_by_role("heading")).to_have_text("Lead generation is away for a moment")
        assert await flaws(caller) == {}
        # The others work on, and people can still sign in.
        operator = await desks.open(OPS, "/ops/components")
        await expect(operator.get_by_role("heading", name="Every component, in every state")).to_be_visible()
    # Nobody touches the page: it looks again by itself.
    await expect(caller.get_by_role("button", name="You:")).to_be_attached(timeout=PATIENCE_SECONDS * 1000)
