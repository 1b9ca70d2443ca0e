"""Changing what one has read: tags, conditions, and two who change one thing at once. On the toy service."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import asyncpg
import httpx
import pytest

from services.chassis import edits
from services.chassis.db import Connection, create_pool, new_id
from tests.fixtures.http import auth
from workflows.contracts.base import Tier

WAITING = "select exists (select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid)))"
STALE = '"0123456789abcdef0123456789abcdef"'


def a_text() -> str:
    """No two notes say the same."""
    return f"note {new_id()}"


async def written(client: httpx.AsyncClient, text: str | None = None) -> tuple[str, str]:
    """The address of a new note, and its tag."""
    path = (await client.post("/v1/notes", json={"text": text or a_text()})).headers["location"]
    return path, (await client.get(path)).headers["etag"]


async def text_of(client: httpx.AsyncClient, path: str) -> str:
    return str((await client.get(path)).json()["text"])


async def test_the_same_thing_has_the_same_tag_and_a_change_another_one(client: httpx.AsyncClient) -> None:
    path, tag = await written(client)
    assert tag.startswith('"')
    assert (await client.get(path)).headers["etag"] == tag
    changed = await client.patch(path, json={"text": a_text()}, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] == (await client.get(path)).headers["etag"] != tag


async def test_a_stale_change_is_refused_says_who_changed_what_and_changes_nothing(client: httpx.AsyncClient) -> None:
    path, tag = await written(client)
    maria = auth(Tier.LEAD_GEN, "supervisor", "maria")
    changed = await client.patch(path, json={"text": a_text(), "size": 2}, headers=maria | {"If-Match": tag})
    late = await client.patch(path, json={"text": a_text()}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    [change] = late.json()["changes"]
    assert (change["by"], change["fields"]) == ("maria", ["size", "text"])
    assert "T" in change["at"]
    assert "maria: size, text" in late.json()["detail"]
    assert late.json()["etag"] == (await client.get(path)).headers["etag"]
    assert await text_of(client, path) == changed.json()["text"]


async def test_where_it_is_not_known_who_changed_it_nobody_is_named(client: httpx.AsyncClient, sql: Connection) -> None:
    path, tag = await written(client)
    await client.patch(path, json={"text": a_text()}, headers={"If-Match": tag})
    tag = (await client.get(path)).headers["etag"]
    await sql.execute("update notes set size = 7 where id = $1", path.rpartition("/")[2])
    late = await client.patch(path, json={"text": a_text()}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["changes"]) == (412, [])
    assert "Somebody has changed it since" in late.json()["detail"]


async def test_a_thing_that_is_gone_is_not_there_whatever_the_tag(client: httpx.AsyncClient) -> None:
    path, tag = await written(client)
    assert (await client.delete(path, headers={"If-Match": STALE})).status_code == 412
    assert (await client.delete(path, headers={"If-Match": tag})).status_code == 204
    assert (await client.patch(path, json={"text": a_text()}, headers={"If-Match": tag})).status_code == 404


async def test_a_change_without_a_condition_is_made(client: httpx.AsyncClient) -> None:
    path, _ = await written(client)
    changed = await client.patch(path, json={"text": a_text()})
    assert changed.headers["etag"] == (await client.get(path)).headers["etag"]


@pytest.mark.parametrize(
    "given", ["*", " * ", "{tag}", '"other", {tag}', '{tag},"other"', '"a,b" , {tag}', ",, {tag} ,", 'W/"x", {tag}']
)
async def test_one_tag_of_several_is_enough(client: httpx.AsyncClient, given: str) -> None:
    path, tag = await written(client)
    changed = await client.patch(path, json={"text": a_text()}, headers={"If-Match": given.format(tag=tag)})
    assert changed.status_code == 200, changed.text


async def test_tags_may_come_in_several_lines(client: httpx.AsyncClient) -> None:
    path, tag = await written(client)
    lines = [("If-Match", STALE), ("If-Match", tag), *client.headers.multi_items()]
    assert (await client.patch(path, json={"text": a_text()}, headers=lines)).status_code == 200


@pytest.mark.parametrize("given", ["W/{tag}", '"*"', '""', STALE])
async def test_a_weak_tag_never_holds_and_neither_does_another_one(client: httpx.AsyncClient, given: str) -> None:
    path, tag = await written(client)
    before = await text_of(client, path)
    refused = await client.patch(path, json={"text": a_text()}, headers={"If-Match": given.format(tag=tag)})
    assert refused.status_code == 412, refused.text
    assert await text_of(client, path) == before


@pytest.mark.parametrize(
    "given", ["", "abc", "'abc'", '"abc', 'abc"', '*, "abc"', '"a" "b"', 'w/"a"', '"a b"', "1" * 5000]
)
async def test_what_is_no_list_of_tags_is_refused_by_name(client: httpx.AsyncClient, given: str) -> None:
    path, _ = await written(client)
    before = await text_of(client, path)
    refused = await client.patch(path, json={"text": a_text()}, headers={"If-Match": given})
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"] == "If-Match"
    assert await text_of(client, path) == before


async def test_a_thing_that_is_to_be_made_has_no_tag_to_hold(client: httpx.AsyncClient) -> None:
    for given in ("*", STALE):
        path = f"/v1/notes/{new_id()}"
        assert (await client.put(path, json={"text": a_text()}, headers={"If-Match": given})).status_code == 412
        assert (await client.get(path)).status_code == 404
    assert (await client.put(path, json={"text": a_text()})).status_code == 200


async def test_of_two_who_change_it_at_once_one_is_refused(client: httpx.AsyncClient) -> None:
    for _ in range(5):
        path, tag = await written(client)
        both = await asyncio.gather(
            *(client.patch(path, json={"text": f"{n} {path}"}, headers={"If-Match": tag}) for n in range(2))
        )
        assert sorted(answer.status_code for answer in both) == [200, 412]
        [kept] = [answer.json()["text"] for answer in both if answer.status_code == 200]
        assert await text_of(client, path) == kept


async def test_one_who_comes_while_another_writes_waits_and_is_refused(
    client: httpx.AsyncClient, sql: Connection
) -> None:
    """Also when the other one writes past the service's own check, as a process of an earlier release does."""
    path, tag = await written(client)
    other = sql.transaction()
    await other.start()
    await sql.execute("update notes set text = $2 where id = $1", path.rpartition("/")[2], path)
    mine = asyncio.create_task(client.patch(path, json={"text": a_text()}, headers={"If-Match": tag}))
    while not await sql.fetchval(WAITING):
        await asyncio.sleep(0)
    await other.commit()
    assert (await mine).status_code == 412
    assert await text_of(client, path) == path


