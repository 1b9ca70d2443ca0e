"""Mails of real programs and servers, as Leadrelay reads them."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from services.chassis.imports import bounded
from services.chassis.imports.cells import FileRefusedError
from services.chassis.mail.inbound.quotes import new_text
from services.chassis.mail.inbound.read import SOURCE, readings
from services.chassis.mail.inbound.reading import Reading
from services.chassis.mail.inbound.stop_words import asks_to_stop

MAILS = Path(__file__).parents[2] / "data" / "mail"
TOKEN = "0123456789abcdef0123456789abcdef"
OURS = "<0192-a@leadrelay>"


def read(name: str) -> Reading:
    return read_bytes((MAILS / f"{name}.eml").read_bytes())


def read_bytes(content: bytes) -> Reading:
    *_, last = readings(io.BytesIO(content))
    return Reading.model_validate(last)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gmail_reply", "Yes, we ship two trucks a month. Could you call on Thursday?"),
        ("gmail_reply_ukrainian", "Доброго дня! Так, цікаво, передзвоніть у четвер."),
        ("outlook_ukrainian_windows1251", "Дякую, обговоримо з директором."),
        ("colleague_answers", "Olena has left, please write to me from now on."),
        ("apple_reply_inline", "Three.\n\nOur director, Ms Zielińska."),
        ("no_token_but_references", "Please call me."),
        ("answer_to_an_out_of_office", "I am back, let us talk."),
        ("person_quotes_a_bounce", "Your last mail came back with 550 5.1.1, I have a new address now."),
        ("stop_in_a_sentence", "Your truck has to stop in Lviv. Please do not stop sending offers."),
    ],
)
def test_a_reply_is_read_without_the_mail_it_answers(name: str, said: str) -> None:
    found = read(name)
    assert (found.kind, found.text) == ("reply", said)


def test_a_reply_in_html_alone_is_read_as_text() -> None:
    found = read("outlook_reply")
    assert found.kind == "reply"
    assert found.text.startswith("Guten Tag,\n\ndas Angebot paßt für uns. Bitte schicken Sie den Vertrag.")
    assert found.text.endswith("Mit freundlichen Grüßen\nKlaus Weber")


@pytest.mark.parametrize(
    "name",
    [
        "exchange_out_of_office_german",
        "gmail_vacation_ukrainian",
        "vacation_without_headers_english",
        "vacation_without_headers_polish",
        "vacation_without_headers_ukrainian",
        "ticket_opened",
        "read_receipt",
        "delivered",
    ],
)
def test_what_a_program_sends_is_nobodys_answer(name: str) -> None:
    assert read(name).kind == "automatic"


@pytest.mark.parametrize(
    "subject", ["Відсутність рахунку", "Urlaubsplanung und Lieferung", "Re: Automatic reply: Rates", "On leaving Lviv"]
)
def test_a_person_may_write_about_absence(subject: str) -> None:
    assert read_bytes(f"From: a@b.example\nSubject: {subject}\n\nHello".encode()).kind == "reply"


@pytest.mark.parametrize("name", ["stop", "stop_ukrainian", "stop_by_subject"])
def test_a_request_for_no_more_mail_is_one(name: str) -> None:
    assert read(name).kind == "stop"


@pytest.mark.parametrize(
    "said",
    ["STOP", "Stop.", "СТОП!", "unsubscribe", "Please unsubscribe me", "відписатися", "Не пишіть", "Bitte abmelden",
     "proszę mnie wypisać", "Будь ласка, відпишіть мене", "Don\u2019t write to me, please"],
)  # fmt: skip
def test_stop_is_understood_in_many_words(said: str) -> None:
    assert asks_to_stop(f"Hello,\n{said}\nOlena")


@pytest.mark.parametrize("said", ["Stop by our office on Friday", "Non-stop delivery, please", "не пишіть дату"])
def test_stop_inside_a_sentence_stops_nothing(said: str) -> None:
    assert not asks_to_stop(said)


@pytest.mark.parametrize(
    ("name", "kind", "dead", "status"),
    [
        ("postfix_no_such_user", "bounce", True, "5.1.1"),
        ("exchange_no_such_user", "bounce", True, "5.1.10"),
        ("exim_no_such_user", "bounce", True, "5.1.1"),
        ("postfix_expired", "bounce", False, "4.4.1"),
        ("mailbox_full", "bounce", False, "5.2.2"),
        ("postfix_delayed", "delayed", False, "4.4.1"),
    ],
)
def test_a_bounce_says_whether_the_address_works(name: str, kind: str, dead: bool, status: str) -> None:
    found = read(name)
    assert found.bounce is not None
    assert (found.kind, found.bounce.dead, found.bounce.status) == (kind, dead, status)


def test_a_bounce_without_a_token_names_our_mail_by_its_message_id() -> None:
    content = (MAILS / "postfix_no_such_user.eml").read_text().replace(f"+c{TOKEN}", "")
    found = read_bytes(content.encode())
    assert found.token is None
    assert OURS in found.about


def test_a_mail_finds_ours_by_its_token_or_by_what_it_answers() -> None:
    assert read("gmail_reply").token == TOKEN
    without = read("no_token_but_references")
    assert without.token is None
    assert without.about[0] == OURS


def test_a_file_is_told_by_name_and_size() -> None:
    [file] = read("with_files").files
    assert (file.name, file.size) == ("договір.pdf", 3000)


def test_a_calendars_yes_to_an_invitation_is_no_letter() -> None:
    assert read("meeting_accepted").kind == "accepted"


def test_no_control_character_survives() -> None:
    found = read_bytes(b"From: =?utf-8?q?A=00B?= <a\x00@b.example>\nSubject: =?utf-8?b?AAA=?=\n\nHi\x00 there\xff\x1b")
    assert not any(ord(one) < 32 for one in found.sender + found.sender_name + found.subject + found.text)
    assert found.text.startswith("Hi there")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"not a mail at all",
        b"From: \xff\xfe\nSubject: =?nonsense?q?=zz?=\nContent-Type: text/plain; charset=klingon\n\n\xe0\xe1",
        b"Content-Type: multipart/mixed; boundary=\n\n--\n",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Transfer-Encoding: base64\n\n!!!!",
        b"Content-Disposition: attachment; filename*=xx'''%zz\n\nx",
        b"From: <a@b.example>, <c@d.example>\nIn-Reply-To: <<<>>>\n\nhi",
    ],
)
def test_a_broken_mail_is_still_read(content: bytes) -> None:
    assert read_bytes(content).kind == "reply"


def _read_apart(content: bytes, tmp_path: Path) -> list[Any]:
    place = tmp_path / "mail"
    place.write_bytes(content)
    found: list[Any] = []
    with place.open("rb") as file, suppress(FileRefusedError):
        found.extend(bounded.items(SOURCE, file))
    return found


@pytest.mark.parametrize(
    "body",
    [
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
        b"X: y\n" * 200_000 + b"\nhello",
        b"Content-Type: text/html\n\n" + b"<div>" * 100_000 + b"hello",
        b"\n" + b"> " * 1_000_000,
        b"\nOn " + b"a " * 500_000 + b"wrote",
    ],
    ids=["nested parts", "headers", "nested html", "quotes", "long line"],
)
def test_a_mail_that_was_made_to_break_the_reader_breaks_nothing_else(body: bytes, tmp_path: Path) -> None:
    found = _read_apart(b"From: eve@b.example\nSubject: hello\n" + body, tmp_path)
    assert Reading.model_validate(found[0]).subject == "hello"


def test_new_text_is_found_in_good_time_whatever_the_text() -> None:
    assert new_text("On Monday wrote\n" * 20_000)
