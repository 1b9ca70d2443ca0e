"""The operators' pages before the three tiers, without Temporal: found, told, acted on, and written down."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from starlette.responses import Response

from services.chassis.db import new_id
from services.chassis.outbox import signal
from tests.fixtures.http import auth, token
from tests.fixtures.one_origin import BROWSER
from tests.fixtures.ops import ops_before
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2
from workflows.contracts import ids
from workflows.contracts.base import Cancel, Tier

ORIGIN = "http://127.0.0.1:8080"
_TAGS = re.compile(r"<[^>]*>")


@pytest_asyncio.fixture(scope="module")
async def floor(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("ops_desk_1", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def board(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("ops_desk_2", tier=Tier.CONVERSION)) as tier:
        yield tier


class Third:
    """Tier 3 as far as operators ask it here: it knows nobody, and may be away."""

    away = False

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What it says."""
        if self.away:
            return httpx.Response(503)
        if request.url.path.endswith("/story"):
            return httpx.Response(404)
        outbox = {"pending": 0, "set_aside": 0, "oldest_seconds": 0}
        standing = {"work": [], "outbox": outbox, "rates": [], "stages": [{"stage": "active", "count": 7}]}
        return httpx.Response(200, json=standing if request.url.path == "/v1/standing" else {"items": [], "next": None})


@pytest.fixture
def third() -> Third:
    return Third()


@pytest_asyncio.fixture
async def room(floor: Tier1, board: Tier2, third: Third) -> AsyncIterator[httpx.AsyncClient]:
    """An operator's browser."""
    tiers = {"lead_gen": floor.http, "conversion": board.http, "account_mgmt": httpx.MockTransport(third.answer)}
    app = ops_before(tiers, origin=ORIGIN)
    kept = Response()
    cookies = app.state.web.cookies
    cookies.keep_session(kept, cookies.begin_session(token("ops", "ops", "olena", name="Олена К."), None), {})
    name, _, sealed = kept.headers["set-cookie"].partition(";")[0].partition("=")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies={name: sealed}) as http:
        yield http


def words(page: str) -> str:
    """What a reader sees."""
    return " ".join(_TAGS.sub(" ", html.unescape(page)).split())


