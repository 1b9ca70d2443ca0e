"""Nobody waits in a circle: whoever works on a deal holds it first, and the mails of its lead then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from services.chassis.mail import NewMail, addresses, queue_mail
from services.chassis.mail.inbound.inbox import Inbox
from services.chassis.mail.queue import withdraw_mails
from services.chassis.mail.sender import Sender
from services.conversion.actions import mails
from services.conversion.actions.answered_mails import EARS
from tests.api.test_chassis_editing import WAITING
from tests.api.test_conversion_answered_mails import Post, post
from tests.fixtures.http import make_settings
from tests.fixtures.inbound_mail import hand_over, letter
from tests.fixtures.tier_2 import whose

__all__ = ["post"]


async def _queued(post: Post, deal: dict[str, Any], to: str) -> str:
    async with post.tier.pool.acquire() as conn:
        new = NewMail(
            key=f"deal:{deal['id']}:1", purpose="letter", to=to, subject="x", text="x", lead_id=deal["lead_id"]
        )
        return await queue_mail(conn, new)


async def _beside_a_deal_that_ends(post: Post, deal: dict[str, Any], work: Awaitable[Any]) -> Any:
    """Do this while somebody holds the deal, who takes the lead's mails back as soon as it waits for them."""
    async with post.tier.pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM deals WHERE id = $1 FOR UPDATE", deal["id"])
        doing = asyncio.ensure_future(work)
        async with asyncio.timeout(20):
            while not await conn.fetchval(WAITING):
                await asyncio.sleep(0)
        await withdraw_mails(conn, deal["lead_id"], why="the deal was lost")
    return await doing


async def test_a_mail_that_cannot_be_sent_and_a_deal_that_ends_do_not_wait_for_each_other(post: Post) -> None:
    deal = await post.deal()
    mail_id = await _queued(post, deal, "gone@customer.example")
    async with post.tier.pool.acquire() as conn:
        await addresses.mark(conn, "gone@customer.example", "dead", "550", deal["lead_id"])
    settings = make_settings(post.tier.dsn, smtp_host="127.0.0.1", smtp_port=post.server.port, smtp_tls="none")
    sender = Sender(settings, mails.on_trouble, lead_first=mails.lead_first)
    await _beside_a_deal_that_ends(post, deal, sender.send_due(post.tier.pool))
    assert (await post.tier.get(f"/v1/mails/{mail_id}"))["state"] == "withdrawn"


async def test_an_answer_and_a_deal_that_ends_do_not_wait_for_each_other(post: Post) -> None:
    deal = await post.deal()
    to, _ = await post.sent(deal["lead_id"])
    await _queued(post, deal, "olena@customer.example")
    await hand_over(post.tier.http, letter("Hello", to), to)
    await _beside_a_deal_that_ends(post, deal, Inbox(EARS).read_new(post.tier.pool))
    assert [one["text"] for one in await post.told(deal)] == ["Hello"]


async def test_a_bounce_that_is_typed_in_and_a_deal_that_ends_do_not_wait_for_each_other(post: Post) -> None:
    deal = await post.deal()
    await post.sent(deal["lead_id"])
    mail = (await post.tier.get("/v1/mails", lead_id=deal["lead_id"], state="sent"))["items"][0]
    typed = post.tier.http.post(f"/v1/mails/{mail['id']}/bounced", json={"reason": "550"}, headers=whose())
    answer = await _beside_a_deal_that_ends(post, deal, typed)
    assert (answer.status_code, answer.json()["state"]) == (200, "bounced")
