"""A person in a browser, for measurements: signs in as people do, and tells what a page feels like."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass

import httpx
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = os.environ.get("LEADRELAY_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
"""None means Playwright's own."""
# Runs in the page: first paint, and the longest time from a key or click to the paint that shows it.
_WATCH = """() => {
  window.felt = { interaction: 0 };
  new PerformanceObserver((list) => { for (const e of list.getEntries())
    if (e.interactionId) felt.interaction = Math.max(felt.interaction, e.duration); }
  ).observe({ type: "event", durationThreshold: 16, buffered: true });
}"""
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


@dataclass(frozen=True)
class Felt:
    """What a page costs a person: kB over the wire, requests, milliseconds."""

    first_kb: float
    first_requests: int
    later_kb: float
    first_paint: float
    later_paint: float
    interaction: float
    elements: int

    def __str__(self) -> str:
        first = (
            f"first visit {self.first_kb:5.0f} kB in {self.first_requests} requests, paint {self.first_paint:4.0f} ms"
        )
        later = f"later {self.later_kb:5.1f} kB, paint {self.later_paint:4.0f} ms"
        return f"{first}; {later}; key to paint {self.interaction:3.0f} ms; {self.elements} elements"


async def signed_in(origin: str, role: str, person: str) -> str:
    """Sign in at the sample department's provider; the Cookie header of this browser."""
    async with httpx.AsyncClient(base_url=origin, follow_redirects=True, timeout=60) as browser:
        page = await browser.get("/sign-in", params={"then": "/"})
        told = {**dict(page.url.params), "role": role, "person": person}
        (await browser.post("/identity/authorize", data=told)).raise_for_status()
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)


async def felt(address: str, role: str, person: str) -> Felt:
    """A first visit to this page with an empty cache, a later one, and a key pressed on it."""
    origin = "/".join(address.split("/")[:3])
    cookies = await signed_in(origin, role, person)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            return await _felt(browser, address, cookies)
        finally:
            await browser.close()


async def _felt(browser: Browser, address: str, cookies: str) -> Felt:
    context = await browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB")
    named = (one.split("=", 1) for one in cookies.split("; "))
    await context.add_cookies([{"name": name, "value": value, "url": address} for name, value in named])
    page = await context.new_page()
    bytes_read: list[float] = []
    devtools = await context.new_cdp_session(page)
    await devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda told: bytes_read.append(told["encodedDataLength"]))
    await page.goto(address)
    await page.wait_for_load_state("load")
    await page.evaluate("() => document.fonts.ready.then(() => true)")
    first, requests, first_paint = sum(bytes_read) / 1000, len(bytes_read), await _paint(page)
    bytes_read.clear()
    await page.goto(address)
    later, later_paint = sum(bytes_read) / 1000, await _paint(page)
    interaction = await _interaction(page)
    elements = await page.evaluate("() => document.querySelectorAll('*').length")
    return Felt(first, requests, later, first_paint, later_paint, interaction, elements)


async def _paint(page: Page) -> float:
    while not (at := float(await page.evaluate(_PAINT))):
        await asyncio.sleep(0.02)
    return at


async def _interaction(page: Page) -> float:
    """`?` opens the keys, and Escape closes them."""
    await page.evaluate(_WATCH)
    for key, shown in (("?", True), ("Escape", False)) * 3:
        await page.keyboard.press(key)
        # Esc means something else where nothing is open.
        await page.wait_for_function("shown => Boolean(document.querySelector(':popover-open')) === shown", arg=shown)
        await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    return float(await page.evaluate("() => felt.interaction"))
