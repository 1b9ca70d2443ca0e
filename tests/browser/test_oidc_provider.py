"""Signing in by a certified OpenID provider of somebody else's, as a house would run one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Page, expect

from tests.browser.desks import Desks
from tests.browser.watch import Watch
from tests.fixtures.oidc import AUDIENCE, CLIENT, oidc_provider
from tests.fixtures.one_origin import OneOrigin, one_origin
from tests.fixtures.ports import free_port

PEOPLE = {
    "olena": {"tier": "lead_gen", "role": "caller"},
    "marta": {"tier": "conversion", "role": "manager"},
    "odd": {"tier": "lead_gen", "role": "king"},
    "nobody": {},
}
DESK = "/lead-gen/desk/"
AT_THE_DESK = re.compile(f"^http://[^/]+{DESK}$")


@asynccontextmanager
async def house_with_a_provider(*, seconds: int = 600) -> AsyncIterator[OneOrigin]:
    """A desk whose people sign in at the provider; their access tokens hold for so many seconds."""
    port = free_port()
    async with (
        oidc_provider(f"http://127.0.0.1:{port}", PEOPLE, seconds=seconds) as issuer,
        one_origin(
            port,
            oidc_issuer=issuer,
            oidc_client_id=CLIENT,
            oidc_prompt="consent",
            auth_issuer=issuer,
            auth_audience=AUDIENCE,
            auth_jwks_url=f"{issuer}/jwks",
            auth_dev_jwks=None,
        ) as site,
    ):
        yield site


@asynccontextmanager
async def window_of_a_house_with_a_provider(
    desks_at: Callable[[str], Desks], *, seconds: int = 600
) -> AsyncIterator[Page]:
    """A window on such a desk. The site goes at the end: its pages must have what they ask for by then."""
    async with house_with_a_provider(seconds=seconds) as site:
        page = await desks_at(site.address).window()
        yield page
        for tab in page.context.pages:
            await tab.wait_for_load_state("networkidle")


async def sign_in(page: Page, person: str) -> None:
    await page.goto(DESK)
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.get_by_label("Id").fill(person)
    await page.get_by_role("button", name="Sign in").click()


async def test_people_sign_in_work_and_sign_out(desks_at: Callable[[str], Desks]) -> None:
    async with window_of_a_house_with_a_provider(desks_at) as page:
        await sign_in(page, "olena")
        await expect(page).to_have_url(AT_THE_DESK)
        await page.get_by_role("button", name="You: olena").click()
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("button", name="Yes").click()
        # Back at home, and nobody is signed in here or there.
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_session_is_renewed_while_each_refresh_token_works_once(desks_at: Callable[[str], Desks]) -> None:
    # The tokens end within the minute in which sessions are renewed, so every page renews its own.
    async with window_of_a_house_with_a_provider(desks_at, seconds=30) as page:
        await sign_in(page, "olena")
        for _ in range(3):
            await page.reload()
            await expect(page).to_have_url(AT_THE_DESK)
        tabs = [await page.context.new_page() for _ in range(3)]
        await asyncio.gather(*(tab.goto(DESK) for tab in tabs))
        for tab in [page, *tabs]:
            await tab.reload()
            await expect(tab.get_by_role("button", name="You: olena")).to_be_attached()


async def test_somebody_of_another_tier_is_refused(desks_at: Callable[[str], Desks], watch: Watch) -> None:
    watch.expect(403, DESK)
    async with window_of_a_house_with_a_provider(desks_at) as page:
        await sign_in(page, "marta")
        await expect(page.get_by_role("heading", name="This is not yours to do")).to_be_visible()


async def test_a_role_that_the_tier_does_not_have_is_refused(desks_at: Callable[[str], Desks], watch: Watch) -> None:
    watch.expect(403, DESK)
    async with window_of_a_house_with_a_provider(desks_at) as page:
        await sign_in(page, "odd")
        await expect(page.get_by_text("The tier lead_gen has no such role")).to_be_visible()


async def test_an_account_without_tier_and_role_ends_in_words_and_not_in_a_circle(
    desks_at: Callable[[str], Desks], watch: Watch
) -> None:
    watch.expect(403, "/sign-in/back")
    async with window_of_a_house_with_a_provider(desks_at) as page:
        await sign_in(page, "nobody")
        await expect(page.get_by_text("Your account cannot be used here yet")).to_be_visible()
