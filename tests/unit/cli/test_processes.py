"""Jobs that wait for who is not there yet."""

from __future__ import annotations

import time

import asyncpg
import pytest

from leadrelay.cli import processes


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_PAUSE_SECONDS", 0)


class Starting:
    """Answers at the third time."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)

    def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def test_a_job_tries_again_while_nobody_answers() -> None:
    starting = Starting(ConnectionRefusedError(), asyncpg.CannotConnectNowError("is starting up"))
    assert processes._patiently(time.monotonic() + 60, starting) == "done"


def test_a_job_gives_up_when_its_time_is_over() -> None:
    with pytest.raises(ConnectionRefusedError):
        processes._patiently(time.monotonic(), Starting(ConnectionRefusedError()))


def test_a_job_does_not_wait_for_what_waiting_will_not_mend() -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        processes._patiently(time.monotonic() + 60, Starting(asyncpg.InvalidPasswordError("wrong")))
