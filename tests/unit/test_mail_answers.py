"""What the mail catcher sends for a customer is what Leadrelay takes it for."""

from __future__ import annotations

import io
from email.message import EmailMessage
from typing import get_args

import pytest

from leadrelay.mail_answers import Way, answer_of
from services.chassis.mail.inbound.read import readings
from services.chassis.mail.inbound.reading import Reading

TOKEN = "0123456789abcdef0123456789abcdef"
KINDS = {"reply": "reply", "away": "automatic", "stop": "stop", "bounce": "bounce"}


def ours() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "sales@house.example", "olena@customer.example", "Тарифи"
    mail["Reply-To"], mail["Message-ID"] = f"reply+c{TOKEN}@in.house.example", "<1@leadrelay>"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    mail.set_content("Добрий день!\n\nСТОП, якщо не цікаво.\n")
    return mail.as_bytes()


@pytest.mark.parametrize("way", get_args(Way))
def test_an_answer_of_the_mail_catcher_is_read_as_what_it_is(way: Way) -> None:
    *_, last = readings(io.BytesIO(answer_of(ours(), way, "Thursday suits us.")))
    found = Reading.model_validate(last)
    assert (found.kind, found.token) == (KINDS[way], TOKEN)
    assert "<1@leadrelay>" in found.about
    if way == "reply":
        assert found.text == "Thursday suits us."
    if way == "bounce":
        assert found.bounce is not None and found.bounce.dead
