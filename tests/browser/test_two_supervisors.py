"""Two supervisors at the same rules: the second is told who published, and publishes what they typed on top of it."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.desks import Desks, somebody_new
from tests.browser.looks import flaws

RULES = "/lead-gen/desk/settings/policy/attempts"


async def _publish(page: Page) -> None:
    """Press it, and answer the question."""
    await page.get_by_text("Publish", exact=True).click()
    await page.get_by_role("button", name="Publish version").click()


async def test_the_second_to_publish_rules_is_told_and_publishes_on_top(desks: Desks) -> None:
    first = await desks.open(somebody_new("lead_gen", "supervisor"), RULES)
    second = await desks.open(somebody_new("lead_gen", "supervisor"), RULES)
    attempts = second.get_by_label("Attempts in a row")
    mine, theirs = {"5": ("7", "8")}.get(await attempts.input_value(), ("5", "4"))
    await attempts.fill(mine)
    await expect(second.locator("#policy-changes del, #policy-changes ins").first).to_be_attached()
    await first.get_by_label("Attempts in a row").fill(theirs)
    await _publish(first)
    await expect(first.locator("#line")).to_contain_text("is in force")
    desks.watch.expect(422, "/policy/attempts")
    await _publish(second)
    told = second.locator("#policy-changes .lr-banner")
    await expect(told).to_contain_text("while you were here")
    await expect(attempts).to_have_value(mine)
    await expect(second.locator("#publish > summary")).to_be_focused()
    await _publish(second)
    await expect(second.locator("#line")).to_contain_text("is in force")
    await second.goto(RULES)
    await expect(second.get_by_label("Attempts in a row")).to_have_value(mine)


async def _question_stays(page: Page) -> None:
    """Leaving the field is a change, which is looked at once more: its answer comes after the question was opened."""
    publish = page.get_by_text("Publish", exact=True)
    await publish.wait_for()
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        await publish.click()
        yes = page.get_by_role("button", name="Publish version")
        await expect(yes).to_be_focused()
    await page.wait_for_function("() => !document.querySelector('.htmx-request')")
    await expect(yes).to_be_visible()
    await expect(yes).to_be_focused()


async def test_a_question_stays_open_when_the_answer_to_what_was_typed_comes_after_it(desks: Desks) -> None:
    page = await desks.open(somebody_new("lead_gen", "supervisor"), RULES)
    attempts = page.get_by_label("Attempts in a row")
    await attempts.fill("9" if await attempts.input_value() != "9" else "10")
    await _question_stays(page)
    await page.goto("/lead-gen/desk/settings/criteria/new")
    await page.get_by_label("Name", exact=True).fill("Those who ship")
    rule = page.get_by_role("group", name="Rule 1").first
    await rule.get_by_label("What is asked").select_option("industry")
    await rule.get_by_label("With what").fill("cargo")
    await _question_stays(page)


async def test_the_second_to_publish_commission_rates_is_told_and_publishes_on_top(desks: Desks) -> None:
    place = "/conversion/desk/settings/commission"
    first = await desks.open(somebody_new("conversion", "supervisor"), place)
    second = await desks.open(somebody_new("conversion", "supervisor"), place)
    closed = second.get_by_label("Selling, tier 2, %")
    mine, theirs = {"7": ("8", "9")}.get(await closed.input_value(), ("7", "6.5"))
    await first.get_by_label("Selling, tier 2, %").fill(theirs)
    await first.get_by_text("Publish", exact=True).click()
    await first.get_by_role("button", name="Publish these rates").click()
    await expect(first.locator("#line")).to_contain_text("Published")
    await closed.fill(mine)
    await second.get_by_text("Publish", exact=True).click()
    desks.watch.expect(409, "/settings/commission")
    await second.get_by_role("button", name="Publish these rates").click()
    await expect(second.locator("#line")).to_contain_text("while you were here")
    await expect(closed).to_have_value(mine)
    await expect(closed).to_be_focused()
    await expect(second.locator("form#rates")).to_contain_text(f"It says now: {theirs}")
    await expect(second.get_by_role("button", name="Publish these rates")).to_be_hidden()
    await second.get_by_text("Publish", exact=True).click()
    assert await flaws(second, ["desktop"]) == {}
    await second.get_by_role("button", name="Publish these rates").click()
    await expect(second.locator("#line")).to_contain_text("Published")
    await expect(closed).to_have_value(mine)
