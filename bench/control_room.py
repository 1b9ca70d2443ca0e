"""How long until the control room shows what has happened: `python -m bench.control_room [LEADS]`.

Starts a stack, fills tier 1 with so many leads (default 100,000), and opens the control room in a browser. Then a lead
is added again and again; the time runs from the answer that it is written until its count on the page has changed. The
limit is the stream itself: how long until the browser hears that something has changed.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

import asyncpg
from playwright.async_api import Page, async_playwright

from bench import browsing, register
from bench.stack import Running, running_stack
from services.chassis.db import init_connection

TIMES = 40
AIM_MS = 2_000
_WATCH = """(stage) => {
  const link = `#relay a[href*="tier=lead_gen"][href*="stage=${stage}"]`;
  const count = () => document.querySelector(`${link} ~ b`)?.textContent;
  window.seen = { heard: [], shown: [], was: count() };
  document.addEventListener("htmx:sse:before:message", () => seen.heard.push(Date.now()));
  new MutationObserver(() => { if (count() !== seen.was) { seen.was = count(); seen.shown.push(Date.now()); } })
    .observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


async def one(stack: Running, page: Page, number: int) -> tuple[float, float]:
    """Add a lead; milliseconds until the browser heard of it, and until the page showed it."""
    await page.evaluate("() => { seen.heard = []; seen.shown = []; }")
    lead = {"company": f"Bench {number}", "phones": [f"+38044{7_000_000 + number}"], "city": "Kyiv"}
    answer = await stack.client("lead_gen", "supervisor", "iryna").post("/v1/leads", json=lead)
    answer.raise_for_status()
    written = time.time() * 1000
    await page.wait_for_function("() => seen.shown.length > 0", timeout=30_000)
    seen = await page.evaluate("() => seen")
    return (seen["heard"] or [written])[0] - written, seen["shown"][0] - written


async def measure(stack: Running) -> None:
    """Print the figures."""
    origin = stack.addresses["desk"]
    cookies = await browsing.signed_in(origin, "ops/ops", "ops")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browsing.CHROMIUM, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 1280, "height": 720}, ignore_https_errors=True)
        named = (cookie.split("=", 1) for cookie in cookies.split("; "))
        await context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in named])
        page = await context.new_page()
        await page.goto(f"{origin}/ops/desk/")
        await page.wait_for_selector("#relay")
        await page.evaluate(_WATCH, "new")
        await one(stack, page, 0)
        took = []
        for number in range(1, TIMES + 1):
            await asyncio.sleep(0.7)
            took.append(await one(stack, page, number))
        await browser.close()
    for name, place in (("heard (the limit)", 0), ("shown", 1)):
        times = sorted(pair[place] for pair in took)
        print(f"{name:<18} p50 {statistics.median(times):6.0f} ms   worst {times[-1]:6.0f} ms   aim {AIM_MS} ms")


async def main(leads: int) -> None:
    """Print how soon operators see what happens."""
    async with running_stack({"lead_gen": {"always_open": True}}) as stack:
        conn = await asyncpg.connect(stack.dsn("lead_gen"))
        await init_connection(conn)
        await register.fill(conn, 0, leads)
        await conn.close()
        await measure(stack)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
