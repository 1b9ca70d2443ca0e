"""What leads answer by mail reaches a person, stops what it must, and opts out whoever asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.mail import NewMail, queue_mail
from services.chassis.mail.inbound.inbox import Inbox
from services.chassis.mail.reply_address import Answers
from services.chassis.mail.sender import Sender
from services.conversion.actions import mails
from services.conversion.actions.answered_mails import EARS
from tests.fixtures.http import make_settings
from tests.fixtures.inbound_mail import REPLY_ADDRESS, hand_over, letter, sample
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.smtp import MailServer, mail_server
from tests.fixtures.tier_2 import Tier2, tier_2, whose
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier
from workflows.contracts.erasure import ErasePerson

ADDRESS = "olena@customer.example"
PLAYBOOK = {
    "main": [
        {"id": "ring", "kind": "call", "text": "Ring"},
        {"id": "again", "kind": "call", "text": "Ring again", "after": "P3D"},
    ],
}


@dataclass
class Post:
    """The tier, what it sends, and what comes back."""

    tier: Tier2
    server: MailServer
    sender: Sender
    inbox: Inbox

    async def sent(self, lead_id: str | None, **changes: Any) -> tuple[str, str]:
        """A mail of ours has gone out: its Reply-To and its Message-ID."""
        values = {"purpose": "playbook", "to": ADDRESS, "subject": "Rates", "text": "Good day", **changes}
        number = len(self.server.mails)
        async with self.tier.pool.acquire() as conn:
            await queue_mail(conn, NewMail(key=f"test:{lead_id}:{number}", lead_id=lead_id, **values))
        await self.sender.send_due(self.tier.pool)
        mail = self.server.mails[-1]
        return str(mail["Reply-To"]), str(mail["Message-ID"])

    async def comes(self, raw: bytes, to: str, *, keep: bool = False) -> None:
        """A mail comes in, twice as servers do, and is read."""
        for _ in range(2):
            answer = await hand_over(self.tier.http, raw, to, keep=keep)
            assert answer.status_code == 200, answer.text
        await self.inbox.read_new(self.tier.pool)

    async def deal(self) -> dict[str, Any]:
        """A deal of Anna's, with a playbook at work."""
        deal = await self.tier.accepted("anna")
        await self.tier.post(f"/v1/deals/{deal['id']}/playbook", {"name": "letters"}, "anna", status=201)
        return deal

    async def told(self, deal: dict[str, Any]) -> list[dict[str, Any]]:
        timeline = (await self.tier.get(f"/v1/deals/{deal['id']}"))["timeline"]
        return [entry for entry in timeline if entry["kind"].startswith("mail_")]

    async def playbook(self, deal: dict[str, Any]) -> str:
        [run] = (await self.tier.get(f"/v1/deals/{deal['id']}/playbooks", "anna"))["items"]
        return str(run["state"])

    async def reports(self, activity: str) -> list[dict[str, Any]]:
        found = await self.tier.pool.fetch("SELECT payload, start_input FROM outbox WHERE activity = $1", activity)
        return [row["start_input"] or row["payload"] for row in found]


@pytest_asyncio.fixture
async def post(fresh_database: FreshDatabase) -> AsyncIterator[Post]:
    dsn = await fresh_database("conversion_answered", tier=Tier.CONVERSION, policy="demo")
    async with tier_2(dsn, reply_address=REPLY_ADDRESS) as tier, mail_server() as server:
        settings = make_settings(
            dsn, smtp_host="127.0.0.1", smtp_port=server.port, smtp_tls="none", reply_address=REPLY_ADDRESS,
            origin="https://sales.house.example",
        )  # fmt: skip
        answers = Answers(Tier.CONVERSION, "/conversion", ["playbook"])
        await tier.manager("anna", email="anna@house.example")
        await tier.post("/v1/playbooks", {"name": "letters", "body": PLAYBOOK}, status=201)
        yield Post(tier, server, Sender(settings, mails.on_trouble, answers), Inbox(EARS))