async def test_a_repeated_request_gets_its_first_answer_although_the_tag_is_old_by_then(
    client: httpx.AsyncClient,
) -> None:
    path, tag = await written(client)
    headers = {"If-Match": tag, "Idempotency-Key": path}
    body = {"text": a_text()}
    first = await client.post(f"{path}/rename", json=body, headers=headers)
    again = await client.post(f"{path}/rename", json=body, headers=headers)
    assert first.status_code == again.status_code == 200
    assert first.headers["etag"] == again.headers["etag"]


async def test_what_one_has_already_is_not_sent_again(client: httpx.AsyncClient) -> None:
    path, tag = await written(client)
    for given in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        answer = await client.get(path, headers={"If-None-Match": given})
        assert (answer.status_code, answer.headers["etag"], answer.content) == (304, tag, b"")
    assert (await client.get(path, headers={"If-None-Match": STALE})).status_code == 200
    assert (await client.get(path, headers={"If-None-Match": "x"})).status_code == 422
    assert (await client.get(f"/v1/notes/{new_id()}", headers={"If-None-Match": "*"})).status_code == 404


async def test_edits_say_nothing_of_the_thing_and_are_forgotten(
    client: httpx.AsyncClient, toy_dsn: str, sql: asyncpg.Connection[asyncpg.Record]
) -> None:
    path, tag = await written(client, "+380 44 123 45 67")
    await client.patch(path, json={"text": "olena@viter.example"}, headers={"If-Match": tag})
    rows = json.dumps([dict(row) for row in await sql.fetch("select * from edits")], default=str)
    assert "olena" not in rows
    assert path.rpartition("/")[2] not in rows
    await sql.execute("update edits set at = at - $1::interval", edits.KEEP - timedelta(minutes=1))
    pool = await create_pool(toy_dsn, application_name="tests", max_size=1)
    assert await edits.purge(pool) == 0
    await sql.execute("update edits set at = at - interval '2 minutes'")
    assert await edits.purge(pool) > 0
    await pool.close()


async def test_what_is_wrong_with_an_address_or_a_body_is_said_once(client: httpx.AsyncClient) -> None:
    refused = await client.patch("/v1/notes/7", json={"text": ""})
    assert [error["field"] for error in refused.json()["errors"]] == ["note_id", "text"]


async def test_the_document_says_which_changes_take_a_condition(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    note = paths["/v1/notes/{note_id}"]
    assert "ETag" in note["get"]["responses"]["200"]["headers"]
    assert "304" in note["get"]["responses"]
    for method in ("put", "patch", "delete"):
        assert "If-Match" in {one["name"] for one in note[method]["parameters"]}
        assert "412" in note[method]["responses"]
    assert "412" not in paths["/v1/notes"]["post"]["responses"]
