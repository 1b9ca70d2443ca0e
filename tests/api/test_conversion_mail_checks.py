"""Mails that wait are looked at once more before they go: what is of no use any more is taken back, with the reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.auth import Principal
from services.chassis.db import new_id
from services.chassis.errors import Conflict
from services.chassis.mail.sender import Sender
from services.conversion.actions import mails
from services.conversion.actions.deal_mails import withdraw_mail, write_mail
from services.conversion.actions.mail_checks import why_not
from services.conversion.repository import deals
from services.conversion.schemas.mails import WrittenMail
from tests.fixtures.http import make_settings
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.smtp import MailServer, mail_server
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, tier_2
from workflows.contracts.base import ContactCard, Tier
from workflows.contracts.conversion import CloseDeal, Stage

ANNA = Principal(tier=Tier.CONVERSION, role="manager", person="anna")


@dataclass
class Post:
    """The tier, the sender of its worker, and a mail server."""

    tier: Tier2
    server: MailServer
    sender: Sender

    async def deal(self) -> dict[str, Any]:
        lead_id = new_id()
        card = ContactCard(lead_id=lead_id, company="Вітер", email="olena@customer.example", language="en")
        return await self.tier.accepted("anna", hand_over(lead_id, contact=card))

    async def letter(self, deal: dict[str, Any], subject: str = "Our price list") -> str:
        async with self.tier.pool.acquire() as conn, conn.transaction():
            found = await deals.get(conn, deal["id"], lock=True)
            return await write_mail(conn, found, ANNA, WrittenMail(subject=subject, body="Here it is.", template=None))

    async def take_back(self, deal: dict[str, Any], mail_id: str) -> None:
        async with self.tier.pool.acquire() as conn, conn.transaction():
            await withdraw_mail(conn, deal["id"], mail_id, ANNA)

    async def meeting(self, deal: dict[str, Any], days: int = 3) -> dict[str, Any]:
        at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        return await self.tier.post(f"/v1/deals/{deal['id']}/meetings", {"starts_at": at}, "anna", status=201)

    async def send(self) -> list[str]:
        """Send what is due; the subjects that arrived with it."""
        before = len(self.server.mails)
        while await self.sender.send_due(self.tier.pool):
            pass
        return [str(mail["Subject"]) for mail in self.server.mails[before:]]

    async def became(self, deal: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
        """State and reason of each of a lead's mails, by subject."""
        found = (await self.tier.get("/v1/mails", lead_id=deal["lead_id"], limit=100))["items"]
        return {mail["subject"]: (mail["state"], mail["withdrawn_why"]) for mail in found}


@pytest_asyncio.fixture
async def post(fresh_database: FreshDatabase) -> AsyncIterator[Post]:
    dsn = await fresh_database("mail_checks", tier=Tier.CONVERSION, policy="demo")
    async with tier_2(dsn) as tier, mail_server() as server:
        await tier.manager("anna")
        settings = make_settings(dsn, smtp_host="127.0.0.1", smtp_port=server.port, smtp_tls="none")
        yield Post(tier, server, Sender(settings, mails.on_trouble, why_not=why_not))


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"reason": "price", "code": "not_ours"}, "the deal was lost"),
        ({"reason": "price", "code": "price"}, "the deal was put to sleep"),
    ],
)
async def test_when_the_server_returns_a_lost_deals_mails_are_not_sent(
    post: Post, asked: dict[str, Any], why: str
) -> None:
    deal = await post.deal()
    await post.letter(deal)
    await post.tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, "anna")
    offer = await post.tier.post(f"/v1/deals/{deal['id']}/offers", {"lines": [LINE]}, "anna", status=201)
    await post.tier.post(f"/v1/offers/{offer['id']}/send", {}, "anna")
    await post.meeting(deal)
    await post.tier.post(f"/v1/deals/{deal['id']}/lose", asked, "anna")
    # Seen at once, not only when its turn comes.
    became = await post.became(deal)
    assert became["Our price list"] == ("withdrawn", why)
    assert {state for state, _ in became.values()} == {"withdrawn", "queued"}
    [sent] = await post.send()
    assert sent.startswith("Cancelled"), "only that they do not meet"


async def test_it_is_the_sender_that_looks_whoever_ended_the_deal(post: Post) -> None:
    deal = await post.deal()
    await post.letter(deal)
    await post.tier.pool.execute(
        "UPDATE deals SET stage = 'lost', stage_since = now(), closed_at = now() WHERE id = $1", deal["id"]
    )
    assert await post.send() == []
    assert (await post.became(deal))["Our price list"] == ("withdrawn", "the deal was lost")
    # A letter to somebody whose deal is lost already is meant.
    await post.letter(deal, "Thank you all the same")
    assert await post.send() == ["Thank you all the same"]


