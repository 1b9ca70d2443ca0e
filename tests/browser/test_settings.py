"""Editors of settings in a browser: rates by keyboard, slips of a mail while it is typed, pages that all can use."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desks import Desks, somebody_new
from tests.browser.looks import flaws


async def test_rates_are_tried_and_published_by_keyboard_and_the_page_asks_once(desks: Desks) -> None:
    page = await desks.open(somebody_new("conversion", "supervisor"), "/conversion/desk/settings/commission")
    await page.get_by_label("Selling, tier 2, %").fill("6")
    await expect(page.locator("#look")).to_contain_text("By the rates in force")
    await expect(page.locator("#look")).to_contain_text("6,000.00")
    await page.get_by_role("button", name="Show what they come to").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Deals under way keep the rates they began with")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("#line")).to_contain_text("Published")
    await expect(page.get_by_label("Selling, tier 2, %")).to_have_value("6")
    assert await flaws(page, ["desktop", "phone"]) == {}


async def test_a_slip_in_a_mail_is_marked_while_it_is_typed(desks: Desks) -> None:
    page = await desks.open(somebody_new("account_mgmt", "supervisor"), "/accounts/desk/settings/mails/invoice/en")
    text = page.get_by_label("Text", exact=True)
    await text.fill("{{greeting}}\n\n{{opne}} by {{due}}, number {{number}}.")
    await expect(page.locator("#slips")).to_contain_text("Did you mean {{open}}?")
    await expect(page.locator("#look mark")).to_have_text("{{opne}}")
    assert await flaws(page, ["desktop", "phone"]) == {}
    await page.get_by_text("Publish", exact=True).click()
    desks.watch.expect(422, "/mails/invoice/en")
    await page.get_by_role("button", name="Publish these words").click()
    await expect(text).to_be_focused()
    await expect(text).to_have_value("{{greeting}}\n\n{{opne}} by {{due}}, number {{number}}.")


async def test_settings_and_the_weeks_of_hours_can_be_used_by_everybody(desks: Desks) -> None:
    page = await desks.open(somebody_new("account_mgmt", "supervisor"), "/accounts/desk/settings")
    wrong = {"settings": await flaws(page, ["desktop", "phone"])}
    for path in ("products", "dunning", "legal-entities/LR", "hours"):
        await page.goto(f"/accounts/desk/settings/{path}")
        wrong[path] = await flaws(page, ["desktop", "phone"])
    page = await desks.open(somebody_new("conversion", "supervisor"), "/conversion/desk/settings/playbooks/warm-up")
    wrong["playbook"] = await flaws(page, ["desktop", "phone"])
    page = await desks.open(somebody_new("lead_gen", "supervisor"), "/lead-gen/desk/rota")
    wrong["rota"] = await flaws(page, ["desktop", "phone"])
    assert {path: found for path, found in wrong.items() if found} == {}


async def test_reminders_and_steps_are_moved_by_keys_with_focus_and_a_word(desks: Desks) -> None:
    page = await desks.open(somebody_new("account_mgmt", "supervisor"), "/accounts/desk/settings/dunning")
    waits = page.get_by_label("Then wait")
    for place, days in enumerate(("2", "5", "9")):
        await waits.nth(place).fill(days)
    await waits.nth(2).press("Alt+ArrowUp")
    await expect(waits.nth(1)).to_be_focused()
    await expect(waits.nth(1)).to_have_value("9")
    await expect(page.locator("#line")).to_contain_text("Now number 2 of")
    await page.keyboard.press("Tab")
    up = page.get_by_role("button", name="Reminder 2: up")
    await expect(up).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Reminder 1: up")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#line")).to_contain_text("It is the first already.")
    assert [await waits.nth(place).input_value() for place in range(3)] == ["9", "2", "5"]
    assert await flaws(page, ["desktop", "phone"]) == {}
    # Without script the same button asks the server.
    page = await desks.open(
        somebody_new("conversion", "supervisor"),
        "/conversion/desk/settings/playbooks/warm-up",
        java_script_enabled=False,
    )
    first, second = (page.locator(f'[name="main.{place}.text"]') for place in (0, 1))
    was = [await one.input_value() for one in (first, second)]
    await page.get_by_role("button", name="Step 1: down").first.click()
    assert [await one.input_value() for one in (second, first)] == was
    await expect(page.get_by_role("button", name="Step 2: down").first).to_be_focused()
    await expect(page.locator("#line")).to_contain_text("Now number 2 of")
