"""The call desk: a caller signs on, gets one lead at a time, and says how each call ended."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest_asyncio
from fastapi import FastAPI
from starlette.responses import Response

from services.lead_gen.api import build_app
from tests.api.test_web_components import Reader
from tests.fixtures.http import make_settings, token
from tests.fixtures.one_origin import BROWSER
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier

FIGURE = re.compile(r'class="lr-fig"><b>(\d+)</b> <span class="lr-m">([^<]*)</span>')
ORIGIN = "http://127.0.0.1:8080"
HIDDEN = re.compile(r'<input type="hidden" name="(csrf|item_id|token|timezone|script_version)" value="([^"]*)">')


def figures(page: str) -> dict[str, int]:
    """The figures of the bar, by their words."""
    return {words: int(number) for number, words in FIGURE.findall(page)}


class Browser:
    """A caller's browser: it follows, and sends what the page's forms hold."""

    def __init__(self, http: httpx.AsyncClient, app: FastAPI) -> None:
        self.http = http
        self.app = app
        self.page = ""

    async def look(self) -> str:
        answer = await self.http.get("/desk/")
        assert answer.status_code == 200, answer.text
        self.page = html.unescape(answer.text)
        return self.page

    async def press(self, form: str, /, **fields: str | list[str]) -> httpx.Response:
        """Send a form of the page; the page after it is in `page`, unless it was refused."""
        data = {**dict(HIDDEN.findall(self.page)), **fields}
        answer = await self.http.post(f"/desk/{form}", data=data, headers=BROWSER)
        if answer.status_code == 303:
            inner = answer.headers["location"].removeprefix("/lead-gen")
            self.page = html.unescape((await self.http.get(inner)).text)
        return answer


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_call_desk", tier=Tier.LEAD_GEN, policy="demo")) as running:
        yield running


@asynccontextmanager
async def browser(tier: Tier1, person: str, role: str = "caller") -> AsyncIterator[Browser]:
    app = build_app(make_settings(tier.dsn, origin=ORIGIN))
    kept = Response()
    cookies = app.state.web.cookies
    cookies.keep_session(kept, cookies.begin_session(token("lead_gen", role, person), None), {})
    headers = {"Cookie": kept.headers["set-cookie"].partition(";")[0]}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as http,
    ):
        yield Browser(http, app)


async def shift(tier: Tier1, person: str, begins: timedelta) -> str:
    """A shift of four hours that begins so far from now; the caller is made if need be."""
    await tier.http.post("/v1/callers", json={"id": person, "name": person.title(), "languages": ["uk"]})
    now = datetime.now(UTC) + begins
    body = {"caller_id": person, "starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=4)).isoformat()}
    made = await tier.http.post("/v1/shifts", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def caller_for(tier: Tier1, person: str, *phones: str) -> list[str]:
    """A caller who is given these leads and no others; their ids."""
    opened = [await tier.opened(phone) for phone in phones]
    body = {
        "id": person,
        "name": person.title(),
        "languages": ["uk"],
        "campaigns": [campaign for _, campaign in opened],
    }
    if not phones:
        body["campaigns"] = [await tier.campaign()]
    made = await tier.http.post("/v1/callers", json=body)
    assert made.status_code == 201, made.text
    return [lead for lead, _ in opened]


async def test_a_shift_from_signing_on_to_signing_off(tier: Tier1) -> None:
    shift_id = await shift(tier, "olia", timedelta(minutes=-5))
    async with browser(tier, "olia") as desk:
        assert "Your shift has begun" in await desk.look()
        await desk.press(f"shifts/{shift_id}/sign-on")
        assert "Ready when you are" in desk.page
        await desk.press(f"shifts/{shift_id}/break")
        assert "You are on a break" in desk.page
        await desk.press(f"shifts/{shift_id}/resume")
        assert "Ready when you are" in desk.page
        await desk.press(f"shifts/{shift_id}/sign-off")
    ended = await tier.pool.fetchval("SELECT signed_off_at FROM shifts WHERE id = $1", shift_id)
    assert ended is not None


async def test_a_shift_to_come_says_when(tier: Tier1) -> None:
    await shift(tier, "danylo", timedelta(hours=2))
    async with browser(tier, "danylo") as desk:
        assert "Your shift begins in 2 hr" in await desk.look()


async def test_the_lead_comes_with_its_number_its_clock_and_all_keys(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "iryna", "+380441117001")
    async with browser(tier, "iryna") as desk:
        await desk.look()
        await desk.press("next")
        assert 'href="tel:+380441117001"' in desk.page
        assert figures(desk.page) == {"calls": 0, "handed over": 0}
        for letter in "COBVWDKXYHE":
            assert f'data-key="{letter}"' in desk.page, letter
        # Looking again, as after a closed browser, shows the same lead and takes no other.
        assert 'href="tel:+380441117001"' in await desk.look()
        sound = Reader()
        sound.feed(desk.page)
        assert (sound.wrong, sound.open) == ([], [])
        assert sorted(sound.ids) == sorted(set(sound.ids))
        assert sound.pointed <= set(sound.ids)
        await desk.press("outcome", outcome="no_answer")
        assert figures(desk.page) == {"calls": 1, "handed over": 0}
    assert await tier.signals(ids.cold_call(lead_id)) == ["call_answered"]


async def test_after_an_outcome_the_next_lead_is_there(tier: Tier1) -> None:
    await caller_for(tier, "maksym", "+380441117002", "+380441117003")
    async with browser(tier, "maksym") as desk:
        await desk.look()
        await desk.press("next")
        first = re.findall(r"tel:(\+\d+)", desk.page)
        await desk.press("outcome", outcome="interested", needs="two containers a month")
        second = re.findall(r"tel:(\+\d+)", desk.page)
        assert first and second and first != second
        assert figures(desk.page) == {"calls": 1, "handed over": 1}
        await desk.press("outcome", outcome="busy")
        assert "tel:" not in desk.page


async def test_a_callback_is_written_on_the_leads_own_clock(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "sofiia", "+380441117004")
    await tier.pool.execute("UPDATE leads SET timezone = 'Asia/Tokyo' WHERE id = $1", lead_id)
    async with browser(tier, "sofiia") as desk:
        await desk.look()
        await desk.press("next")
        day = (datetime.now(UTC) + timedelta(days=3)).date()
        answer = await desk.press("outcome", outcome="callback", callback_at=f"{day}T14:00")
        assert answer.status_code == 303, answer.text
    payload = await tier.pool.fetchval(
        "SELECT payload::text FROM outbox WHERE workflow_id = $1 ORDER BY id DESC LIMIT 1", ids.cold_call(lead_id)
    )
    assert f"{day}T05:00:00" in payload


async def test_what_is_missing_is_said_and_the_lead_is_kept(tier: Tier1) -> None:
    await caller_for(tier, "nazar", "+380441117005")
    async with browser(tier, "nazar") as desk:
        await desk.look()
        await desk.press("next")
        refused = await desk.press("outcome", outcome="callback", callback_at="tomorrow")
        assert (refused.status_code, "This is not a date and a time." in refused.text) == (422, True)
        refused = await desk.press("outcome", outcome="not_interested")
        assert (refused.status_code, "Why are they not interested?" in refused.text) == (422, True)
        assert "tel:+380441117005" in await desk.look()
        await desk.press("return")
        assert "tel:" not in desk.page


async def test_nothing_due_says_so(tier: Tier1) -> None:
    await caller_for(tier, "levko")
    async with browser(tier, "levko") as desk:
        await desk.look()
        await desk.press("next")
        assert "Nothing is due" in desk.page


SCRIPT = {
    "name": "Short",
    "start": "greet",
    "nodes": {
        "greet": {"kind": "ask", "text": "Good day, do you ship?", "next": {"yes": "need", "no": "bye"}},
        "need": {"kind": "say", "text": "What do you ship?", "next": "bye"},
        "bye": {"kind": "end", "text": "Thank you!"},
    },
}


async def test_the_script_is_walked_by_its_answers_and_the_path_is_kept(tier: Tier1) -> None:
    [lead_id] = await caller_for(tier, "bohdana", "+380441117008")
    made = await tier.http.post("/v1/scripts", json=SCRIPT)
    assert made.status_code == 201, made.text
    await tier.pool.execute(
        "UPDATE campaigns SET script_id = $2 WHERE id = (SELECT campaign_id FROM leads WHERE id = $1)",
        lead_id,
        made.json()["id"],
    )
    async with browser(tier, "bohdana") as desk:
        await desk.look()
        await desk.press("next")
        assert "“Good day, do you ship?”" in desk.page
        assert re.findall(r'value="(to:[^"]*)"', desk.page) == ["to:need", "to:bye"]
        await desk.press("step", go="to:need", note="ships glass")
        assert "“What do you ship?”" in desk.page
        assert 'data-key="⌫"' in desk.page
        # An answer that is not among these leads nowhere.
        await desk.press("step", go="to:nowhere")
        assert "“What do you ship?”" in desk.page
        await desk.press("outcome", outcome="no_answer")
    assert await tier.pool.fetchval("SELECT path FROM calls WHERE lead_id = $1", lead_id) == ["greet", "need"]


async def test_somebody_elses_lease_is_refused_in_words(tier: Tier1) -> None:
    await caller_for(tier, "orest", "+380441117006")
    await caller_for(tier, "taras", "+380441117007")
    async with browser(tier, "orest") as mine, browser(tier, "taras") as theirs:
        for desk in (mine, theirs):
            await desk.look()
            await desk.press("next")
        held = dict(HIDDEN.findall(theirs.page))
        refused = await mine.press("outcome", outcome="busy", item_id=held["item_id"], token=held["token"])
        assert refused.status_code == 409
        assert "tel:+380441117007" in await theirs.look()


async def test_a_supervisor_has_no_call_desk(tier: Tier1) -> None:
    async with browser(tier, "boss", role="supervisor") as desk:
        answer = await desk.http.get("/desk/")
    assert answer.status_code == 403
    assert "This needs the role caller." in answer.text


async def test_a_page_hears_the_tiers_events_by_its_session(tier: Tier1) -> None:
    async with browser(tier, "listener") as desk:
        desk.app.state.events.close()  # so that the stream ends once it has begun
        answer = await desk.http.get("/desk/events")
        desk.http.headers.pop("Cookie")
        stranger = await desk.http.get("/desk/events", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.text) == (200, ": connected\n\n")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert stranger.status_code == 401
