"""A workflow that somebody terminated, as operators see it and as they mend it; with a real Temporal."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from starlette.responses import Response
from temporalio.client import Client

from services.chassis.db import Pool
from tests.fixtures.http import auth, token
from tests.fixtures.one_origin import BROWSER
from tests.fixtures.ops import ops_before
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2
from workflows.contracts import ids, queues
from workflows.contracts.base import Tier

ORIGIN = "http://127.0.0.1:8080"
_TAGS = re.compile(r"<[^>]*>")


@pytest_asyncio.fixture(scope="module")
async def floor(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("ops_ended_1", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def board(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("ops_ended_2", tier=Tier.CONVERSION)) as tier:
        yield tier


@pytest_asyncio.fixture
async def room(floor: Tier1, board: Tier2, temporal: Client) -> AsyncIterator[httpx.AsyncClient]:
    """An operator's browser; tier 3 knows nobody."""

    def third(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/story"):
            return httpx.Response(404)
        outbox = {"pending": 0, "set_aside": 0, "oldest_seconds": 0}
        standing = {"work": [], "outbox": outbox, "rates": [], "stages": []}
        return httpx.Response(200, json={"items": [], "next": None, **standing})

    tiers = {"lead_gen": floor.http, "conversion": board.http, "account_mgmt": httpx.MockTransport(third)}
    app = ops_before(tiers, temporal, origin=ORIGIN)
    kept = Response()
    cookies = app.state.web.cookies
    cookies.keep_session(kept, cookies.begin_session(token("ops", "ops", "olena", name="Олена К."), None), {})
    name, _, sealed = kept.headers["set-cookie"].partition(";")[0].partition("=")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies={name: sealed}) as http:
        yield http


async def look(room: httpx.AsyncClient, path: str) -> str:
    """What a reader sees of a page."""
    answer = await room.get(f"/desk/{path}")
    assert answer.status_code == 200, answer.text
    return " ".join(_TAGS.sub(" ", html.unescape(answer.text)).split())


async def press(room: httpx.AsyncClient, lead_id: str) -> httpx.Response:
    """Look at "Send again" and press it."""
    page = (await room.get(f"/desk/acts?act=retry&lead={lead_id}")).text
    held = dict(re.findall(r'name="(csrf|idempotency_key)" value="([^"]*)"', page))
    form = {**held, "act": "retry", "lead": lead_id, "reason": "the worker was moved"}
    return await room.post("/desk/acts", data=form, headers=BROWSER)


async def terminated(temporal: Client, workflow_id: str, kind: str, tier: Tier) -> None:
    """A workflow that an administrator ended."""
    handle = await temporal.start_workflow(kind, id=workflow_id, task_queue=queues.BY_TIER[tier])
    await handle.terminate(reason="a server was moved")


async def delivered(pool: Pool) -> None:
    await pool.execute("UPDATE outbox SET state = 'delivered', delivered_at = now() WHERE state = 'pending'")


async def deal_of(board: Tier2, manager: str) -> tuple[str, str]:
    """A lead with its deal, whose answers have all arrived."""
    await board.only(manager)
    given = hand_over()
    deal = await board.accepted(manager, given)
    await delivered(board.pool)
    return given.contact.lead_id, deal["id"]


async def test_the_story_says_why_a_workflow_ended_since_when_and_what_is_safe(
    floor: Tier1, board: Tier2, temporal: Client, room: httpx.AsyncClient
) -> None:
    called, _ = await floor.opened("+380445590001")
    await delivered(floor.pool)
    accepted, _ = await deal_of(board, "mykola")
    for lead_id, name, kind, tier in (
        (called, "cold call", "ColdCall", Tier.LEAD_GEN), (accepted, "conversion", "Conversion", Tier.CONVERSION),
    ):  # fmt: skip
        workflow_id = ids.cold_call(lead_id) if tier == Tier.LEAD_GEN else ids.conversion(lead_id)
        await terminated(temporal, workflow_id, kind, tier)
        page = await look(room, f"leads/{lead_id}")
        assert "1 thing late" in page
        assert f"The {name} should go on. Its workflow has ended (terminated): a server was moved." in page
        assert "Send again Safe: start it again from its record" in page


async def test_a_workflow_is_started_again_once_and_whoever_presses_too_late_is_told(
    board: Tier2, temporal: Client, room: httpx.AsyncClient
) -> None:
    lead_id, _ = await deal_of(board, "roman")
    await terminated(temporal, ids.conversion(lead_id), "Conversion", Tier.CONVERSION)
    assert (await press(room, lead_id)).status_code == 303
    await delivered(board.pool)
    late = await press(room, lead_id)
    assert late.status_code == 409
    assert "nothing to do: it was started again, and runs" in html.unescape(late.text)
    await temporal.start_workflow("Conversion", id=ids.conversion(lead_id), task_queue=queues.CONVERSION)
    assert "nothing to do: its workflow runs, and nothing is set aside" in html.unescape(
        (await press(room, lead_id)).text
    )
    assert await board.pool.fetchval("SELECT count(*) FROM operator_acts WHERE lead_id = $1", lead_id) == 1


async def test_a_deal_that_was_lost_needs_its_ended_workflow_no_more(
    board: Tier2, temporal: Client, room: httpx.AsyncClient
) -> None:
    lead_id, deal_id = await deal_of(board, "lesia")
    await terminated(temporal, ids.conversion(lead_id), "Conversion", Tier.CONVERSION)
    await board.post(f"/v1/deals/{deal_id}/lose", {"reason": "too dear"}, "lesia")
    assert "has ended (terminated)" in await look(room, f"leads/{lead_id}"), "an answer is on its way to it"
    await delivered(board.pool)
    page = await look(room, f"leads/{lead_id}")
    assert "nothing is late" in page
    assert "has ended" not in page
    preview = await look(room, f"acts?act=retry&lead={lead_id}")
    assert "Refused: nothing of this lead failed or is set aside" in preview


async def test_a_sale_of_a_deal_whose_workflow_had_ended_is_passed_on_by_one_press(
    board: Tier2, temporal: Client, room: httpx.AsyncClient
) -> None:
    lead_id, deal_id = await deal_of(board, "orest")
    await terminated(temporal, ids.conversion(lead_id), "Conversion", Tier.CONVERSION)
    await board.won(deal_id, "orest")
    await board.pool.execute(
        "UPDATE outbox SET state = 'dead', last_error = 'RPCError: workflow execution already completed'"
        " WHERE event_id = $1", f"{deal_id}:won",
    )  # fmt: skip
    story = await look(room, f"leads/{lead_id}")
    assert "Safe: its workflow has ended: what should follow goes on from the record" in story
    assert "leadrelay check" not in story
    room.cookies.set("leadrelay_language", "uk")
    assert "лід стає клієнтом із цим замовленням" in await look(room, f"acts?act=retry&lead={lead_id}")
    room.cookies.delete("leadrelay_language")
    assert (await press(room, lead_id)).status_code == 303
    begun = "SELECT count(*) FROM outbox WHERE workflow_id = $1 AND workflow = 'CustomerCare'"
    assert await board.pool.fetchval(begun, ids.customer(lead_id)) == 1
    await delivered(board.pool)
    assert (await press(room, lead_id)).status_code == 409
    assert await board.pool.fetchval(begun, ids.customer(lead_id)) == 1
    assert "nothing is late" in await look(room, f"leads/{lead_id}")
    trail = await board.http.get("/v1/trail", headers=auth("ops", "ops", "olena"))
    assert [one["kind"] for one in trail.json()["items"] if one["lead_id"] == lead_id] == ["retry"]