async def test_a_mail_that_cannot_be_judged_holds_up_no_others(post: Post) -> None:
    deal = await post.deal()
    await post.letter(deal, "First")
    await post.letter(deal, "Second")
    await post.tier.pool.execute("UPDATE mails SET key = 'deal:none:1' WHERE subject = 'First'")
    assert await post.send() == ["Second"]
    assert (await post.became(deal))["First"] == ("queued", None)


async def test_an_offer_that_another_one_replaced_is_not_mailed(post: Post) -> None:
    deal = await post.deal()
    path = f"/v1/deals/{deal['id']}"
    await post.tier.post(f"{path}/qualify", FACTS, "anna")
    first = await post.tier.post(f"{path}/offers", {"lines": [LINE]}, "anna", status=201)
    await post.tier.post(f"/v1/offers/{first['id']}/send", {}, "anna")
    second = await post.tier.post(f"{path}/offers", {"lines": [LINE]}, "anna", status=201)
    assert await post.send() == []
    await post.tier.post(f"/v1/offers/{second['id']}/send", {}, "anna")
    assert len(await post.send()) == 1
    reasons = {why for _, why in (await post.became(deal)).values()}
    assert "the offer is superseded" in reasons


async def test_of_a_meeting_that_was_moved_twice_only_the_last_time_is_mailed(post: Post) -> None:
    deal = await post.deal()
    meeting = await post.meeting(deal)
    for days in (4, 5):
        at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        await post.tier.post(f"/v1/meetings/{meeting['id']}/reschedule", {"starts_at": at}, "anna")
    [sent] = await post.send()
    assert sent.startswith("New time")
    why = [why for state, why in (await post.became(deal)).values() if state == "withdrawn" and why]
    assert "a later invitation to the meeting goes out" in why


async def test_an_invitation_to_a_meeting_that_is_cancelled_or_over_is_not_mailed(post: Post) -> None:
    for state in ("cancelled", "held"):
        deal = await post.deal()
        meeting = await post.meeting(deal)
        await post.tier.pool.execute("UPDATE meetings SET state = $2 WHERE id = $1", meeting["id"], state)
        assert await post.send() == []


async def test_a_mail_that_was_handed_over_and_then_taken_back_says_both(post: Post) -> None:
    deal = await post.deal()
    mail_id = await post.letter(deal)

    post.server.while_taking = lambda: post.take_back(deal, mail_id)
    assert await post.send() == ["Our price list"]
    mail = await post.tier.get(f"/v1/mails/{mail_id}")
    assert mail["state"] == "sent"
    assert mail["withdrawn_at"] < mail["sent_at"]
    # What arrived can still come back.
    assert (await post.tier.post(f"/v1/mails/{mail_id}/bounced", {"reason": "550"}))["state"] == "bounced"


async def test_a_mail_that_went_out_says_when_if_somebody_takes_it_back_afterwards(post: Post) -> None:
    deal = await post.deal()
    mail_id = await post.letter(deal)
    await post.send()
    with pytest.raises(Conflict, match="went out at") as refused:
        await post.take_back(deal, mail_id)
    sent_at = (await post.tier.get(f"/v1/mails/{mail_id}"))["sent_at"]
    assert refused.value.detail["sent_at"][:16] == sent_at[:16]


async def test_what_is_taken_back_while_the_server_refuses_it_stays_taken_back(post: Post) -> None:
    deal = await post.deal()
    mail_id = await post.letter(deal)
    post.server.answers = ["550 no such mailbox"]
    post.server.while_taking = lambda: post.take_back(deal, mail_id)
    await post.send()
    mail = await post.tier.get(f"/v1/mails/{mail_id}")
    assert (mail["state"], mail["sent_at"]) == ("withdrawn", None)
    assert await post.tier.work(deal["lead_id"], "mail") == []


async def test_who_does_not_want_to_be_contacted_gets_no_letter_even_one_written_after_the_end(post: Post) -> None:
    deal = await post.deal()
    await post.tier.post(f"/v1/deals/{deal['id']}/lose", {"reason": "price", "code": "not_ours"}, "anna")
    await post.letter(deal, "Thank you all the same")
    request = CloseDeal(
        key="dnc", lead_id=deal["lead_id"], stage=Stage.LOST, reason="do not call", register_stage="do_not_call"
    )
    await post.tier.activities.close_deal(request)
    assert await post.send() == []
    assert (await post.became(deal))["Thank you all the same"] == ("withdrawn", "they do not want to be contacted")
