"""Settings of tier 2: what supervisors decide without a programmer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, tier_2
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Tier

_TAGS = re.compile(r"<[^>]*>")
SETTINGS = "/desk/settings"


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_settings", tier=Tier.CONVERSION)) as tier:
        yield tier


@pytest_asyncio.fixture
async def boss(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, "boss", "supervisor") as boss:
        yield boss


def words(page: str) -> str:
    """What a reader sees of the page."""
    return " ".join(_TAGS.sub(" ", page.partition("<main")[2]).split())


def seen(page: str) -> str:
    return re.findall(r'name="seen" value="(\w+)"', page)[0]


async def test_the_index_says_what_is_in_force_and_is_the_supervisors(tier: Tier2, boss: Person) -> None:
    await tier.manager("oleh")
    page = words(await boss.look(SETTINGS))
    for told in ("2% found, 5% sold, 1% kept", "Warm-up", "as shipped", "1 manager"):
        assert told in page
    async with person(tier, "oleh") as manager:
        assert (await manager.http.get(SETTINGS)).status_code == 403
    async with person(tier, "ops", "ops", of="ops") as reader:
        assert "Commission rates" in words(await reader.look(SETTINGS))
        assert "Publish" not in words(await reader.look(f"{SETTINGS}/commission"))


async def test_rates_are_tried_on_a_sale_and_published_with_tier_2_above_tier_1(tier: Tier2, boss: Person) -> None:
    page = await boss.look(f"{SETTINGS}/commission")
    tag = seen(page)
    form = {"sourced": "3", "closed": "6,5", "kept": "1", "amount": "200 000", "currency": "UAH", "seen": tag}
    await boss.press(f"{SETTINGS}/commission/look", status=200, **form)
    assert "13,000.00" in boss.page
    assert "10,000.00" in boss.page
    await boss.press(f"{SETTINGS}/commission", status=422, **{**form, "closed": "3"})
    assert "must be paid a higher percentage" in boss.page
    await boss.press(f"{SETTINGS}/commission", **form)
    page = words(boss.page)
    assert "5% 6.5%" in page
    await boss.press(f"{SETTINGS}/commission", status=409, **{**form, "closed": "9"})
    newest = (await tier.get("/v1/policies"))["items"][0]
    assert newest["body"]["commission"] == {"sourced": "3", "closed": "6.5", "kept": "1"}
    assert newest["body"]["seller"] == ["Leadrelay"]


async def test_mails_are_written_shown_published_and_taken_back(boss: Person) -> None:
    path = f"{SETTINGS}/mails/information-pack/en"
    page = await boss.look(path)
    assert "Warm-up" in page
    typed = {"subject": "For {{compny}}", "body": "Good day {{contact_name}},\r\n\r\n{{need", "seen": "1"}
    await boss.press(f"{path}/look", status=200, **typed)
    assert "Did you mean {{company}}?" in boss.page
    assert "line 3" in boss.page
    await boss.press(path, status=422, **typed)
    right = {**typed, "subject": "For {{company|you}}", "body": "Good day {{contact_name}},\r\n\r\n{{need}}"}
    await boss.press(path, **right)
    assert "own words, version 2" in boss.page
    assert "Good day Olena Koval," in boss.page
    await boss.press(path, status=409, **{**right, "subject": "x"})
    await boss.press(f"{path}/restore", seen="2")
    assert "Back to the shipped text" not in words(boss.page).replace("Back to the shipped text. Close", "")
    fresh = f"{SETTINGS}/mails/after-the-fair/pl"
    assert "none yet" in await boss.look(fresh)
    await boss.press(fresh, subject="Targi", body="Do zobaczenia, {{manager}}", seen="0")
    assert "Targi" in await boss.look(f"{SETTINGS}/mails")


async def test_settings_lead_to_who_gets_a_lead(tier: Tier2, boss: Person) -> None:
    assert f'href="/conversion{SETTINGS}/routing"' in await boss.look(SETTINGS)
    async with person(tier, "operator", "ops", of="ops") as reader:
        assert f'href="/conversion{SETTINGS}/routing"' in await reader.look(SETTINGS)
        assert "Who gets a lead" in await reader.look(f"{SETTINGS}/routing")


async def test_hours_of_a_manager_and_absences_stand_in_the_week(tier: Tier2, boss: Person) -> None:
    await tier.manager("maria", hours=None)
    path = f"{SETTINGS}/hours"
    week = {"mon": "9-13, 14:00-18:00", "tue": "", "wed": "10:00–16:00", "thu": "", "fri": "", "sat": "", "sun": ""}
    await boss.press(f"{path}/maria/week", status=422, **{**week, "tue": "all day"})
    assert "Write hours as" in boss.page
    await boss.press(f"{path}/maria/week?day=2031-02-03", **week)
    manager = await tier.get("/v1/managers/maria")
    assert manager["hours"]["week"]["mon"] == [
        {"opens": "09:00", "closes": "13:00"},
        {"opens": "14:00", "closes": "18:00"},
    ]
    assert "own hours" in boss.page
    assert "14:00–18:00" in words(boss.page)
    await boss.press(f"{path}/maria/away?day=2031-02-03", first="2031-02-03", last="2031-02-04", reason="holiday")
    page = words(boss.page)
    assert "away holiday" in page
    assert "14:00–18:00" not in page.partition("Wed 5")[0].partition("Maria")[2]
    await boss.press(f"{path}/maria/usual?day=2031-02-03")
    assert "as the tier" in boss.page


async def test_an_absence_at_the_end_of_the_calendar_is_refused_at_its_day(tier: Tier2, boss: Person) -> None:
    await tier.manager("maria", hours=None)
    for field in ("first", "last"):
        for day in ("9999-12-31", "0001-01-01"):
            form = {"first": "2031-02-03", "reason": "holiday", field: day}
            await boss.press(f"{SETTINGS}/hours/maria/away?day=2031-02-03", status=422, **form)
            assert "ust lie between the years 2000 and 2200" in boss.page


async def test_a_playbook_is_written_shown_on_a_timeline_and_published_for_those_who_enter(boss: Person) -> None:
    path = f"{SETTINGS}/playbooks/after-the-fair"
    assert "none yet" in await boss.look(path)
    form = {
        "seen": "0", "priority": "30",
        "entry.0.field": "reason", "entry.0.op": "in", "entry.0.values": "inbound, interested",
        "main.0.kind": "mail", "main.0.template": "no-such-mail",
        "main.1.kind": "call", "main.1.after": "2", "main.1.text": "Ask what they thought of it.",
        "negative.0.kind": "wait", "negative.0.after": "30",
    }  # fmt: skip
    await boss.press(path, status=422, **form)
    assert "There is no template no-such-mail" in boss.page
    right = {**form, "main.0.template": "information-pack"}
    await boss.press(f"{path}/look", status=200, **right)
    assert "If it begins now" in boss.page
    await boss.press(path, **right)
    assert "version 1" in words(boss.page)
    await boss.press(path, status=409, **{**right, "priority": "31"})
    await boss.press(path, **{**right, "seen": "1", "main.1.after": "4 h"})
    assert "version 2" in words(boss.page)
    assert "Ask what they thought of it." in boss.page
    old = await boss.look(path, version="1")
    assert "Against what is in force" in old
    assert "After the fair" in await boss.look(f"{SETTINGS}/playbooks")
    await boss.press(path, status=422, **{**right, "seen": "2", "entry.0.values": "inbound, nobody"})
    assert "“nobody” is none of these: interested, hard question, called us" in words(boss.page)
