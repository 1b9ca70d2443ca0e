"""The pictures of the desks in README.md, docs/desks.md and the tours: `make screenshots`.

The sample department works until there is something to see; then somebody takes a chair at each desk.
"""

from __future__ import annotations

import asyncio
import base64
import struct
import zlib
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import numpy as np
from playwright.async_api import Page, async_playwright, expect

from tests.browser.chromium import find_chromium
from tests.browser.desks import PATIENCE_MS, PHONE, Desks, Person
from tests.browser.watch import Watch
from tests.fixtures.house import House, running_house, until
from tests.stack.running import ROOT

FOLDER = ROOT / "docs" / "img"
SIZE = (1280, 800)
SCRIPTS = "/lead-gen/desk/settings/scripts"
MOST_BYTES = 120_000
_COLOURS = 256
_PIXELS = """
async (png) => {
  const drawn = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(drawn.width, drawn.height).getContext("2d");
  canvas.drawImage(drawn, 0, 0);
  const data = canvas.getImageData(0, 0, drawn.width, drawn.height).data;
  let text = "";
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return [drawn.width, drawn.height, btoa(text)];
}
"""


def palette_png(width: int, height: int, rgba: bytes) -> bytes:
    """A PNG of the 256 colours that count most, bright ones more than greys; any other becomes the nearest of them."""
    pixels = np.frombuffer(rgba, np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    packed = pixels @ np.array([1 << 16, 1 << 8, 1])
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    seen = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    weight = np.sqrt(counts) * (16 + np.ptp(seen, axis=1))
    palette = seen[np.argsort(-weight, kind="stable")[:_COLOURS]]
    nearest = ((seen[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    rows = np.zeros((height, width + 1), np.uint8)  # each begins with its filter: none
    rows[:, 1:] = nearest[places].reshape(height, width)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


class Photographer:
    """Takes pictures into `docs/img/`."""

    def __init__(self, desks: Desks, dark_room: Page) -> None:
        self.desks = desks
        self._dark_room = dark_room

    async def take(self, page: Page, name: str) -> None:
        """A picture of the window, small enough for a repository."""
        await page.evaluate("() => { scrollTo(0, 0); return document.fonts.ready; }")
        shot = base64.b64encode(await page.screenshot()).decode()
        width, height, pixels = await self._dark_room.evaluate(_PIXELS, shot)
        png = palette_png(width, height, base64.b64decode(pixels))
        assert len(png) < MOST_BYTES, f"{name} has {len(png)} bytes"
        (FOLDER / f"{name}.png").write_bytes(png)


async def busiest(house: House, tier: str, path: str, owner: str, least: int) -> tuple[str, list[dict[str, Any]]]:
    """Whoever owns most of what is listed at `path`, once they own so many; their id, and what is theirs."""

    async def enough() -> Any:
        items = (await house.get(tier, f"{path}?limit=200"))["items"]
        counted = Counter(item[owner] for item in items if item.get(owner))
        person, count = counted.most_common(1)[0] if counted else ("", 0)
        return (person, [item for item in items if item.get(owner) == person]) if count >= least else None

    found: tuple[str, list[dict[str, Any]]] = await until(enough)
    return found


async def call_desk(camera: Photographer) -> None:
    """A caller with a lead before them."""
    caller = Person("caller-sofiia", "lead_gen", "caller")
    page = await camera.desks.open(caller, size=SIZE)
    for heading in ("Your shift has begun", "Ready when you are"):
        shown = page.get_by_role("heading", name=heading)
        if await shown.count():
            await page.keyboard.press("Enter")
            await expect(shown).to_be_hidden()
    await expect(page.locator("#lead h1")).to_be_visible()
    await camera.take(page, "call-desk")
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await camera.take(page, "call-desk-phone")


async def deal_desk(camera: Photographer, house: House) -> None:
    """The board of the manager with most deals, and one of the deals, in the dark."""
    manager, deals = await busiest(house, "conversion", "/v1/deals", "owner", 3)
    page = await camera.desks.open(Person(manager, "conversion", "manager"), size=SIZE)
    await camera.take(page, "deal-board")
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await page.goto(f"/conversion/desk/deals/{deals[0]['id']}")
    await camera.take(page, "deal-dark")


async def account_desk(camera: Photographer, house: House) -> None:
    """The day of the account manager with most customers."""
    person, theirs = await busiest(house, "account_mgmt", "/v1/customers", "account_manager", 3)
    page = await camera.desks.open(Person(person, "account_mgmt", "account_manager"), size=SIZE)
    for customer in theirs:
        # Their own, known by name and not by the number alone, and still a customer.
        row = page.locator(f'.lr-pick[href*="{customer["id"]}"]', has_not_text="Caller")
        if await row.count():
            await row.click()
            await expect(row).to_have_attribute("aria-current", "true")
            if not await page.get_by_text("has left").count():
                break
    await camera.take(page, "account-desk")


async def leading(camera: Photographer, house: House) -> None:
    """What supervisors, operators and the head of sales look at."""
    scripts = (await house.get("lead_gen", "/v1/scripts"))["items"]
    places = {
        ("lead_gen", "supervisor"): {"floor": "/lead-gen/desk/floor", "script": f"{SCRIPTS}/{scripts[0]['id']}"},
        ("conversion", "supervisor"): {"team": "/conversion/desk/team"},
        ("account_mgmt", "supervisor"): {"portfolio": "/accounts/desk/portfolio"},
        ("ops", "ops"): {"control-room": "/ops/desk/"},
    }
    for (tier, role), pictures in places.items():
        page = await camera.desks.open(Person(f"{tier}-on-tour", tier, role), size=SIZE)
        for name, path in pictures.items():
            await page.goto(path)
            await camera.take(page, name)
    won = (await house.get("account_mgmt", "/v1/customers?limit=1"))["items"][0]
    await page.goto(f"/ops/desk/leads/{won['id']}")
    await camera.take(page, "story")
    await page.goto("/ops/desk/planner")
    await page.get_by_label("Runs").fill("100")
    await page.get_by_role("button", name="Run", exact=True).click()
    answer = page.get_by_role("heading", name="Same people, same leads, both ways")
    await expect(answer).to_be_visible(timeout=10 * PATIENCE_MS)
    await camera.take(page, "planner")


async def main() -> None:
    """Start the sample department, wait until it is busy, and take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE_MS)
    async with running_house(demo=True) as house, async_playwright() as playwright, AsyncExitStack() as closing:
        path = find_chromium(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=path)
        closing.push_async_callback(browser.close)
        desks = Desks(browser, await house.address("desk"), Watch(), closing)
        camera = Photographer(desks, await browser.new_page())
        await deal_desk(camera, house)
        await account_desk(camera, house)
        await call_desk(camera)
        await leading(camera, house)


if __name__ == "__main__":
    asyncio.run(main())
