"""Replies in many languages and of many programs: what is new in them, and which of them ask for no more mail."""

from __future__ import annotations

import io
from email.header import Header

import pytest

from services.chassis.mail.inbound.read import readings
from services.chassis.mail.inbound.reading import Reading

OURS = "\n\nDear Olena,\nif you want no more of our mail, answer:\nSTOP\n"
MARKED = "\n\n> Dear Olena,\n> if you want no more of our mail, answer:\n> STOP\n"


def read(
    body: str, *, subject: str = "Re: Rates", head: str = "", kind: str = "text/plain; charset=utf-8", charset: str = ""
) -> Reading:
    top = (
        f"From: Olena <olena@buyer.example>\r\nSubject: {Header(subject, 'utf-8').encode()}\r\nMIME-Version: 1.0\r\n"
        f"{head}Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    *_, last = readings(io.BytesIO(top.encode() + body.encode(charset or "utf-8")))
    return Reading.model_validate(last)


ANNOUNCED = [
    "On Mon, Nov 3, 2026 at 10:00 AM Max Bond <max@x.example> wrote:",
    "On Mon, Nov 3, 2026 at 10:00 AM Max Bond of the Long House of Freight\n<reply+c0123@in.example.org> wrote:",
    "пн, 3 лист. 2026 р. о 10:00 Max Bond <max@x.example> пише:",
    "пн, 3 нояб. 2026 г. в 10:00, Max Bond <max@x.example>:",
    "pon., 3 lis 2026 o 10:00 Max Bond <max@x.example> napisał(a):",
    "Am Mo., 3. Nov. 2026 um 10:00 Uhr schrieb Max Bond <max@x.example>:",
    "Max Bond <max@x.example> schrieb am Mo., 3. Nov. 2026, 10:00:",
    "Le lun. 3 nov. 2026 à 10:00, Max Bond <max@x.example> a écrit :",
    "El lun, 3 nov 2026 a las 10:00, Max Bond (<max@x.example>) escribió:",
    "Il giorno lun 3 nov 2026 alle ore 10:00 Max Bond <max@x.example> ha scritto:",
    "În lun., 3 nov. 2026 la 10:00, Max Bond <max@x.example> a scris:",
    "po 3. 11. 2026 v 10:00 odesílatel Max Bond <max@x.example> napsal:",
    '3 листопада 2026, 10:00:13, від "Max Bond" <max@x.example>:',
    "Понедельник, 3 ноября 2026, 10:00 +02:00 от Max Bond <max@x.example>:",
    '03.11.2026, 10:00, "Max Bond" <max@x.example>:',
    "From: Max <max@x.example>\nSent: Monday, November 3, 2026 10:00\nTo: Olena\nSubject: Rates",
    "*Від:* Max <max@x.example>\n*Надіслано:* 3 листопада 2026 р. 10:00\n*Кому:* Olena\n*Тема:* Rates",
    "Da: Max <max@x.example>\nInviato: lunedì 3 novembre 2026 10:00\nA: Olena\nOggetto: Rates",
    "De la: Max <max@x.example>\nTrimis: luni, 3 noiembrie 2026 10:00\nCătre: Olena\nSubiect: Rates",
    "De: Max <max@x.example>\nEnviado el: lunes, 3 de noviembre de 2026 10:00\nPara: Olena\nAsunto: Rates",
    'Gesendet: Montag, 3. November 2026 um 10:00 Uhr\nVon: "Max" <max@x.example>\nAn: olena@buyer.example',
    "Begin forwarded message:",
]


@pytest.mark.parametrize("announced", ANNOUNCED)
def test_a_stop_that_is_only_quoted_stops_nothing_in_any_language(announced: str) -> None:
    found = read(f"Yes, two trucks.\n\n{announced}{OURS}")
    assert (found.kind, found.text) == ("reply", "Yes, two trucks.")


@pytest.mark.parametrize(
    "announced", ["Am 03.11.2026 um 10:00 schrieb Max Bond:", "03.11.26 10:00, Max Bond пише:", "2026-11-03 10:00 Max:"]
)
def test_a_marked_quotation_needs_no_address(announced: str) -> None:
    assert read(f"Yes, two trucks.\n\n{announced}{MARKED}").text == "Yes, two trucks."


def test_ones_own_line_right_above_the_announcement_is_kept() -> None:
    assert read(f"10:30 is fine\n{ANNOUNCED[0]}{MARKED}").text == "10:30 is fine"


def test_lines_of_ones_own_with_colons_are_no_quotation() -> None:
    said = "Our data:\nPhone: +380441234567\nPerson: Olena\nGoods: grain, 20 t"
    assert read(said).text == said


QUOTED_HTML = [
    '<div class="gmail_attr">пн, 3 лист. 2026 р. о 10:00 Max:<br></div><blockquote>Dear<br>STOP</blockquote>',
    '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Lähettäjä:</b> Max</div><div>STOP</div>',
    '<div class="moz-cite-prefix">Am 3. November schrieb Max:</div><blockquote type="cite">STOP</blockquote>',
    '<div class="yahoo_quoted"><div>Max wrote</div><div>STOP</div></div>',
    '<div class="protonmail_quote">On Monday Max wrote:<br><blockquote>STOP</blockquote></div>',
    '<span><em>3 листопада 2026, 10:00, від "Max" &lt;m@x.example&gt;</em>:</span><blockquote>STOP</blockquote>',
    '<pre class="moz-signature">-- \nOlena\nSTOP</pre>',
    '<div style="visibility: hidden">STOP</div>',
]


@pytest.mark.parametrize("quoted", QUOTED_HTML)
def test_a_reply_in_html_alone_is_read_without_what_its_program_quotes(quoted: str) -> None:
    found = read(f"<p>Yes, two trucks.</p>{quoted}", kind="text/html; charset=utf-8")
    assert (found.kind, found.text) == ("reply", "Yes, two trucks.")


def test_a_mail_that_is_passed_on_as_a_file_says_nothing_for_the_sender() -> None:
    passed_on = (
        "--b\nContent-Type: text/plain\n\nSee what they wrote to me.\n--b\nContent-Type: message/rfc822\n\n"
        "From: a@b.example\nSubject: x\n\nSTOP\n--b--\n"
    )
    found = read(passed_on, kind="multipart/mixed; boundary=b")
    assert (found.kind, found.text) == ("reply", "See what they wrote to me.")
    assert [file.media_type for file in found.files] == ["message/rfc822"]


@pytest.mark.parametrize(
    ("claimed", "written", "text"),
    [
        ("windows-1251", "utf-8", "Так, прошу"),
        ("us-ascii", "cp1251", "Так, прошу"),
        ("iso-8859-1", "cp1252", "\u201cYes\u201d \u2013 ok"),
        ("gb2312", "gbk", "\u9555"),
        ("cp-850", "cp850", "schön"),
        ("iso-8859-8-i", "iso-8859-8", "\u05e9\u05dc\u05d5\u05dd"),
        ("koi8-u", "koi8-u", "Так, прошу"),
        ("utf-7", "utf-7", "Так"),
    ],
)
def test_a_charset_is_read_as_it_is_meant(claimed: str, written: str, text: str) -> None:
    assert read(text, kind=f"text/plain; charset={claimed}", charset=written).text == text


@pytest.mark.parametrize(
    "said",
    ["Не пишіть більше", "Прошу видалити мою адресу з розсилки", "Більше не турбуйте", "Прошу не писати",
     "Please take me off your mailing list", "Remove me from this list", "Please stop writing to me", "Opt-out",
     "Please don\u2019t send me any more emails", "STOP STOP STOP", "\uff33\uff34\uff2f\uff30", "ST\u041eP",
     "Bitte nehmen Sie mich aus dem Verteiler", "Keine Werbung mehr", "Bitte keine weiteren E-Mails",
     "Proszę mnie usunąć z listy", "Nie piszcie do mnie więcej", "Wypisz mnie z listy", "Больше не пишите мне",
     "Не присылайте больше писем", "Merci de me désinscrire", "Cancelar suscripción", "Disiscrivimi", "Dezabonare",
     "Odhlaste mě"],
)  # fmt: skip
def test_a_wish_for_no_more_mail_is_understood_in_ten_languages(said: str) -> None:
    assert read(f"Good day,\n{said}.\nOlena{MARKED}").kind == "stop"


@pytest.mark.parametrize(
    "said",
    ["Stop the shipment to Lviv", "Take me with you", "Remove the second line", "Не надсилайте вантаж у п'ятницю",
     "Не телефонуйте до обіду", "Keine Eile", "Nie wysyłajcie ciężarówki", "No more questions", "Cancellazione",
     "Do not send the truck"],
)  # fmt: skip
def test_a_wish_for_something_else_is_a_letter(said: str) -> None:
    assert read(said).kind == "reply"


@pytest.mark.parametrize(
    "head",
    ["Return-Path: <>\r\n", "Auto-Submitted: auto-replied (vacation)\r\n", "X-FC-MachineGenerated: true\r\n",
     "X-POST-MessageClass: 9; Autoresponder\r\n", "Precedence: auto_reply\r\n", "X-Autorespond: Rates\r\n"],
)  # fmt: skip
def test_a_program_is_known_by_its_head(head: str) -> None:
    assert read("Дякую за лист. Я у відпустці.", head=head).kind == "automatic"


def test_a_person_may_say_that_no_program_sent_it() -> None:
    assert read("Two trucks.", head="Auto-Submitted: no (really)\r\n").kind == "reply"


@pytest.mark.parametrize(
    "subject",
    ["I am out of the office until 5 December", "Out-of-Office Re: Rates", "OOO: Re: Rates", "Не в офісі: Re: Rates",
     "Повідомлення про відсутність: Rates", "Vacation: Re: Rates", "Respuesta automática: Rates",
     "Automatická odpověď: Rates", "Automatisch antwoord: Rates"],
)  # fmt: skip
def test_a_program_is_known_by_its_subject(subject: str) -> None:
    assert read("...", subject=subject).kind == "automatic"
