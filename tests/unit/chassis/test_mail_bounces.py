"""What servers say of a mail that they did not deliver, and whether its address is still a good one."""

from __future__ import annotations

import io
from base64 import b64encode

import pytest

from services.chassis.mail.inbound.read import readings
from services.chassis.mail.inbound.reading import Reading

TOKEN = "0123456789abcdef0123456789abcdef"
TOP = f"From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: reply+c{TOKEN}@in.example.org\n"
PERMANENT = "This is a permanent error. The following address(es) failed:\n\n  o@b.example\n"


def read(content: str) -> Reading:
    *_, last = readings(io.BytesIO(content.encode()))
    return Reading.model_validate(last)


def report(recipient: str, *, media_type: str = "message/delivery-status", encoding: str = "") -> str:
    return (
        f"{TOP}Subject: Undelivered\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        f"sorry\n--b\nContent-Type: {media_type}\n{encoding}\n{recipient}\n--b\nContent-Type: text/rfc822-headers\n\n"
        "Message-ID: <0192-a@leadrelay>\n--b--\n"
    )


def refused(status: str, said: str) -> str:
    return report(
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; o@b.example\nAction: failed\n"
        f"Status: {status}\nDiagnostic-Code: smtp; {said}\n"
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.0.0", "550 Your IP is blacklisted at zen.spamhaus.org"),
        ("5.0.0", "554 Message rejected as spam"),
        ("5.0.0", "552 Mailbox quota exceeded"),
        ("5.5.0", "552-5.2.2 The account that you tried to reach is over quota"),
        ("5.2.2", "552 5.2.2 Mailbox full"),
        ("5.4.7", "554 5.4.7 Delivery expired (message too old)"),
        ("5.4.300", "550 5.4.300 Message expired"),
        ("5.4.6", "554 5.4.6 mail loops back to myself"),
        ("5.4.14", "554 5.4.14 Hop count exceeded"),
        ("5.3.2", "521 5.3.2 system not accepting network messages"),
        ("5.5.1", "503 5.5.1 bad sequence of commands"),
        ("5.1.8", "553 5.1.8 Sender address rejected: Domain not found"),
        ("5.1.7", "550 5.1.7 invalid sender"),
        ("5.7.26", "550-5.7.26 unauthenticated"),
        ("5.7.1", "554 5.7.1 blocked by policy"),
    ],
)
def test_a_refusal_of_the_mail_says_nothing_against_the_address(status: str, said: str) -> None:
    found = read(refused(status, said))
    assert found.kind == "bounce"
    assert found.bounce is not None and not found.bounce.dead


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.1.1", "550 5.1.1 User unknown"),
        ("5.1.6", "551 5.1.6 mailbox has moved"),
        ("5.2.1", "550 5.2.1 The email account is disabled"),
        ("5.4.4", "Host or domain name not found"),
        ("5.0.0", "550 No such user here"),
        ("5.7.1", "550 5.7.1 Recipient unknown"),
        ("5.4.1", "550 5.4.1 Recipient address does not exist"),
    ],
)
def test_a_mailbox_that_is_not_there_is_dead(status: str, said: str) -> None:
    found = read(refused(status, said)).bounce
    assert found is not None and found.dead


RECIPIENT = "Final-Recipient: rfc822; o@b.example\nAction: failed\nStatus: 5.1.1\n"


@pytest.mark.parametrize(
    "content",
    [
        report(f"Reporting-MTA: dns; mx\n\n{RECIPIENT}", media_type="message/global-delivery-status"),
        report(
            b64encode(f"Reporting-MTA: dns; mx\n\n{RECIPIENT}".encode()).decode(),
            encoding="Content-Transfer-Encoding: base64\n",
        ),
        report("Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; o@b.example\nStatus: 5.1.1\n"),
        report(RECIPIENT.replace("failed", "Failed (delivery)")),
        report(f"Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0\n\n{RECIPIENT}"),
    ],
    ids=["international", "encoded", "no action", "comment", "one of two"],
)
def test_a_report_is_understood_however_a_server_writes_it(content: str) -> None:
    found = read(content)
    assert (found.kind, found.token) == ("bounce", TOKEN)
    assert found.bounce is not None and found.bounce.dead


@pytest.mark.parametrize(
    ("said", "dead", "status"),
    [
        ("host mx.b.example [1.2.3.4]\n    550 5.1.1 User unknown", True, "5.1.1"),
        ("host mx.b.example [5.1.1.4]\n    retry timeout exceeded", False, None),
        ("host mx.b.example [1.2.3.4]\n    552 mailbox is over quota", False, None),
        ("host mx.b.example [1.2.3.4]\n    450 4.2.0 greylisted", False, "4.2.0"),
    ],
)
def test_a_servers_own_words_are_read_and_its_number_is_no_status(said: str, dead: bool, status: str | None) -> None:
    found = read(f"Return-Path: <>\nX-Failed-Recipients: o@b.example\n{TOP}Subject: failed\n\n{PERMANENT}    {said}\n")
    assert found.bounce is not None
    assert (found.kind, found.bounce.dead, found.bounce.status) == ("bounce", dead, status)


def test_a_person_who_passes_a_bounce_on_has_written_a_letter() -> None:
    content = (
        f"From: Olena <o@b.example>\nTo: reply+c{TOKEN}@in.example.org\nSubject: Re: x\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: text/plain\n\nWhat is this?\n--q\n"
        f"Content-Type: message/rfc822\n\n{refused('5.1.1', '550 User unknown')}\n--q--\n"
    )
    found = read(content)
    assert (found.kind, found.bounce, found.text) == ("reply", None, "What is this?")
