"""What `up` shows: plain lines into a file or pipe, a live line on a terminal, and no harm when it is gone."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from leadrelay.stack import screen as module
from leadrelay.stack.screen import Screen, progress_text, wrapped

FACTS = {"kind": "progress", "leads": 1200, "new": 1000, "calling": 200, "won": 3}


class Terminal(io.StringIO):
    """A terminal as far as anybody asks."""

    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    """A pipe whose reader has left."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


class GoneTerminal(Gone, Terminal):
    """A terminal whose window was closed."""


def line(**facts: Any) -> bytes:
    return json.dumps(facts).encode() + b"\n"


def test_into_a_pipe_only_whole_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    screen.waiting("PostgreSQL ...")
    screen.step("PostgreSQL is ready")
    screen.say("leadrelay ready")
    screen.close()
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(" s  PostgreSQL is ready")
    assert second == "leadrelay ready"


def test_a_long_address_or_path_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    text = "leadrelay stopped; its state is kept in /" + "very-long/" * 40 + "[not markup]"
    Screen().say(text)
    assert capsys.readouterr().out == text + "\n"


def test_an_error_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().error("Temporal does not start")
    assert capsys.readouterr() == ("", "Temporal does not start\n")


def test_progress_into_a_pipe_comes_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PLAIN_EVERY", 3600.0)
    screen = Screen()
    for _ in range(3):
        screen.demo_line(line(**FACTS))
    assert len(capsys.readouterr().out.splitlines()) == 1
    monkeypatch.setattr(module, "_PLAIN_EVERY", 0.0)
    screen.demo_line(line(**FACTS))
    assert "1,200 leads: new 1,000" in capsys.readouterr().out


def test_notes_of_the_demo_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().demo_line(line(kind="note", text="1,200 companies imported"))
    assert capsys.readouterr().out.endswith(" s  1,200 companies imported\n")


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b"3", b"null", b"{}", b"\xff\n", line(kind="other")])
def test_what_is_no_line_of_the_demo_is_passed_over(said: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Screen().demo_line(said)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("value", [None, "many", [], {}])
def test_progress_that_is_no_number_is_passed_over(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    Screen().demo_line(line(kind="progress", leads=value))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("stream", [Gone, GoneTerminal])
def test_a_reader_that_has_left_stops_nothing(stream: type[io.StringIO], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", stream())
    monkeypatch.setattr("sys.stderr", stream())
    screen = Screen()
    screen.waiting("PostgreSQL ...")
    screen.step("PostgreSQL is ready")
    screen.demo_line(line(**FACTS))
    screen.say("leadrelay ready")
    screen.error("and ended")
    screen.close()


def test_on_a_terminal_it_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout", terminal)
    screen = Screen()
    screen.waiting("PostgreSQL ...")
    screen.demo_line(line(**FACTS))
    screen.close()
    screen.say("leadrelay stopped")
    shown = terminal.getvalue()
    assert "1,200 leads" in shown
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1  # the cursor, hidden and shown again
    assert shown.endswith("leadrelay stopped\n")


def test_progress_names_every_place_and_total() -> None:
    assert progress_text({"leads": 5, "new": 2, "handed_over": 1, "in_deals": 1, "customers": 1, "won": 1}) == (
        "5 leads: new 2, calling 0, handed over 1, in deals 1, customers 1, resting 0, closed 0;"
        " won 1, orders 0, invoices paid 0, nudges ordered 0"
    )


@pytest.mark.parametrize("width", [20, 40, 78, 200])
def test_the_live_line_is_shown_whole_at_any_width(width: int) -> None:
    text = progress_text({"leads": 123_456, "new": 100_000, "calling": 23_456})
    lines = wrapped(text, width).splitlines()
    assert " ".join(line.strip() for line in lines) == text
    assert all(len(line) <= width for line in lines) or width == 20
