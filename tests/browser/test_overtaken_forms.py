"""Two supervisors with the same form open in two windows."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desks import Desks, somebody_new
from tests.browser.looks import flaws
from tests.fixtures.house import House


async def test_a_field_that_both_changed_shows_what_it_became_and_is_saved_at_the_second_try(
    desks: Desks, house: House
) -> None:
    manager = {"id": "two-windows", "name": "Two Windows", "capacity": 60, "active": False}
    await house.post("conversion", "/v1/managers", manager)
    place = f"/conversion/desk/people/{manager['id']}"
    late = await desks.open(somebody_new("conversion", "supervisor"), place)
    first = await desks.open(somebody_new("conversion", "supervisor"), place)
    for label, text in (("Deals at one time, at most", "50"), ("Share of the leads", "3")):
        await first.get_by_label(label).fill(text)
    await first.get_by_role("button", name="Save").click()
    await expect(first.locator("#line")).to_contain_text("takes leads by these rules")
    capacity = late.get_by_label("Deals at one time, at most")
    await capacity.fill("40")
    await late.get_by_label("Languages").fill("uk")
    desks.watch.expect(409, place)
    await late.get_by_role("button", name="Save").click()
    await expect(late.get_by_text("made this “50” meanwhile")).to_be_visible()
    await expect(capacity).to_have_value("40")
    await expect(capacity).to_be_focused()
    await expect(late.get_by_label("Languages")).to_have_value("uk")
    await expect(late.get_by_label("Share of the leads")).to_have_value("3")
    assert await flaws(late) == {}
    await late.get_by_role("button", name="Save").click()
    await expect(late.locator("#line")).to_contain_text("takes leads by these rules")
    saved = await house.get("conversion", f"/v1/managers/{manager['id']}")
    assert (saved["capacity"], saved["weight"], saved["languages"]) == (40, 3, ["uk"])
