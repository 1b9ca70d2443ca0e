"""The page of one deal: what stands on it, for whom, and what each of its forms does."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, in_days, tier_2
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Money, Tier
from workflows.contracts.catalogue import CatalogueItem, CataloguePage, CataloguePrice
from workflows.contracts.conversion import HandOverReason

ANNA, BORYS = "anna", "borys"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
ASKS = (
    "win", "lose", "sleep", "return", "qualify", "book", "note", "mail", "step", "start", "done", "shift", "add",
    "offer", "reject", "move", "held", "no_show", "cancel",
)  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_deal_page", tier=Tier.CONVERSION)) as running:
        await running.manager(ANNA, capacity=1000)
        await running.manager(BORYS, capacity=1000)
        price = CataloguePrice(price=Money(amount="28500.50", currency="UAH"))
        item = CatalogueItem(product_id="ftl-ua", version=1, names={"": "Full truck, Kyiv to Lviv"}, prices=[price])
        await running.activities.take_catalogue(CataloguePage(items=[item], upto=1))
        yield running


@pytest_asyncio.fixture(scope="module")
async def anna(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, ANNA) as browser:
        yield browser


@pytest_asyncio.fixture(scope="module")
async def borys(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, BORYS) as browser:
        yield browser


@pytest_asyncio.fixture(scope="module")
async def boss(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, "boss", "supervisor") as browser:
        yield browser


async def deal_of(tier: Tier2, **changes: Any) -> tuple[str, str]:
    """Id and page of a deal that Anna has just accepted."""
    deal = await tier.accepted(ANNA, hand_over(**changes))
    return deal["id"], f"/desk/deals/{deal['id']}"


async def qualified(tier: Tier2, **changes: Any) -> tuple[str, str]:
    """The same, with what an offer needs."""
    deal_id, page = await deal_of(tier, **changes)
    await tier.post(f"/v1/deals/{deal_id}/qualify", FACTS, ANNA)
    return deal_id, page


async def with_mail(tier: Tier2) -> tuple[str, str]:
    """A qualified deal of a lead who can be written to."""
    given = hand_over()
    contact = given.contact.model_copy(update={"email": "olena@viter.example"})
    return await qualified(tier, contact=contact)


def rows(*lines: tuple[str, str, str, str, str]) -> dict[str, str | list[str]]:
    """Lines of the editor: product, name, quantity, price, discount."""
    columns: dict[str, str | list[str]] = {
        name: [line[at] for line in lines] for at, name in enumerate(("product_id", "name", "quantity", "price", "off"))
    }
    return {**columns, "row": [f"r{at}" for at in range(len(lines))], "currency": ["UAH"] * len(lines)}


TRUCKS = rows(("ftl-ua", "Full truck, Kyiv to Lviv", "3", "28500.50", ""))


async def refused(browser: Person, path: str, status: int, **fields: str | list[str]) -> str:
    """The page with which a form is refused."""
    return html.unescape((await browser.press(path, status=status, **fields)).text)


# ---- what stands on it ------------------------------------------------------------------------------------------


async def test_the_page_says_who_it_is_what_was_said_and_what_comes_next(tier: Tier2, anna: Person) -> None:
    _, page = await deal_of(tier)
    shown = await anna.look(page)
    for text in ("ТОВ «Вітер»", "Олена Коваль", 'href="tel:+380441234567"', "“trucks to Lviv”", "“asks for prices”"):
        assert text in shown
    assert "first contact" in shown.lower()
    assert shown.index("Next: first contact") < shown.index("Hand-over accepted") < shown.index("1 call by lead gen")


@pytest_asyncio.fixture(scope="module")
async def full(tier: Tier2) -> tuple[str, dict[str, str]]:
    """The page of a deal with a meeting and an offer, and what its forms are about."""
    deal_id, page = await qualified(tier)
    booked = await tier.post(f"/v1/deals/{deal_id}/meetings", {"starts_at": in_days(100)}, ANNA)
    offer = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE]}, ANNA)
    return page, {"meeting": booked["id"], "offer": offer["id"]}


@pytest.mark.parametrize("ask", ASKS)
async def test_every_form_opens_in_the_page_and_as_a_part_of_it(
    anna: Person, full: tuple[str, dict[str, str]], ask: str
) -> None:
    page, about = full[0], {"do": ask, **full[1]}
    whole = await anna.look(page, **about)
    part = await anna.http.get(page, params=about, headers=PART)
    assert part.status_code == 200, part.text
    # No mail can be written to somebody without an address.
    forms = re.findall(r'id="(ask-[\w-]+)"', part.text)
    assert forms == ([] if ask == "mail" else [f"ask-{ask}"])
    assert all(f'id="{one}"' in whole for one in forms)
    assert "<html" not in part.text
    # A day's work needs no second page.
    assert len(whole.encode()) < 60_000


async def test_no_key_is_on_the_page_twice(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier, reason=HandOverReason.HARD_QUESTION, question="Who pays the demurrage?")
    keys = re.findall(r'data-key="([^"]+)"', await anna.look(page))
    assert {"N", "E", "M", "G", "F", "Q", "C", "W", "X", "Z"} <= set(keys)
    assert sorted(keys) == sorted(set(keys))


async def test_a_colleague_reads_the_deal_without_its_numbers_and_is_told_why_they_cannot_act(
    tier: Tier2, borys: Person
) -> None:
    _, page = await deal_of(tier)
    shown = await borys.look(page)
    assert "This is Anna's deal" in shown
    assert "+380•••••4567" in shown
    assert "+380441234567" not in shown
    assert "?do=" not in shown
    told = await refused(borys, f"{page}/note", 403, text="mine now")
    assert "This deal is another manager's." in told
    assert "mine now" in told


async def test_nobody_else_gets_in(tier: Tier2) -> None:
    _, page = await deal_of(tier)
    async with person(tier, "ops", "caller") as caller:
        assert (await caller.http.get(page)).status_code == 403


async def test_a_deal_that_is_not_there_is_a_page_that_says_so(anna: Person) -> None:
    answer = await anna.http.get(f"/desk/deals/{new_id()}")
    assert (answer.status_code, "There is nothing here" in answer.text) == (404, True)


async def test_a_long_history_comes_in_pages_and_can_be_narrowed(tier: Tier2, anna: Person) -> None:
    deal_id, page = await deal_of(tier)
    for number in range(45):
        await tier.post(f"/v1/deals/{deal_id}/notes", {"text": f"note number {number}."}, ANNA)
    shown = await anna.look(page)
    assert "note number 44." in shown
    assert "note number 2." not in shown
    older = re.search(r'href="/conversion(/desk/deals/[^"]*before=[^"]*)"', shown)
    assert older is not None
    past = await anna.http.get(older[1].replace("&amp;", "&"), headers=PART)
    assert "note number 2." in past.text
    assert "note number 44." not in past.text
    notes = await anna.look(page, show="notes")
    assert "Hand-over accepted" not in notes
    assert "note number 44." in notes
    assert "Nothing of this kind yet" in await anna.look(page, show="offers")


# ---- acts ----------------------------------------------------------------------------------------------------------


async def test_a_hard_question_is_answered_from_the_page(tier: Tier2, anna: Person) -> None:
    promised = datetime.now(UTC) + timedelta(minutes=20)
    deal_id, page = await deal_of(
        tier, reason=HandOverReason.HARD_QUESTION, question="Who pays the demurrage?", promised_by=promised
    )
    shown = await anna.look(page)
    assert "“Who pays the demurrage?”" in shown
    assert 'role="timer"' in shown
    assert "Write something here." in await refused(anna, f"{page}/answer", 422, text=" ")
    await anna.press(f"{page}/answer", text="The shipper, after 24 hours.", publish="true")
    assert "Hard question to answer" not in anna.page
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["promise"], deal["stage"]) == ("kept", "informing")
    answers = (await tier.get("/v1/published-answers"))["items"]
    assert [one["answer"] for one in answers if one["question"] == "Who pays the demurrage?"][-1:] == [
        "The shipper, after 24 hours."
    ]


async def test_what_is_known_is_edited_and_opens_the_next_stage(tier: Tier2, anna: Person) -> None:
    deal_id, page = await deal_of(tier)
    assert "Informing" in await anna.look(page)
    await anna.press(f"{page}/qualify", need="a truck a week")
    assert "Qualified opens with who signs and the timing." in anna.page
    assert "a truck a week" in anna.page
    await anna.press(f"{page}/qualify", authority="the owner", timing="from next month")
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["stage"], deal["qualification"]["need"]) == ("qualified", "a truck a week")
    assert "Name at least one of" in await refused(anna, f"{page}/qualify", 422)


async def test_a_stage_that_lacks_something_is_refused_in_words(tier: Tier2, anna: Person) -> None:
    _, page = await deal_of(tier)
    await anna.look(page)
    told = await refused(anna, f"{page}/stage", 409, stage="qualified")
    assert "Before qualified, this is still missing: need, authority, timing." in told


async def test_the_next_step_is_planned_on_the_readers_clock(tier: Tier2, anna: Person) -> None:
    deal_id, page = await deal_of(tier)
    await anna.look(page, do="step")
    there = {"Cookie": f"{anna.http.headers['cookie']}; leadrelay_zone=America/New_York"}
    await anna.press(f"{page}/step", headers=there, what="call about the price list", at="2031-05-06T09:30")
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["next_action"], deal["next_action_at"]) == ("call about the price list", "2031-05-06T13:30:00Z")
    told = await refused(anna, f"{page}/step", 422, what="call them", at="2020-01-01T10:00")
    assert "Must be in the future." in told
    assert 'value="call them"' in told


async def test_a_deal_is_won_with_what_its_offer_says(tier: Tier2, anna: Person) -> None:
    deal_id, page = await qualified(tier)
    offer = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE]}, ANNA)
    asked = await anna.look(page, do="win")
    assert f"Offer {offer['number']} version 1 becomes an order of UAH\xa0102,601.80 with tax" in asked
    await anna.press(f"{page}/win", source="offer", note="confirmed by mail")
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["stage"], deal["value"]["amount"]) == ("won", "85501.50")
    assert "account management goes on from here" in anna.page


async def test_a_deal_without_an_offer_is_won_with_lines_of_the_catalogue(tier: Tier2, anna: Person) -> None:
    deal_id, page = await qualified(tier, products=["ftl-ua"])
    asked = await anna.look(page, do="win")
    assert "Full truck, Kyiv to Lviv" in asked
    told = await refused(anna, f"{page}/win", 422, source="lines", **rows(("ftl-ua", "Truck", "3", "10000", "")))
    assert "This is more than you may give away alone" in told
    await anna.press(f"{page}/win", source="lines", **rows(("ftl-ua", "Truck", "2", "28,500.50", "10")))
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert (deal["stage"], deal["value"]["amount"]) == ("won", "51300.90")


async def test_a_deal_is_lost_for_a_reason_and_sleeps_until_a_day(tier: Tier2, anna: Person) -> None:
    lost_id, page = await deal_of(tier)
    asked = await anna.look(page, do="lose")
    assert "Needs what we do not sell" in asked
    await anna.press(f"{page}/lose", code="not_ours", reason="they want sea freight")
    assert (await tier.get(f"/v1/deals/{lost_id}", ANNA))["stage"] == "lost"

    asleep_id, page = await deal_of(tier)
    await anna.look(page, do="sleep")
    assert "Say until when." in await refused(anna, f"{page}/sleep", 422, reason="after the harvest")
    await anna.press(f"{page}/sleep", reason="after the harvest", until="2031-09-01")
    deal = await tier.get(f"/v1/deals/{asleep_id}", ANNA)
    assert (deal["stage"], deal["return_at"]) == ("asleep", "2031-09-01T06:00:00Z")


async def test_a_deal_is_given_back_with_the_reason(tier: Tier2, anna: Person) -> None:
    deal_id, page = await deal_of(tier)
    await anna.look(page, do="return")
    await anna.press(f"{page}/return", text="they need sea freight")
    deal = await tier.get(f"/v1/deals/{deal_id}")
    assert (deal["stage"], deal["owner"]) == ("offered", None)
    assert "Nobody has taken this deal yet" in anna.page


async def test_what_others_did_while_the_form_was_open_is_told_before_the_deal_is_closed(
    tier: Tier2, anna: Person
) -> None:
    deal_id, page = await deal_of(tier)
    asked = await anna.look(page, do="lose")
    seen = re.findall(r'name="seen" value="([^"]+)"', asked)[0]
    await tier.post(f"/v1/deals/{deal_id}/notes", {"text": "They rang: yes after all."})
    told = await refused(anna, f"{page}/lose", 409, code="price", reason="too dear", seen=seen)
    assert "This deal has changed since you opened the form" in told
    assert "They rang: yes after all." in told
    assert "too dear" in told
    assert (await tier.get(f"/v1/deals/{deal_id}", ANNA))["stage"] == "accepted"
    # The form that came back knows of it.
    fresh = re.findall(r'name="seen" value="([^"]+)"', told)[0]
    await anna.press(f"{page}/lose", code="not_ours", reason="too dear", seen=fresh)
    assert (await tier.get(f"/v1/deals/{deal_id}", ANNA))["stage"] == "lost"


async def test_an_act_answers_a_page_that_is_there_with_the_parts_that_changed(tier: Tier2, anna: Person) -> None:
    _, page = await deal_of(tier)
    await anna.look(page)
    done = await anna.press(f"{page}/note", status=200, headers=PART, text="prefers the morning")
    assert {"#part-head", "#part-history", "#part-next", "#place-compose"} <= set(
        re.findall(r'hx-target="([^"]+)"', done.text)
    )
    assert "prefers the morning" in done.text
    assert "Noted." in done.text
    assert "<html" not in done.text
    refusal = await anna.http.post(f"{page}/note", data={"csrf": "wrong", "text": "x"}, headers=PART)
    assert refusal.status_code == 403


async def test_the_living_parts_come_again_and_the_history_waits_while_somebody_reads_it(
    tier: Tier2, anna: Person
) -> None:
    deal_id, page = await deal_of(tier)
    shown = await anna.look(page)
    seen = re.findall(r'data-latest="([^"]+)"', shown)[0]
    await tier.post(f"/v1/deals/{deal_id}/notes", {"text": "a note from elsewhere"}, "")
    fresh = await anna.http.get(f"{page}/fresh", headers=PART)
    assert "a note from elsewhere" in fresh.text
    quiet = await anna.http.get(f"{page}/fresh", params={"reading": "true", "seen": seen}, headers=PART)
    assert "a note from elsewhere" not in quiet.text
    assert "1 new" in quiet.text


# ---- meetings --------------------------------------------------------------------------------------------------


async def test_a_meeting_is_booked_from_the_free_times_moved_and_held(tier: Tier2, anna: Person) -> None:
    deal_id, page = await qualified(tier)
    slots = re.findall(r'name="starts_at" value="([^"]+)"', await anna.look(page, do="book", week="1"))
    assert len(slots) > 4
    await anna.press(f"{page}/meetings", starts_at=slots[0], minutes="60", kind="visit", place="Lviv, Zelena 20")
    [meeting] = (await tier.get(f"/v1/deals/{deal_id}", ANNA))["meetings"]
    assert (meeting["kind"], meeting["place"], meeting["state"]) == ("visit", "Lviv, Zelena 20", "booked")
    assert "Lviv, Zelena 20" in anna.page
    # Its time is not offered again.
    shown = await anna.look(page, do="book", week="1")
    assert f'value="{slots[0]}"' not in shown
    # What comes next is the meeting's beginning; only what is overdue counts from its end.
    assert f'datetime="{slots[0]}"' in shown
    path = f"{page}/meetings/{meeting['id']}"
    await anna.press(f"{path}/move", meeting=meeting["id"], starts_at=slots[2], minutes="45")
    await anna.press(f"{path}/held", meeting=meeting["id"], note="volumes agreed")
    assert "“volumes agreed”" in anna.page
    told = await refused(anna, f"{path}/cancel", 409, meeting=meeting["id"])
    assert "This meeting is held." in told
    file = await anna.http.get(f"/desk/meetings/{meeting['id']}.ics")
    assert (file.status_code, file.text.startswith("BEGIN:VCALENDAR")) == (200, True)


async def test_a_time_that_was_taken_meanwhile_is_refused_with_what_was_chosen_kept(tier: Tier2, anna: Person) -> None:
    (first, _), (_, page) = await qualified(tier), await qualified(tier)
    at = (datetime.now(UTC) + timedelta(days=30)).replace(minute=0, second=0, microsecond=0)
    await tier.post(f"/v1/deals/{first}/meetings", {"starts_at": at.isoformat()}, ANNA)
    await anna.look(page, do="book")
    told = await refused(anna, f"{page}/meetings", 409, other_at=at.isoformat(), place="their warehouse")
    assert "The manager has another meeting at that time." in told
    assert "their warehouse" in told
    assert "Choose a time." in await refused(anna, f"{page}/meetings", 422)


# ---- offers ------------------------------------------------------------------------------------------------------


async def test_the_editor_begins_with_what_they_asked_about_and_counts_on_the_server(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier, products=["ftl-ua"])
    asked = await anna.look(page, do="offer")
    assert 'value="28500.50"' in asked
    assert "UAH\xa034,200.60" in asked
    [csrf] = set(re.findall(r'name="csrf" value="([^"]+)"', asked))
    fields = {"csrf": csrf, **TRUCKS, "discount": "15"}
    sums = await anna.http.put(f"{page}/offer/lines", data=fields, headers={**PART, "Sec-Fetch-Site": "same-origin"})
    assert sums.status_code == 200, sums.text
    assert "UAH\xa087,211.55" in sums.text
    assert "needs a supervisor" in sums.text
    assert "15%" in sums.text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("ftl-ua", "Truck", "three", "10", ""), "This is not a number"),
        (("ftl-ua", "Truck", "0", "10", ""), "Must be more than 0"),
        (("", "Crane", "1", "", ""), "Needs a price"),
        (("", "", "1", "10", ""), "A free line needs its description"),
        (("ftl-ua", "Truck", "1", "10", "101"), "Must be 100 at most"),
    ],
)
async def test_what_is_wrong_with_a_line_stands_below_it(
    tier: Tier2, anna: Person, line: tuple[str, str, str, str, str], says: str
) -> None:
    _, page = await qualified(tier)
    await anna.look(page, do="offer")
    assert says in await refused(anna, f"{page}/offer", 422, **rows(line))


async def test_lines_are_searched_added_and_taken_out_without_script_too(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier)
    await anna.look(page, do="offer")
    found = await refused(anna, f"{page}/offer/lines", 200, q="truck", **TRUCKS)
    assert 'name="add" value="ftl-ua"' in found
    more = await refused(anna, f"{page}/offer/lines", 200, add="ftl-ua", **TRUCKS)
    assert more.count('name="product_id" value="ftl-ua"') == 2
    entered = await refused(anna, f"{page}/offer/lines", 200, q="truck", add="found", **TRUCKS)
    assert entered.count('name="product_id" value="ftl-ua"') == 2
    nothing = await refused(anna, f"{page}/offer/lines", 200, q=" ", add="found", **TRUCKS)
    assert nothing.count('name="product_id" value="ftl-ua"') == 1
    free = await refused(anna, f"{page}/offer/lines", 200, add="free", **TRUCKS)
    assert free.count('name="quantity"') == 2
    none = await refused(anna, f"{page}/offer/lines", 200, drop="r0", **TRUCKS)
    assert 'name="quantity"' not in none


async def test_nobody_is_told_that_a_mail_goes_out_to_a_customer_without_an_address(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier)
    assert "no invitation goes out" in await anna.look(page, do="book")
    told = await anna.http.post(
        f"{page}/meetings",
        data={"csrf": re.findall(r'name="csrf" value="([^"]+)"', anna.page)[0], "other_at": in_days(120)[:16]},
        headers={**PART, "Sec-Fetch-Site": "same-origin"},
    )
    assert "No mail address is known: tell them the time yourself." in html.unescape(told.text)


async def test_a_deals_worth_is_before_tax_from_its_offer_to_its_order(tier: Tier2, anna: Person) -> None:
    deal_id, page = await qualified(tier)
    offer = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE]}, ANNA)
    worth = re.compile(r'<b class="lr-l lr-b"><span class="lr-nw">([^<]+)<')
    open_worth = worth.findall(await anna.look(page))
    await tier.post(f"/v1/offers/{offer['id']}/accept", {}, ANNA)
    await tier.post(f"/v1/deals/{deal_id}/win", {"lines": None}, ANNA)
    assert open_worth == worth.findall(await anna.look(page))
    assert "before tax." in anna.page


async def test_the_history_says_why_a_deal_was_lost_and_in_their_words(tier: Tier2, anna: Person) -> None:
    _, page = await qualified(tier)
    await anna.look(page, do="lose")
    await anna.press(f"{page}/lose", code="price", reason="The other one is 10% cheaper")
    assert "Too expensive." in anna.page
    assert "“The other one is 10% cheaper”" in anna.page


async def test_an_offer_within_the_limit_is_made_mailed_and_accepted(tier: Tier2, anna: Person) -> None:
    deal_id, page = await with_mail(tier)
    await anna.look(page, do="offer")
    await anna.press(f"{page}/offer", discount="5", until="2031-01-31", **TRUCKS)
    [offer] = (await tier.get(f"/v1/deals/{deal_id}", ANNA))["offers"]
    assert (offer["state"], offer["discount_percent"]) == ("sent", "5.00")
    pdf = await anna.http.get(f"/desk/offers/{offer['id']}.pdf")
    assert pdf.content.startswith(b"%PDF")
    await anna.press(f"{page}/offers/{offer['id']}/send")
    assert f"offer-{offer['number']}-1.pdf" in anna.page
    await anna.press(f"{page}/offers/{offer['id']}/accept")
    assert "W closes the sale" in anna.page
    told = await refused(anna, f"{page}/offers/{offer['id']}/accept", 409)
    assert "This offer is accepted." in told


async def test_an_offer_above_the_limit_is_approved_by_the_supervisor(tier: Tier2, anna: Person, boss: Person) -> None:
    deal_id, page = await qualified(tier)
    await anna.look(page, do="offer")
    await anna.press(f"{page}/offer", discount="25", **TRUCKS)
    [offer] = (await tier.get(f"/v1/deals/{deal_id}", ANNA))["offers"]
    assert "waits for approval" in anna.page
    assert "Approve" not in anna.page
    shown = await boss.look(page)
    assert f"/offers/{offer['id']}/approve" in shown
    assert "Write something here." in await refused(boss, f"{page}/offers/{offer['id']}/reject", 422, offer=offer["id"])
    await boss.press(f"{page}/offers/{offer['id']}/approve")
    assert "with the customer" in boss.page
    assert (await anna.http.post(f"{page}/offers/{offer['id']}/approve")).status_code == 403


async def test_a_refused_offer_says_why(tier: Tier2, anna: Person, boss: Person) -> None:
    deal_id, page = await qualified(tier)
    offer = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE], "discount_percent": 40}, ANNA)
    await boss.look(page)
    await boss.press(f"{page}/offers/{offer['id']}/reject", offer=offer["id"], reason="the margin is gone")
    assert "the margin is gone" in await anna.look(page)


# ---- mails, playbook -----------------------------------------------------------------------------------------


async def test_a_mail_is_written_read_again_and_taken_back(tier: Tier2, anna: Person) -> None:
    template = {"name": "hello", "language": "uk", "subject": "Вітаю, {{contact_name}}", "body": "{{company}}: ціни."}
    await tier.post("/v1/templates", template)
    _, page = await with_mail(tier)
    asked = await anna.look(page, do="mail", template="hello")
    assert "Вітаю, Олена Коваль" in asked
    assert "olena@viter.example" in asked
    told = await refused(anna, f"{page}/mails", 422, subject="", body="the prices")
    assert "the prices" in told
    await anna.press(f"{page}/mails", subject="The price list", body="Dear Olena, here it is.", template="hello")
    [mail_id] = set(re.findall(r"/mails/([\w-]+)/withdraw", anna.page))
    assert "Dear Olena, here it is." in await anna.look(page, do="read", mail=mail_id)
    await anna.press(f"{page}/mails/{mail_id}/withdraw")
    assert "taken back" in anna.page
    told = await refused(anna, f"{page}/mails/{mail_id}/withdraw", 409)
    assert "This mail is withdrawn." in told


async def test_nobody_is_written_to_without_an_address(tier: Tier2, anna: Person) -> None:
    _, page = await deal_of(tier)
    assert "No mail address is known" in await anna.look(page, do="mail")
    told = await refused(anna, f"{page}/mails", 409, subject="Prices", body="Here they are")
    assert "This customer has no known e-mail address." in told or "No mail address is known" in told


async def test_a_playbook_is_steered_from_the_page(tier: Tier2, anna: Person) -> None:
    steps = [
        {"id": "ring", "kind": "call", "text": "Ask what they ship"},
        {"id": "wait", "kind": "wait", "after": "P1D"},
        {"id": "again", "kind": "call", "text": "Ask again"},
    ]
    await tier.post("/v1/playbooks", {"name": "warm-up", "body": {"main": steps}})
    deal_id, page = await deal_of(tier)
    assert "warm-up" in await anna.look(page, do="start")
    await anna.press(f"{page}/playbook", name="warm-up")
    assert "Ask what they ship" in anna.page
    await anna.press(f"{page}/playbook/steps", kind="call", text="Send the map", days="2")
    await anna.press(f"{page}/playbook/1/done", number="1", response="none", note="rang twice")
    told = await refused(anna, f"{page}/playbook/1/skip", 409, number="1")
    assert "This is not the next step." in told
    await anna.press(f"{page}/playbook/2/move", number="2", at="2031-03-03T10:00")
    await anna.press(f"{page}/playbook/2/skip", number="2")
    await anna.press(f"{page}/playbook/stop")
    [run] = (await tier.get(f"/v1/deals/{deal_id}/playbooks", ANNA))["items"]
    assert [step["state"] for step in run["steps"]][:2] == ["done", "skipped"]
    assert run["state"] == "stopped"


async def test_a_form_that_comes_twice_is_one_act(tier: Tier2, anna: Person) -> None:
    deal_id, page = await deal_of(tier)
    await anna.look(page, do="note")
    key = re.findall(r'name="idempotency_key" value="([^"]+)"', anna.page)[0]
    for _ in range(2):
        await anna.press(f"{page}/note", text="only once", idempotency_key=key)
    deal = await tier.get(f"/v1/deals/{deal_id}", ANNA)
    assert [entry["text"] for entry in deal["timeline"]].count("only once") == 1


async def test_every_change_of_an_offer_is_heard_by_open_pages(tier: Tier2) -> None:
    heard: list[str] = []
    listener = await asyncpg.connect(tier.dsn)
    await listener.add_listener("leadrelay_events", lambda *told: heard.append(str(told[-1])))
    deal_id, _ = await qualified(tier)
    offer = await tier.post(f"/v1/deals/{deal_id}/offers", {"lines": [LINE], "discount_percent": 40}, ANNA)
    await tier.post(f"/v1/offers/{offer['id']}/approve", {})
    await tier.post(f"/v1/deals/{deal_id}/lose", {"reason": "price"}, ANNA)
    await listener.execute("SELECT 1")  # whatever was published before has arrived with its answer
    await listener.close()
    told = [json.loads(text) for text in heard if deal_id in text]
    assert {"work.opened", "work.closed", "offer.changed", "deal.changed"} <= {one["kind"] for one in told}
    assert [one["state"] for one in told if one["kind"] == "offer.changed"] == ["awaiting_approval", "sent", "rejected"]
