"""How long a refused mail waits for its next try."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.mail.rows import GIVE_UP_AFTER, MAX_ATTEMPTS
from services.chassis.mail.sender import backoff

HOURS = timedelta(hours=1)


def test_pauses_double_up_to_the_longest_which_is_reached_before_somebody_is_told() -> None:
    pauses = [min(backoff(attempts) for _ in range(50)) for attempts in range(1, MAX_ATTEMPTS)]
    assert timedelta(minutes=1) <= pauses[0] < timedelta(minutes=2)
    assert pauses == sorted(pauses[:9]) + pauses[9:]
    assert sum(pause >= 6 * HOURS for pause in pauses) >= 2
    assert max(backoff(MAX_ATTEMPTS - 1) for _ in range(50)) <= 6 * HOURS * 1.2


def test_all_tries_take_a_day_and_no_longer_than_a_mail_is_kept() -> None:
    longest = sum((max(backoff(attempts) for _ in range(50)) for attempts in range(1, MAX_ATTEMPTS)), timedelta())
    assert 20 * HOURS < longest < 26 * HOURS < GIVE_UP_AFTER
