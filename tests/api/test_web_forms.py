"""Forms of the pages: one act however often they are sent, lively with htmx, whole without it, refused in place."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
import pytest_asyncio

from tests.api.toy_desk import HERE, browser, desk_app
from tests.fixtures.http import make_settings

ORIGIN = "http://127.0.0.1:8080"
HTMX = {"HX-Request": "true", "HX-Boosted": "true", "HX-Current-URL": f"{ORIGIN}{HERE}?page=2"}


@pytest_asyncio.fixture(scope="module")
async def desk(toy_dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    app = desk_app(make_settings(toy_dsn, origin=ORIGIN))
    async with app.router.lifespan_context(app), browser(app) as http:
        yield http


async def notes(sql: asyncpg.Connection[asyncpg.Record], text: str) -> int:
    return int(await sql.fetchval("select count(*) from notes where text = $1", text))


async def send(desk: httpx.AsyncClient, path: str = "notes", *, lively: bool = False, **form: str) -> httpx.Response:
    return await desk.post(f"/desk/{path}", data=form, headers=HTMX if lively else {})


async def test_every_form_carries_a_key_of_its_own(desk: httpx.AsyncClient) -> None:
    pages = [(await desk.get("/desk/")).text for _ in range(2)]
    keys = [key for page in pages for key in re.findall('name="idempotency_key" value="([^"]+)"', page)]
    assert len(keys) == len(set(keys)) >= 2


async def test_a_form_sent_twice_is_one_act(desk: httpx.AsyncClient, sql: asyncpg.Connection[asyncpg.Record]) -> None:
    form = {"text": "once", "idempotency_key": "f1"}
    first = await send(desk, **form)
    again = await send(desk, **form)
    assert (first.status_code, first.headers["location"]) == (303, HERE)
    assert (again.status_code, again.headers["location"]) == (303, HERE)
    assert await notes(sql, "once") == 1


async def test_two_at_once_are_one_act(desk: httpx.AsyncClient, sql: asyncpg.Connection[asyncpg.Record]) -> None:
    answers = await asyncio.gather(*(send(desk, text="together", idempotency_key="f2") for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {303, 409}
    assert await notes(sql, "together") == 1


async def test_a_form_without_fields_is_one_act_too(
    desk: httpx.AsyncClient, sql: asyncpg.Connection[asyncpg.Record]
) -> None:
    for _ in range(2):
        answer = await send(desk, "notes/none", csrf="any", idempotency_key="f3")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}?more=1")
    assert await notes(sql, "one more") == 1


async def test_the_key_may_come_in_the_header(desk: httpx.AsyncClient, sql: asyncpg.Connection[asyncpg.Record]) -> None:
    for _ in range(2):
        await desk.post("/desk/notes", data={"text": "by header"}, headers={"Idempotency-Key": "f4"})
    assert await notes(sql, "by header") == 1


async def test_a_form_sent_again_after_signing_in_anew_is_still_the_same_act(
    desk: httpx.AsyncClient, sql: asyncpg.Connection[asyncpg.Record]
) -> None:
    for proof in ("before", "after"):
        await send(desk, text="patient", idempotency_key="f5", csrf=proof)
    assert await notes(sql, "patient") == 1


async def test_a_refused_form_is_corrected_under_its_own_key(
    desk: httpx.AsyncClient, sql: asyncpg.Connection[asyncpg.Record]
) -> None:
    assert (await send(desk, text="taken", idempotency_key="f6")).status_code == 409
    assert (await send(desk, text="free", idempotency_key="f6")).status_code == 303
    assert await notes(sql, "free") == 1


async def test_of_a_kept_page_nothing_but_the_place_is_in_the_database(
    desk: httpx.AsyncClient, sql: asyncpg.Connection[asyncpg.Record]
) -> None:
    await send(desk, text="private words", idempotency_key="f7", lively=True)
    row = await sql.fetchrow("select status, headers, body from idempotency_keys where key = 'f7'")
    assert row is not None
    assert (row["status"], json.loads(row["headers"]), row["body"]) == (303, {"location": HERE}, b"")


async def test_with_htmx_the_fresh_page_is_the_answer(desk: httpx.AsyncClient) -> None:
    answer = await send(desk, text="lively", idempotency_key="f8", lively=True)
    assert answer.status_code == 200
    assert "lively" in answer.text
    assert re.search(r'id="line"[^>]*>.*Kept\.', answer.text)
    # Staying where they are adds no step to the browser's history, going elsewhere does.
    assert answer.headers["hx-replace-url"] == HERE
    elsewhere = {**HTMX, "HX-Current-URL": f"{ORIGIN}/lead-gen/desk/other"}
    moved = await desk.post("/desk/notes", data={"text": "moved"}, headers=elsewhere)
    assert moved.headers["hx-push-url"] == HERE


async def test_a_lively_form_that_comes_again_shows_the_page_as_it_is_now(
    desk: httpx.AsyncClient, sql: asyncpg.Connection[asyncpg.Record]
) -> None:
    await send(desk, text="again", idempotency_key="f9", lively=True)
    again = await send(desk, text="again", idempotency_key="f9", lively=True)
    assert again.status_code == 200
    assert json.loads(again.headers["hx-location"])["path"] == HERE
    assert await notes(sql, "again") == 1


async def test_parts_of_a_page_name_the_place_they_belong_to(desk: httpx.AsyncClient) -> None:
    answer = await send(desk, "notes/parts", text="parts", lively=True)
    assert '<hx-partial hx-target="#notices" hx-swap="outerMorph">' in answer.text
    assert re.search(r'<hx-partial hx-target="#line"[^>]*>.*Kept\.', answer.text)
    assert "<html" not in answer.text
    assert (await send(desk, "notes/parts", text="whole")).status_code == 303


async def test_a_refusal_comes_in_place_and_changes_nothing_else(desk: httpx.AsyncClient) -> None:
    answer = await send(desk, text="taken", lively=True)
    assert answer.status_code == 409
    assert (answer.headers["hx-reswap"], answer.headers["hx-push-url"]) == ("none", "false")
    assert re.search(r'<hx-partial hx-target="#line"[^>]*>.*This was written before\.', answer.text)
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({"text": "wrong"}, {"text": "Must say something."}),
        ({"size": "1"}, {"text": "This is needed."}),
        ({"text": "x" * 61}, {"text": "This may have 60 characters at most."}),
        ({"text": "ok", "size": "x"}, {"size": "This is not a whole number."}),
    ],
)
async def test_what_is_wrong_with_a_field_is_said_of_that_field(
    desk: httpx.AsyncClient, form: dict[str, str], fields: dict[str, str]
) -> None:
    answer = await send(desk, lively=True, **form)
    assert answer.status_code == 422
    told = answer.headers["hx-trigger"]
    assert told.isascii()
    assert json.loads(told)["form:refused"]["fields"] == fields


async def test_whoever_is_signed_out_under_an_open_page_keeps_what_they_typed(desk: httpx.AsyncClient) -> None:
    answer = await desk.post("/desk/notes", data={"text": "long"}, headers={**HTMX, "Cookie": ""})
    assert answer.status_code == 401
    assert json.loads(answer.headers["hx-trigger"])["form:refused"]["code"] == "sign_in_needed"
    assert "hx-redirect" not in answer.headers
    assert answer.headers["hx-reswap"] == "none"
    # The page has the way back in already, hidden.
    page = (await desk.get("/desk/")).text
    assert re.search(r'id="signed-out" hidden>.*href="/sign-in\?then=/signed-in"', page, re.DOTALL)
    # Of a link that was followed there is nothing to lose.
    led = await desk.get("/desk/?page=2", headers={**HTMX, "Cookie": ""})
    assert led.headers["hx-redirect"] == "/sign-in?then=/lead-gen/desk/%3Fpage%3D2"


async def test_an_open_page_learns_the_token_of_a_new_sign_in(desk: httpx.AsyncClient) -> None:
    session = await desk.get("/session")
    assert session.json() == {"person": "olia", "csrf": desk.headers["X-Csrf-Token"]}
    assert session.headers["cache-control"] == "no-store"
    assert "You are signed in" in (await desk.get("/signed-in")).text


async def test_every_answer_tells_the_servers_time(desk: httpx.AsyncClient) -> None:
    for answer in (await desk.get("/desk/"), await send(desk, text="taken", lively=True)):
        assert re.match(r"\d{4}-\d\d-\d\dT", answer.headers["server-now"])


async def test_a_form_with_a_file_proves_where_it_comes_from_too(
    desk: httpx.AsyncClient, sql: asyncpg.Connection[asyncpg.Record]
) -> None:
    proof = desk.headers["X-Csrf-Token"]
    for given, status in (("wrong", 403), (proof, 303), (proof, 303)):
        form = {"text": "with a file", "csrf": given, "idempotency_key": "f10"}
        answer = await desk.post(
            "/desk/notes", data=form, files={"scan": ("a.pdf", b"%PDF")}, headers={"X-Csrf-Token": ""}
        )
        assert answer.status_code == status, answer.text
    assert await notes(sql, "with a file") == 1
