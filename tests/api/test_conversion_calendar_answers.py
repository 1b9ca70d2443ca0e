"""What customers' calendars answer to invitations stands on the meeting, and a no is somebody's work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from services.chassis.mail import rows
from services.conversion.actions.mail_checks import why_not
from tests.api.test_conversion_answered_mails import ADDRESS, Post, post
from tests.fixtures.tier_2 import in_days, whose

__all__ = ["post"]
OUTLOOK = "-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN"
GOOGLE = "-//Google Inc//Google Calendar 70.9054//EN"


async def invited(post: Post) -> tuple[dict[str, Any], dict[str, Any], str, Calendar]:
    """A deal with a meeting: both, where its invitation is answered, and the entry that the customer has got."""
    deal = await post.deal()
    path = f"/v1/deals/{deal['id']}"
    read = await post.tier.http.get(f"{path}/contact", headers=whose("anna"))
    headers = {**whose("anna"), "If-Match": read.headers["ETag"]}
    card = {"contact_name": "Olena", "email": ADDRESS}
    answer = await post.tier.http.patch(f"{path}/contact", json=card, headers=headers)
    assert answer.status_code == 200, answer.text
    body = {"starts_at": in_days(3), "outside_hours": True}
    meeting = await post.tier.post(f"{path}/meetings", body, "anna", status=201)
    await post.sender.send_due(post.tier.pool)
    mail = next(mail for mail in post.server.mails if mail["To"] == ADDRESS)
    return deal, meeting, str(mail["Reply-To"]), _entry(mail)


def _entry(mail: Any) -> Calendar:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return Calendar.from_ical(part.get_payload(decode=True))


def answers(
    entry: Calendar, to: str, status: str, *, words: str = "", method: str = "REPLY", prodid: str = OUTLOOK,
    **changes: Any,
) -> bytes:  # fmt: skip
    """As a calendar program answers: the entry it got, with what its owner has chosen."""
    event = entry.walk("VEVENT")[0].copy()
    event.subcomponents = []
    attendee = entry.walk("VEVENT")[0]["ATTENDEE"]
    attendee.params["PARTSTAT"] = status
    event["ATTENDEE"] = attendee
    moment = changes.pop("at", datetime.now(UTC))
    for name, value in {"dtstamp": moment, **changes}.items():
        event.pop(name, None)
        event.add(name, value)
    calendar = Calendar()
    calendar.add("prodid", prodid)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ADDRESS, to, f"{status.capitalize()}: Meeting"
    mail["Message-ID"] = f"<{status}-{moment.timestamp()}@customer.example>"
    mail.set_content(words)
    mail.add_alternative(
        calendar.to_ical(), maintype="text", subtype="calendar", params={"method": method, "charset": "utf-8"}
    )
    return mail.as_bytes()


async def shown(post: Post, meeting: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await post.tier.get(f"/v1/meetings/{meeting['id']}", "anna"))["customer_answer"]
    return found


async def work(post: Post) -> list[str]:
    found = await post.tier.get("/v1/reminders", "anna")
    return [one["text"] for one in found["items"] if one["kind"] == "reply"]


@pytest.mark.parametrize("status", ["ACCEPTED", "TENTATIVE"])
async def test_a_yes_or_a_maybe_stands_on_the_meeting_and_is_nobodys_work(post: Post, status: str) -> None:
    deal, meeting, to, entry = await invited(post)
    await post.comes(answers(entry, to, status), to)
    assert (await shown(post, meeting) or {})["answer"] == status.lower()
    assert [one["kind"] for one in await post.told(deal)] == [f"mail_{status.lower()}"]
    assert await work(post) == []


async def test_a_no_is_work_with_its_words_and_no_reminder_follows(post: Post) -> None:
    deal, meeting, to, entry = await invited(post)
    await post.comes(answers(entry, to, "DECLINED", words="We have nobody here that day."), to)
    assert (await shown(post, meeting) or {})["answer"] == "declined"
    [text] = await work(post)
    assert text.startswith("they do not come to the meeting of ") and text.endswith("We have nobody here that day.")
    assert [one["kind"] for one in await post.told(deal)] == ["mail_declined"]
    async with post.tier.pool.acquire() as conn:
        [reminder, *_] = await conn.fetch(
            "SELECT id FROM mails WHERE key LIKE $1", f"meeting:{meeting['id']}:reminder%"
        )
        assert await why_not(conn, await rows.get(conn, reminder["id"])) == "they have said that they do not come"


async def test_another_time_that_they_ask_for_is_shown_and_a_new_time_asks_anew(post: Post) -> None:
    _, meeting, to, entry = await invited(post)
    wished = datetime.fromisoformat(meeting["starts_at"]).replace(microsecond=0) + timedelta(days=1)
    raw = answers(entry, to, "TENTATIVE", method="COUNTER", dtstart=wished, dtend=wished + timedelta(hours=1))
    await post.comes(raw, to)
    answer = await shown(post, meeting) or {}
    assert (answer["answer"], datetime.fromisoformat(answer["proposed_at"])) == ("counter", wished)
    assert "they ask for another time" in (await work(post))[0]
    body = {"starts_at": wished.isoformat(), "outside_hours": True}
    await post.tier.post(f"/v1/meetings/{meeting['id']}/reschedule", body, "anna")
    assert await shown(post, meeting) is None


async def test_an_answer_to_the_time_before_or_an_older_one_changes_nothing(post: Post) -> None:
    _, meeting, to, entry = await invited(post)
    at = datetime.now(UTC)
    await post.comes(answers(entry, to, "ACCEPTED", at=at), to)
    await post.comes(answers(entry, to, "TENTATIVE", at=at - timedelta(hours=1)), to)
    assert (await shown(post, meeting) or {})["answer"] == "accepted"
    body = {"starts_at": in_days(4), "outside_hours": True}
    await post.tier.post(f"/v1/meetings/{meeting['id']}/reschedule", body, "anna")
    await post.comes(answers(entry, to, "ACCEPTED", at=at + timedelta(hours=1)), to)
    assert await shown(post, meeting) is None


async def test_what_google_writes_for_them_is_no_letter_and_what_they_write_is_one(post: Post) -> None:
    deal, meeting, to, entry = await invited(post)
    said = "Olena has accepted this invitation.\n\nMeeting\nThursday\n"
    await post.comes(answers(entry, to, "ACCEPTED", words=said, prodid=GOOGLE), to)
    assert await work(post) == []
    await post.comes(answers(entry, to, "ACCEPTED", words="Yes, and bring the contract.", at=datetime.now(UTC)), to)
    assert (await work(post))[0].endswith(": Yes, and bring the contract.")
    assert (await shown(post, meeting) or {})["answer"] == "accepted"
    assert len(await post.told(deal)) == 2


async def test_an_answer_about_somebody_elses_meeting_moves_nothing(post: Post) -> None:
    _, meeting, _, entry = await invited(post)
    other = await post.tier.accepted("anna")
    to, _ = await post.sent(other["lead_id"], to="eve@elsewhere.example")
    await post.comes(answers(entry, to, "DECLINED"), to)
    assert await shown(post, meeting) is None