async def look(room: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await room.get(f"/desk/{path}")
    assert answer.status_code == status, answer.text
    return answer.text


async def set_aside(floor: Tier1, phone: str, company: str) -> str:
    """A lead of which an answer was set aside."""
    lead_id = await floor.lead(phone, company)
    async with floor.pool.acquire() as conn:
        answer = Cancel(event_id=new_id(), at=await conn.fetchval("SELECT now()"), by="boss")
        await signal(conn, ids.cold_call(lead_id), "cancel", answer)
        await conn.execute(
            "UPDATE outbox SET state = 'dead', last_error = 'no such workflow' WHERE event_id = $1", answer.event_id
        )
    return lead_id


async def press(room: httpx.AsyncClient, page: str, **fields: str | list[str]) -> httpx.Response:
    """Send the form of an act as a browser without script does."""
    held = dict(re.findall(r'name="(csrf|idempotency_key)" value="([^"]*)"', page))
    return await room.post("/desk/acts", data={**held, **fields}, headers=BROWSER)


async def test_the_room_shows_what_is_stuck_with_its_cause_and_the_safe_act(
    floor: Tier1, third: Third, room: httpx.AsyncClient
) -> None:
    lead_id = await set_aside(floor, "+380445580001", "Льон України")
    page = await look(room, "")
    said = "The decision to give up should have been passed on. It was set aside: no such workflow."
    assert f"Льон України {said} cancel, {ids.cold_call(lead_id)}" in words(page)
    assert f"/ops/desk/acts?act=retry&amp;lead={lead_id}" in page
    assert f'href="/ops/desk/leads/{lead_id}"' in page
    assert "Customer 7" in words(page)
    assert re.search(r"1 Lead generation \d+ stuck", words(page))
    assert re.search(r"Stuck and late \d+ · \d+ lead", words(page))
    assert "no such workflow" not in words(await look(room, "stuck?tier=conversion"))
    third.away = True
    # What was read is good for a moment.
    while "3 Account management away It cannot be asked now" not in (seen := words(await look(room, ""))):
        pass
    assert "Its API answers 503" in seen
    assert "no such workflow" in seen


async def test_an_act_is_shown_then_done_for_its_reason_and_stands_in_the_audit(
    floor: Tier1, third: Third, room: httpx.AsyncClient
) -> None:
    lead_id, _ = await floor.opened("+380445580002")
    await floor.pool.execute("UPDATE leads SET company = 'Борошно Плюс' WHERE id = $1", lead_id)
    page = await look(room, f"acts?act=skip&lead={lead_id}")
    assert "nobody answered" in words(page)
    refused = await press(room, page, act="skip", lead=lead_id, reason=" ")
    assert refused.status_code == 422
    assert "Say why in three letters or more" in words(refused.text)
    assert await floor.signals(ids.cold_call(lead_id)) == []
    done = await press(room, page, act="skip", lead=lead_id, reason="they have closed today")
    assert (done.status_code, done.headers["location"]) == (303, f"/ops/desk/leads/{lead_id}")
    again = await press(room, page, act="skip", lead=lead_id, reason="they have closed today")
    assert again.status_code == 303
    assert await floor.signals(ids.cold_call(lead_id)) == ["call_answered"]
    story = words(await look(room, f"leads/{lead_id}"))
    assert "Борошно Плюс" in story
    assert "the step that waited is passed over (Олена К.)" in story
    assert "Why: they have closed today" in story
    audit = words(await look(room, f"audit?by=olena&lead={lead_id}"))
    assert "Олена К. 1 Lead generation passed over a step" in audit
    assert "Борошно Плюс they have closed today" in audit, "the lead by its name"
    lines = list(csv.DictReader(io.StringIO((await room.get(f"/desk/audit.csv?lead={lead_id}")).text)))
    assert [(line["who"], line["what"], line["why"]) for line in lines] == [("olena", "skip", "they have closed today")]
    third.away = True
    assert (await room.get("/desk/audit.csv")).status_code == 503
    assert "Account management is away" in words(await look(room, "audit"))


async def test_whoever_did_something_is_named_as_any_tier_knows_them_and_else_by_what_they_are(
    floor: Tier1, board: Tier2, room: httpx.AsyncClient
) -> None:
    await board.manager("petro", name="Петро В.")
    for by, title in (("petro", "Зерновози"), ("boss-7", "Ціна")):
        new = {"title": title, "text": "Скажіть так.", "tags": ["ціна"]}
        headers = {**auth(Tier.LEAD_GEN, "supervisor", by), "Idempotency-Key": new_id()}
        assert (await floor.http.post("/v1/instructions", json=new, headers=headers)).status_code == 201
    lead_id = await floor.lead("+380445580091", "Соняшник")
    await floor.pool.execute(
        "UPDATE leads SET tier = 'conversion', stage = 'offer', owner = 'petro' WHERE id = $1", lead_id
    )
    audit = words(await look(room, "audit?kind=instruction"))
    assert "Петро В. 1 Lead generation new version of an instruction Зерновози, version 1" in audit
    assert "a supervisor 1 Lead generation new version of an instruction Ціна, version 1" in audit
    assert "boss-7" not in audit
    assert "Offer Петро В." in words(await look(room, "leads?tier=conversion"))
    assert not {"lead-gen", "account-mgmt", "boss-7"} & set(words(await look(room, "ways")).split())


async def test_one_act_on_several_leads_is_done_where_it_can_be(floor: Tier1, room: httpx.AsyncClient) -> None:
    first = await set_aside(floor, "+380445580003", "Хутро і Шкіра")
    second = await floor.lead("+380445580004", "Еко-Тара")
    page = await look(room, f"acts?act=retry&lead={first}&lead={second}")
    assert words(page).count("Refused: Temporal is needed for this") == 2
    page = await look(room, f"acts?act=cancel&lead={first}&lead={second}")
    done = await press(room, page, act="cancel", lead=[first, second, new_id()], reason="one company, closed")
    assert done.headers["location"] == "/ops/desk/audit?by=olena"
    said = words(await look(room, "audit?by=olena&kind=cancel"))
    assert "Done for 2 leads. Refused for 1, first for" in said
    assert said.count("gave the lead up") >= 2


async def test_people_are_called_by_their_names_in_the_story_and_the_deal(
    board: Tier2, room: httpx.AsyncClient
) -> None:
    given = hand_over()
    await board.only("taras")
    await board.offered(given)
    story = words(await look(room, f"leads/{given.contact.lead_id}"))
    assert "Taras to accept or decline" in story
    assert "taras" not in story


async def test_a_story_is_told_in_the_language_that_its_reader_has_chosen(
    floor: Tier1, third: Third, room: httpx.AsyncClient
) -> None:
    lead_id = await set_aside(floor, "+380445580044", "Млин Поділля")
    room.cookies.set("leadrelay_language", "uk")
    story = words(await look(room, f"leads/{lead_id}"))
    assert "Зареєстровано: внесено вручну" in story
    assert "Registered" not in story
    preview = words(await look(room, f"acts?act=cancel&lead={lead_id}"))
    assert "у реєстрі записано, що ліда покинуто" in preview
    third.away = True
    assert "його API відповідає 503" in words(await look(room, f"leads/{lead_id}"))


async def test_the_register_is_searched_by_name_number_and_stage(floor: Tier1, room: httpx.AsyncClient) -> None:
    lead_id = await floor.lead("+380445580033", "Скло Буд")
    assert "Скло Буд" in words(await look(room, "leads?q=скло"))
    by_number = words(await look(room, "leads?q=044 558 00 33"))
    assert "Скло Буд" in by_number
    assert "+3804455800" not in by_number
    found = await room.get("/desk/leads/find?q=044 558 00 33")
    assert (found.status_code, found.headers["location"]) == (303, f"/ops/desk/leads/{lead_id}")
    assert "Скло Буд" in words(await look(room, "leads?tier=lead_gen&stage=new&q=скло"))
    assert "Nobody here" in words(await look(room, "leads?tier=lead_gen&stage=resting&q=скло"))
    assert "looked a number up" in words(await look(room, f"audit?kind=find&lead={lead_id}"))


async def test_nobody_but_operators_comes_in(room: httpx.AsyncClient) -> None:
    room.cookies.clear()
    refused = await room.get("/desk/", headers={"Accept": "text/html"})
    assert refused.status_code == 303
    assert "/sign-in" in refused.headers["location"]
