"""How soon operators see what happens: `python -m bench.control_room` needs Chromium.

One lead after the other is written down in tier 1. Each time, the moments between the answer to whoever wrote it down
and the paint of the new count on the control room, which nobody touches. The aim is two seconds.
"""

from __future__ import annotations

import asyncio
import time

from playwright.async_api import Page, async_playwright

from bench.browsing import CHROMIUM, signed_in
from bench.claims import line
from bench.stack import Running, running_stack

LEADS, PATIENCE_SECONDS, LOOK_SECONDS = 40, 30, 0.02
# All that is under way in tier 1, as the card counts it.
_COUNT = """() => [...document.querySelectorAll("#relay section[data-tier=gen] b.lr-n")]
  .reduce((sum, one) => sum + Number(one.textContent.replace(/\\D/g, "")), 0)"""


async def seen(stack: Running, page: Page) -> list[float]:
    """Milliseconds from each answer to the count that shows it."""
    supervisor = stack.client("lead_gen", "supervisor", "iryna")
    took: list[float] = []
    for number in range(LEADS):
        wanted = await page.evaluate(_COUNT) + 1
        lead = {"company": f"Company {number}", "phones": [f"+38044{2_000_000 + number}"]}
        (await supervisor.post("/v1/leads", json=lead)).raise_for_status()
        began = time.perf_counter()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await page.evaluate(_COUNT) < wanted:
                await asyncio.sleep(LOOK_SECONDS)
        took.append((time.perf_counter() - began) * 1000)
    return took


async def main() -> None:
    """Print how long it took."""
    async with running_stack({"lead_gen": {"always_open": True}}) as stack, async_playwright() as playwright:
        origin = stack.addresses["desk"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 1280, "height": 720})
        named = (one.split("=", 1) for one in (await signed_in(origin, "ops/ops", "operations")).split("; "))
        await context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in named])
        page = await context.new_page()
        await page.goto(f"{origin}/ops/desk/")
        print(line("from the answer to the paint", await seen(stack, page)), flush=True)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
