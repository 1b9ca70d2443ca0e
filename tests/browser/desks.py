"""Browsers before the desks: a window for each person, signed in by the very page that people see."""

from __future__ import annotations

import os
import re
import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.watch import Watch

# For a machine that has other things to do; nobody waits longer than it takes.
PATIENCE_MS = 30_000
DESKTOP, PHONE = (1280, 720), (390, 844)


@dataclass(frozen=True)
class Person:
    """Somebody who can be signed in as."""

    id: str
    tier: str
    role: str


CALLER = Person("caller-olia", "lead_gen", "caller")
MANAGER = Person("manager-oleh", "conversion", "manager")
ACCOUNT_MANAGER = Person("am-roman", "account_mgmt", "account_manager")
SUPERVISOR = Person("supervisor-andrii", "lead_gen", "supervisor")
OPS = Person("ops", "ops", "ops")


def somebody_new(tier: str, role: str) -> Person:
    """A person whom no other test knows."""
    return Person(f"{role.replace('_', '-')}-{uuid.uuid4().hex[:8]}", tier, role)


async def sign_in(page: Page, person: Person, then: str = "/") -> None:
    """Sign in as this person by the provider's page, and end on the page they wanted."""
    await page.goto(then)
    await expect(page.get_by_role("heading", name="Who are you today?")).to_be_visible()
    theirs = page.locator("form", has=page.locator(f'input[name=person][value="{person.id}"]'))
    chair = theirs.locator(f'button[value="{person.tier}/{person.role}"]')
    if await chair.count():
        await chair.click()
    else:
        if not await page.get_by_label("Their id").is_visible():
            await page.get_by_text("Somebody else", exact=True).click()
        await page.get_by_label("Their id").fill(person.id)
        await page.get_by_label("Role").select_option(f"{person.tier}/{person.role}")
        await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("button", name=re.compile("^You: "))).to_be_visible()


async def be_signed_in(context: BrowserContext, person: Person, then: str) -> None:
    """Sign a browser in as the provider's form does, without drawing pages on the way, which takes seconds."""
    asked = urlsplit((await context.request.get("/sign-in", params={"then": then})).url)
    form: dict[str, Any] = {"role": f"{person.tier}/{person.role}", "person": person.id, **dict(parse_qsl(asked.query))}
    answer = await context.request.post(asked._replace(query="").geturl(), form=form)
    assert urlsplit(answer.url).path != asked.path, await answer.text()


class Desks:
    """Opens windows before one origin and watches over them; each has cookies and storage of its own."""

    def __init__(self, browser: Browser, origin: str, watch: Watch, closing: AsyncExitStack) -> None:
        self.origin = origin
        self.watch = watch
        self.contexts: list[BrowserContext] = []
        self._browser = browser
        self._closing = closing

    async def window(self, size: tuple[int, int] = DESKTOP, *, theme: str = "light", **options: Any) -> Page:
        """A page in a browser where nobody is signed in; `options` are those of Playwright's contexts."""
        usual: dict[str, Any] = {
            "viewport": {"width": size[0], "height": size[1]},
            "color_scheme": theme,
            "reduced_motion": "reduce",
            "locale": "en-GB",
            "timezone_id": "Europe/Kyiv",
        }
        context = await self._browser.new_context(base_url=self.origin, **{**usual, **options})
        self._closing.push_async_callback(context.close)
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        await self.watch.over(context)
        # With a snapshot of the page at every step it costs a third of the time.
        await context.tracing.start(snapshots=bool(os.environ.get("LEADRELAY_SNAPSHOTS")))
        return await context.new_page()

    async def open(self, person: Person, path: str = "/", **window: Any) -> Page:
        """A page where this person is signed in, at `path`."""
        page = await self.window(**window)
        await be_signed_in(page.context, person, path)
        await page.goto(path)
        await expect(page.get_by_role("button", name=re.compile("^You: "))).to_be_visible()
        return page

    async def keep(self, folder: Path) -> list[Path]:
        """Pictures and traces of everything that is open, for whoever looks into a failure."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = []
        for number, context in enumerate(self.contexts):
            if not context.pages:  # the test has closed it
                continue
            for place, page in enumerate(context.pages):
                kept.append(folder / f"window-{number}-{place}.png")
                await page.screenshot(path=kept[-1])
            kept.append(folder / f"window-{number}.zip")
            await context.tracing.stop(path=kept[-1])
        return kept
