"""Whether a page can be used by everybody: axe finds nothing serious, nothing runs out of the window, fingers hit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

from playwright.async_api import Page

from tests.browser.desks import DESKTOP, PHONE
from tests.stack.running import ROOT

# 200 % in a window of 1280 x 720: as many CSS pixels as there are left.
ZOOMED = (640, 360)
SIZES = {"desktop": DESKTOP, "phone": PHONE, "zoomed": ZOOMED}
# WCAG 2.2: 24 px with a mouse; on a phone a finger needs more.
LEAST_TARGET = {"desktop": 24, "phone": 44, "zoomed": 24}
_AXE_RUN = """
async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact)).flatMap((one) =>
    one.nodes.map((node) => `${one.id}: ${node.target.join(" ")} ${node.failureSummary.replaceAll("\\n", " ")}`));
}
"""
_OUTSIDE = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > width + 1 && getComputedStyle(one).visibility !== "hidden")
    .slice(0, 8).map((one) => `${one.tagName.toLowerCase()}.${one.className.baseVal ?? one.className} `
      + `to ${Math.round(one.getBoundingClientRect().right)} of ${width}`);
}
"""
_SMALL = """
(least) => [...document.querySelectorAll("button, summary, select, a.btn, a.lr-key, label:has(> input.lr-vh), "
    + ".lr-tick > *, input:not([type=hidden], [type=checkbox], [type=radio]), textarea")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.disabled && !one.matches(".lr-vh"))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width > 1 && box.height > 1 && (box.height < least - .5 || box.width < 23.5))
  .map(([one, box]) => `${one.tagName.toLowerCase()}.${one.className} "${one.textContent.trim().slice(0, 30)}" `
    + `${Math.round(box.width)} x ${Math.round(box.height)}`)
"""
# An id that two share moves what was meant for one: keys, labels, what changes by itself.
_TWICE = """
() => [...document.querySelectorAll("[id]")].map((one) => one.id)
  .filter((id, place, all) => all.indexOf(id) !== place).map((id) => `the id ${id} is there twice`)
"""


@cache
def _axe() -> str:
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


async def axe(page: Page) -> list[str]:
    """What axe calls serious or critical on this page. Its script comes by the debugger, past the page's policy."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_axe() + "\n;null")
    found: list[str] = await page.evaluate(_AXE_RUN)
    return found


async def outside(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = await page.evaluate(_OUTSIDE)
    return found


async def too_small(page: Page, least: int) -> list[str]:
    """Acts that are harder to hit than this many pixels."""
    found: list[str] = await page.evaluate(_SMALL, least)
    return found


async def flaws(page: Page, sizes: Sequence[str] = ("desktop", "phone", "zoomed")) -> dict[str, list[str]]:
    """Everything that is wrong with how the page looks now in these sizes; empty when it is well.

    Where things stand does not depend on the theme. axe, which takes seconds of a core, reads what is light in the
    first size and what is dark on the phone, so that it sees every colour and all that is shown in one of them only.
    """
    wrong: dict[str, list[str]] = {}
    before: Any = page.viewport_size
    for size in sizes:
        await _look(page, "light", size)
        read = [*await axe(page), *await page.evaluate(_TWICE)] if size == sizes[0] else []
        wrong[f"light, {size}"] = [*read, *await outside(page), *await too_small(page, LEAST_TARGET[size])]
    dark = "phone" if "phone" in sizes else sizes[-1]
    await _look(page, "dark", dark)
    wrong[f"dark, {dark}"] = await axe(page)
    await page.set_viewport_size(before)
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return {look: found for look, found in wrong.items() if found}


async def _look(page: Page, theme: Literal["light", "dark"], size: str) -> None:
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    width, height = SIZES[size]
    await page.set_viewport_size({"width": width, "height": height})