async def test_each_mail_has_an_address_of_its_own_that_says_nothing_of_anybody(post: Post) -> None:
    deal = await post.deal()
    first, _ = await post.sent(deal["lead_id"])
    second, _ = await post.sent(deal["lead_id"], reply_to="anna@house.example")
    assert first != second
    assert first.startswith("reply+c") and first.endswith("@in.house.example")
    assert deal["lead_id"].replace("-", "") not in first


async def test_a_reply_stops_the_playbook_and_is_work_with_its_text(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.comes(sample("gmail_reply", to, ours), to)
    assert await post.playbook(deal) == "stopped"
    [work] = [one for one in (await post.tier.get("/v1/reminders", "anna"))["items"] if one["kind"] == "reply"]
    assert work["text"] == "Yes, we ship two trucks a month. Could you call on Thursday?"
    [entry] = await post.told(deal)
    assert entry["kind"] == "mail_answered"
    assert "Could you call on Thursday?" in entry["text"] and "STOP" not in entry["text"]
    await post.tier.post(f"/v1/reminders/{work['item_id']}/done", {}, "anna")


async def test_a_reply_whose_address_was_lost_is_known_by_what_it_answers(post: Post) -> None:
    deal = await post.deal()
    _, ours = await post.sent(deal["lead_id"])
    await post.comes(sample("no_token_but_references", "reply+c0@x", ours), REPLY_ADDRESS)
    assert (await post.told(deal))[0]["text"] == "Please call me."


async def test_a_letter_that_answers_nothing_is_known_by_its_sender(post: Post) -> None:
    deal = await post.deal()
    await post.sent(deal["lead_id"])
    await post.comes(letter("A new question", REPLY_ADDRESS, sender="Olena <OLENA@customer.example>"), REPLY_ADDRESS)
    assert (await post.told(deal))[0]["text"] == "A new question"


async def test_a_colleague_may_answer_and_is_shown(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.comes(sample("colleague_answers", to, ours), to)
    [row] = (await post.tier.get("/v1/inbound-mails", lead_id=deal["lead_id"]))["items"]
    assert (row["sender_name"], row["sender"]) == ("Petro (purchasing)", "petro@customer.example")


@pytest.mark.parametrize("name", ["exchange_out_of_office_german", "gmail_vacation_ukrainian", "ticket_opened"])
async def test_an_out_of_office_is_told_and_stops_nothing(post: Post, name: str) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.comes(sample(name, to, ours), to)
    assert await post.playbook(deal) == "running"
    assert [entry["kind"] for entry in await post.told(deal)] == ["mail_automatic"]
    assert not await post.tier.work(deal["lead_id"], "reply")


async def test_a_bounce_marks_the_address_and_holds_back_what_would_follow(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.comes(sample("postfix_no_such_user", to, ours), to)
    assert len(await post.tier.work(deal["lead_id"], "mail")) == 1
    async with post.tier.pool.acquire() as conn:
        later = await queue_mail(conn, NewMail("later", "meeting", ADDRESS.upper(), "Meeting", "x", deal["lead_id"]))
    assert await post.sender.send_due(post.tier.pool) == 0
    held = await post.tier.get(f"/v1/mails/{later}")
    assert held["state"] == "failed" and "does not work" in held["last_error"] and "5.1.1" in held["last_error"]
    assert len(await post.tier.work(deal["lead_id"], "mail")) == 2
    # Whoever sends it again says that the address works.
    await post.tier.post(f"/v1/mails/{later}/retry", {})
    assert await post.sender.send_due(post.tier.pool) == 1


@pytest.mark.parametrize(("name", "state"), [("postfix_expired", "bounced"), ("mailbox_full", "bounced"),
                                             ("postfix_delayed", "sent"), ("delivered", "sent")])  # fmt: skip
async def test_what_is_no_fault_of_the_address_leaves_it_alone(post: Post, name: str, state: str) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.comes(sample(name, to, ours), to)
    [mail] = (await post.tier.get("/v1/mails", lead_id=deal["lead_id"]))["items"]
    assert mail["state"] == state
    await post.sent(deal["lead_id"])
    assert len(post.server.mails) == 2
    assert await post.playbook(deal) == "running"


async def test_somebody_who_writes_from_an_address_shows_that_it_works(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.comes(sample("postfix_no_such_user", to, ours), to)
    await post.comes(letter("Here I am", to), to)
    await post.sent(deal["lead_id"])
    assert len(post.server.mails) == 2


@pytest.mark.parametrize("name", ["stop", "stop_ukrainian", "stop_by_subject"])
async def test_stop_ends_the_playbook_and_goes_on_the_ledger_with_the_mail_as_proof(post: Post, name: str) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.comes(sample(name, to, ours), to)
    assert await post.playbook(deal) == "stopped"
    [report] = await post.reports("lead_gen.withdraw_consent")
    [inbound] = (await post.tier.get("/v1/inbound-mails", lead_id=deal["lead_id"]))["items"]
    assert report["lead_id"] == deal["lead_id"] and inbound["id"] in report["proof"]
    assert "@" not in str(report)
    # Nothing unasked goes there any more; what was asked for does.
    before = len(post.server.mails)
    async with post.tier.pool.acquire() as conn:
        for purpose in ("playbook", "offer"):
            await queue_mail(conn, NewMail(f"x:{purpose}", purpose, ADDRESS, purpose, "x", deal["lead_id"]))
    await post.sender.send_due(post.tier.pool)
    assert [mail["Subject"] for mail in post.server.mails[before:]] == ["offer"]


async def test_stop_in_the_quoted_mail_stops_nothing(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.comes(sample("gmail_reply_ukrainian", to, ours), to)
    assert not await post.reports("lead_gen.withdraw_consent")


async def test_stop_from_a_sender_that_anybody_could_write_is_left_to_a_person(post: Post) -> None:
    deal = await post.deal()
    await post.sent(deal["lead_id"])
    await post.comes(letter("STOP", REPLY_ADDRESS), REPLY_ADDRESS)
    assert not await post.reports("lead_gen.withdraw_consent")
    assert len(await post.tier.work(deal["lead_id"], "reply")) == 1


async def test_one_press_in_the_mail_program_stops_what_nobody_asked_for(post: Post) -> None:
    deal = await post.deal()
    await post.sent(deal["lead_id"])
    [mail] = post.server.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail["List-Unsubscribe"]).partition("<https://sales.house.example/conversion")[2].rstrip(">")
    assert (await post.tier.http.get(link, headers={"Authorization": ""})).status_code == 200
    assert not await post.reports("lead_gen.withdraw_consent"), "programs look at links"
    for _ in range(2):
        answer = await post.tier.http.post(
            link, content="List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 200, answer.text
    assert len(await post.reports("lead_gen.withdraw_consent")) == 1
    wrong = await post.tier.http.post("/v1/mail-stops/" + "0" * 32)
    assert wrong.status_code == 404


async def test_only_what_nobody_asked_for_offers_to_be_stopped(post: Post) -> None:
    deal = await post.deal()
    await post.sent(deal["lead_id"], purpose="offer")
    assert post.server.mails[0]["List-Unsubscribe"] is None


async def test_a_reply_to_a_lost_deal_still_reaches_a_person(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.tier.post(f"/v1/deals/{deal['id']}/lose", {"reason": "no answer"}, "anna")
    await post.comes(sample("gmail_reply", to, ours), to)
    [work] = await post.tier.work(deal["lead_id"], "reply")
    assert (work["assignee"], work["group_key"]) == (None, "supervisor")
    assert len(await post.told(deal)) == 1


async def test_an_owner_who_is_away_does_not_keep_an_answer_waiting(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.tier.pool.execute(
        """INSERT INTO absences (id, manager, starts_at, ends_at, reason, created_by)
           VALUES (gen_random_uuid(), 'anna', now() - interval '1 hour', now() + interval '5 days', 'ill', 'boss')"""
    )
    await post.comes(sample("gmail_reply", to, ours), to)
    [work] = await post.tier.work(deal["lead_id"], "reply")
    assert work["assignee"] is None


async def test_a_manager_who_answers_their_own_invitation_is_no_customer(post: Post) -> None:
    deal = await post.deal()
    to, _ = await post.sent(deal["lead_id"], to="anna@house.example", purpose="meeting")
    await post.comes(letter("I will be there", to, sender="anna@house.example"), to)
    assert await post.playbook(deal) == "running"
    assert not await post.tier.work(deal["lead_id"], "reply")


async def test_a_yes_to_an_invitation_is_told_and_is_no_work(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"], purpose="meeting")
    await post.comes(sample("meeting_accepted", to, ours), to)
    assert [entry["kind"] for entry in await post.told(deal)] == ["mail_accepted"]


async def test_what_nobody_knows_is_refused_or_set_aside_for_a_person_who_places_it(post: Post) -> None:
    deal = await post.deal()
    raw = letter("Who are you?", REPLY_ADDRESS, sender="stranger@elsewhere.example")
    refused = await hand_over(post.tier.http, raw, REPLY_ADDRESS)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_ours")
    await post.comes(raw, REPLY_ADDRESS, keep=True)
    [aside] = (await post.tier.get("/v1/inbound-mails", state="set_aside"))["items"]
    assert (aside["body"], aside["sender"]) == ("Who are you?", "stranger@elsewhere.example")
    await post.tier.post(f"/v1/inbound-mails/{aside['id']}/place", {"lead_id": deal["lead_id"]})
    assert len(await post.tier.work(deal["lead_id"], "reply")) == 1
    await post.tier.post(f"/v1/inbound-mails/{aside['id']}/dismiss", {}, status=404)


async def test_the_supervisors_day_shows_what_nobody_could_place(post: Post) -> None:
    raw = letter("<b>Who</b> are you?", REPLY_ADDRESS, sender="stranger@elsewhere.example")
    await post.comes(raw, REPLY_ADDRESS, keep=True)
    async with person(post.tier, "boss", "supervisor") as boss:
        page = await boss.look()
        assert "A mail nobody could place: stranger@elsewhere.example: <b>Who</b> are you?" in page
        [aside] = (await post.tier.get("/v1/inbound-mails", state="set_aside"))["items"]
        await boss.press(f"/desk/today/letters/{aside['id']}/done")
        assert "nobody could place" not in await boss.look()


async def test_a_mail_that_breaks_the_reader_is_shown_and_holds_up_no_other(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    bomb = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))
    assert (await hand_over(post.tier.http, b"From: eve@x.example\r\nMessage-ID: <e@x>\r\n" + bomb, to)).is_success
    await post.comes(sample("gmail_reply", to, ours), to)
    rows = (await post.tier.get("/v1/inbound-mails", lead_id=deal["lead_id"]))["items"]
    assert len(rows) == 2
    assert len(await post.tier.work(deal["lead_id"], "reply")) == 2


async def test_nobody_but_the_mail_door_hands_mail_over(post: Post) -> None:
    assert (await hand_over(post.tier.http, b"From: a@b.example\r\n\r\n", "x", secret="wrong")).status_code == 401


async def test_erasing_a_lead_erases_what_they_wrote(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.comes(sample("colleague_answers", to, ours), to)
    await post.comes(sample("postfix_no_such_user", to, ours), to)

    ask = ErasePerson(key="e:1", lead_ids=[deal["lead_id"]], at=datetime.now(UTC), by="boss")
    await post.tier.activities.erase_person(ask)
    for table in ("inbound_mails", "mail_addresses", "timeline", "work_items"):
        rows = await post.tier.pool.fetch(f"SELECT t::text AS row FROM {table} t")
        assert not any("petro" in row["row"] or "olena" in row["row"] for row in rows), table


async def test_addresses_of_those_who_write_are_masked_for_all_but_the_supervisor(post: Post) -> None:
    deal = await post.deal()
    to, ours = await post.sent(deal["lead_id"])
    await post.comes(sample("colleague_answers", to, ours), to)
    [row] = (await post.tier.http.get("/v1/inbound-mails", headers=whose("anna"))).json()["items"]
    assert row["sender"] == "p***@customer.example"
