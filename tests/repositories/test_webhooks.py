"""Webhooks are delivered to a real receiver, at least once, at each receiver's own pace."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import Pool, create_pool, new_id
from services.chassis.webhooks import EventData, announce, deliveries, rows, take_back
from services.chassis.webhooks.actions import new_secret
from services.chassis.webhooks.courier import GONE, Courier
from services.chassis.webhooks.deliveries import AT_ONCE
from services.chassis.webhooks.post import Post
from services.chassis.webhooks.schedule import MAX_ATTEMPTS
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tls import certificate
from tests.fixtures.webhooks import LOOPBACK, Receiver, courier, hurry, receiver

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Rang(EventData, type="bell.rang"):
    """A bell rang."""

    bell: str


@pytest_asyncio.fixture
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    pool = await create_pool(await fresh_database("webhooks"), application_name="tests", max_size=8)
    yield pool
    await pool.close()


async def subscribe(pool: Pool, url: str, event: str = Rang.type) -> tuple[str, str]:
    """(webhook, its secret)."""
    secret = new_secret()
    async with pool.acquire() as conn:
        made = await rows.add(conn, new_id(), url=url, description="", events=[event], secret=secret, by="boss")
    return made.id, secret


async def ring(pool: Pool, bell: str = "1", **changes: Any) -> None:
    async with pool.acquire() as conn:
        await announce(conn, Rang(bell=bell), key=bell, at=AT, **changes)


async def found(pool: Pool, webhook_id: str) -> list[deliveries.Delivery]:
    async with pool.acquire() as conn:
        return await deliveries.page(conn, webhook_id, None, 100, None)


async def webhook(pool: Pool, webhook_id: str) -> rows.Webhook:
    async with pool.acquire() as conn:
        return await rows.get(conn, webhook_id)


async def test_an_event_is_written_with_its_record_only_for_those_who_subscribe_and_arrives_signed(pool: Pool) -> None:
    await ring(pool, "nobody")
    assert await pool.fetchval("SELECT count(*) FROM webhook_messages") == 0
    async with receiver() as house:
        mine, secret = await subscribe(pool, house.url)
        other, _ = await subscribe(pool, house.url, "bell.broke")
        with pytest.raises(RuntimeError):
            async with pool.acquire() as conn, conn.transaction():
                await announce(conn, Rang(bell="undone"), key="undone", at=AT)
                raise RuntimeError
        for _ in range(2):
            await ring(pool)
        assert [await courier(pool).deliver_due() for _ in range(2)] == [1, 0]
        [got] = house.got
        assert got.read(secret) == {"type": "bell.rang", "timestamp": "2026-03-02T09:00:00.000Z", "data": {"bell": "1"}}
        [done] = await found(pool, mine)
        assert (done.state, done.attempts, done.last_status, done.message_id) == ("delivered", 1, 204, got.id)
        assert await found(pool, other) == []


async def test_a_failure_is_tried_again_under_the_same_id_until_it_is_set_aside_and_replayed(pool: Pool) -> None:
    async with receiver() as house:
        house.answers = ["500 Oops", "404 Not Found", "302 Found\nlocation: http://127.0.0.1:1/"] * 4
        mine, _ = await subscribe(pool, house.url)
        await ring(pool)
        for _ in range(MAX_ATTEMPTS):
            assert await courier(pool).deliver_due() == 1
            assert await courier(pool).deliver_due() == 0, "it waits for its time"
            await hurry(pool)
        assert await courier(pool).deliver_due() == 0
        [dead] = await found(pool, mine)
        assert (dead.state, dead.attempts, dead.last_status) == ("dead", MAX_ATTEMPTS, 500)
        assert (await webhook(pool, mine)).failing_since is not None
        house.answers = []
        async with pool.acquire() as conn:
            await deliveries.retry_dead(conn, dead.id)
        await courier(pool).deliver_due()
        assert [one.state for one in await found(pool, mine)] == ["delivered"]
        assert len({got.id for got in house.got}) == 1
        assert (await webhook(pool, mine)).failing_since is None


async def test_a_receivers_wish_to_wait_is_honoured(pool: Pool) -> None:
    async with receiver() as house:
        house.answers = ["429 Too Many\nretry-after: 7200"]
        mine, _ = await subscribe(pool, house.url)
        await ring(pool)
        before = datetime.now(UTC)
        await courier(pool).deliver_due()
        [waits] = await found(pool, mine)
        assert waits.next_at is not None and waits.next_at > before + timedelta(minutes=119)


async def test_410_disables_and_what_is_missed_is_kept_for_a_replay(pool: Pool) -> None:
    async with receiver() as house:
        house.answers = ["410 Gone"]
        mine, _ = await subscribe(pool, house.url)
        await ring(pool, "1")
        await courier(pool).deliver_due()
        await ring(pool, "2")
        assert await courier(pool).deliver_due() == 0
        seen = await webhook(pool, mine)
        assert (seen.state, seen.disabled_why) == ("disabled", GONE)
        assert sorted(one.state for one in await found(pool, mine)) == ["dead", "skipped"]
        async with pool.acquire() as conn:
            await rows.change(conn, mine, {"state": "active"})
            again = await deliveries.replay_since(conn, mine, AT - timedelta(days=99999), ["dead", "skipped"], 9, 0)
        assert len(again) == 2
        assert await courier(pool).deliver_due() == 2


async def test_a_receiver_that_takes_nothing_for_days_is_disabled_and_one_that_takes_something_is_not(
    pool: Pool,
) -> None:
    async with receiver() as house:
        house.answers = ["500 No", "500 No"]
        mine, _ = await subscribe(pool, house.url)
        for bell in ("1", "2"):
            await ring(pool, bell)
            await courier(pool).deliver_due()
            await pool.execute("UPDATE webhooks SET failing_since = now() - interval '6 days'")
        assert (await webhook(pool, mine)).state == "disabled"
        assert {one.state for one in await found(pool, mine)} == {"skipped"}
        async with pool.acquire() as conn:
            seen = await rows.change(conn, mine, {"state": "active"})
        assert (seen.disabled_why, seen.failing_since) == (None, None)


async def test_a_paused_webhooks_messages_wait_and_a_held_event_may_be_taken_back(pool: Pool) -> None:
    async with receiver() as house:
        mine, _ = await subscribe(pool, house.url)
        async with pool.acquire() as conn:
            await rows.change(conn, mine, {"state": "paused"})
        await ring(pool, "1")
        assert await courier(pool).deliver_due() == 0
        async with pool.acquire() as conn:
            await rows.change(conn, mine, {"state": "active"})
        await ring(pool, "2", hold=timedelta(minutes=1))
        assert await courier(pool).deliver_due() == 1
        async with pool.acquire() as conn:
            await take_back(conn, [Rang], key="2")
        await hurry(pool)
        assert await courier(pool).deliver_due() == 0
        assert [json.loads(got.body)["data"] for got in house.got] == [{"bell": "1"}]


async def test_while_a_secret_is_replaced_both_open_a_message_and_then_only_the_new_one(pool: Pool) -> None:
    async with receiver() as house:
        mine, old = await subscribe(pool, house.url)
        new = new_secret()
        async with pool.acquire() as conn:
            await rows.rotate(conn, mine, new, timedelta(hours=1))
        await ring(pool, "1")
        await courier(pool).deliver_due()
        assert house.got[0].read(old) == house.got[0].read(new)
        await pool.execute("UPDATE webhooks SET old_secret_until = now() - interval '1 second'")
        await ring(pool, "2")
        await courier(pool).deliver_due()
        assert house.got[1].headers["webhook-signature"].count("v1,") == 1
        house.got[1].read(new)


async def test_one_slow_receiver_holds_up_nobody_else_and_has_a_few_requests_at_a_time(pool: Pool) -> None:
    async with receiver() as slow, receiver() as quick:
        slow.may_answer.clear()
        for house in (slow, quick):
            await subscribe(pool, house.url)
        many = AT_ONCE * 3
        for bell in range(many):
            await ring(pool, str(bell))
        stop, second = asyncio.Event(), courier(pool)
        running = asyncio.create_task(courier(pool).run(stop))
        async with asyncio.timeout(60):
            while len(quick.got) < many:
                quick.asked.clear()
                await quick.asked.wait()
        await second.deliver_due()
        assert len(slow.got) == AT_ONCE, "from all couriers together"
        slow.may_answer.set()
        async with asyncio.timeout(60):
            while len(slow.got) < many:
                slow.asked.clear()
                await slow.asked.wait()
        stop.set()
        await running
        assert {len({got.id for got in house.got}) for house in (slow, quick)} == {many}


async def test_what_a_killed_worker_had_in_hand_is_sent_again_under_its_id_and_its_late_word_counts_no_more(
    pool: Pool,
) -> None:
    async with receiver() as house:
        mine, _ = await subscribe(pool, house.url)
        await ring(pool)
        house.may_answer.clear()
        killed = asyncio.create_task(courier(pool).deliver_due())
        await house.asked.wait()
        killed.cancel()
        await asyncio.wait([killed])
        assert await courier(pool).deliver_due() == 0, "the claim holds"
        await pool.execute("UPDATE webhook_deliveries SET claimed_until = now()")
        house.may_answer.set()
        assert await courier(pool).deliver_due() == 1
        assert len({got.id for got in house.got}) == 1 and len(house.got) == 2
        assert [one.state for one in await found(pool, mine)] == ["delivered"]


async def test_a_claim_that_was_taken_over_records_nothing(pool: Pool) -> None:
    await subscribe(pool, "http://127.0.0.1:1/")
    await ring(pool)
    async with pool.acquire() as conn:
        [first] = await deliveries.claim(conn)
        await conn.execute("UPDATE webhook_deliveries SET claimed_until = now()")
        [second] = await deliveries.claim(conn)
        assert not await deliveries.record(conn, first, "dead", status=None, error="late")
        assert await deliveries.record(conn, second, "delivered", status=200, error=None)


async def test_a_receiver_that_says_nothing_is_given_up_in_time_and_nobody_at_all_is_a_failure_too(pool: Pool) -> None:
    async with receiver() as house:
        house.may_answer.clear()
        mine, _ = await subscribe(pool, house.url)
        await ring(pool)
        await courier(pool, seconds=0.2).deliver_due()
        [waits] = await found(pool, mine)
        assert (waits.state, waits.last_status, waits.last_error) == (
            "pending", None, "it did not answer within 0.2 s",
        )  # fmt: skip


async def answered(pool: Pool, post: Post, url: str) -> str | None:
    """Why one message did not arrive; none if it did."""
    mine, _ = await subscribe(pool, url)
    await ring(pool, new_id())
    await Courier(pool, post).deliver_due()
    async with pool.acquire() as conn:
        [told] = await deliveries.page(conn, mine, None, 1, None)
        await rows.delete(conn, mine)
    return told.last_error if told.state != "delivered" else None


async def test_private_addresses_are_refused_at_connect_time_also_when_a_name_changes_its_mind(pool: Pool) -> None:
    """The name answers with a public address when it is first asked and with loopback afterwards, and with both."""
    turns: list[list[str]] = [["127.0.0.1"], ["::ffff:127.0.0.1", "10.0.0.1"], ["169.254.169.254"]]
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return turns[len(asked) - 1]

    async with receiver() as house:
        url = house.url.replace("127.0.0.1", "receiver.example")
        for _ in turns:
            said = await answered(pool, Post((), resolve=resolve), url)
            assert said == "its name leads to a private address, which is not allowed"
        assert house.got == []
        assert asked == ["receiver.example"] * 3, "asked once for each attempt, and what it said was connected to"

        async def mixed(_host: str, _port: int) -> Sequence[str]:
            return ["10.0.0.1", "127.0.0.1"]

        assert await answered(pool, Post(LOOPBACK, resolve=mixed), url) is None
        assert len(house.got) == 1
        assert (await answered(pool, Post(()), house.url.replace("127.0.0.1", "127.1"))) is not None
        assert len(house.got) == 1


async def test_a_redirect_to_a_private_address_is_not_followed_and_no_proxy_of_the_environment_is_used(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with receiver() as house, receiver() as other:
        house.answers = [f"307 Temporary Redirect\nlocation: {other.url}"]
        assert await answered(pool, Post(LOOPBACK), house.url) == "redirects are not followed"
        assert other.got == []


async def test_tls_is_checked_against_the_name_although_an_address_is_connected_to(pool: Pool) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    mine, trust = certificate("receiver.example")
    post = Post(LOOPBACK, resolve=resolve, trust=trust)
    async with receiver(mine, "receiver.example") as house:
        assert await answered(pool, post, house.url) is None
        said = await answered(pool, post, house.url.replace("receiver.example", "other.example"))
        assert said is not None and "certificate" in said.lower()
        stranger = Post(LOOPBACK, resolve=resolve, trust=ssl.create_default_context())
        assert "certificate" in (await answered(pool, stranger, house.url) or "").lower()
        assert len(house.got) == 1


async def test_what_a_receiver_says_is_kept_in_short_and_without_contact_data(pool: Pool) -> None:
    house = Receiver()
    body = "call +380441234567 or olena@customer.example " * 5000

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 400 Bad\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    house.port = server.sockets[0].getsockname()[1]
    said = await answered(pool, Post(LOOPBACK), house.url)
    server.close()
    assert said is not None and len(said) <= 300
    assert "+380" not in said and "olena@" not in said


async def test_an_event_is_written_while_a_webhook_that_hears_it_is_deleted(pool: Pool) -> None:
    gone, _ = await subscribe(pool, "https://gone.example/")
    stays, _ = await subscribe(pool, "https://stays.example/")
    async with pool.acquire() as deleting:
        transaction = deleting.transaction()
        await transaction.start()
        await rows.delete(deleting, gone)
        writing = asyncio.create_task(ring(pool))
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        async with asyncio.timeout(60):
            while not await pool.fetchval(waits):
                await asyncio.sleep(0)
        await transaction.commit()
    await writing
    assert len(await found(pool, stays)) == 1


async def test_old_messages_are_swept_with_what_became_of_them(pool: Pool) -> None:
    async with receiver() as house:
        mine, _ = await subscribe(pool, house.url)
        for bell in ("old", "new"):
            await ring(pool, bell)
        await pool.execute(
            "UPDATE webhook_messages SET created_at = now() - interval '31 days' WHERE body LIKE '%old%'"
        )
        assert await deliveries.sweep(pool) == 1
        assert len(await found(pool, mine)) == 1
