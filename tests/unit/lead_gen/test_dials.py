"""A dial's state follows from what has happened, whatever order it is heard in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.lead_gen.domain.dials import Dial, DialEvent, NewDial, ended, heard, overdue, spoken

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def dialled(**changes: Any) -> Dial:
    facts = {"call_id": "dial:i:1", "item_id": "i", "lead_id": "l", "number": 1, "phone": "+380441112233"}
    return Dial(**{**facts, "caller": "olia", "way": "switchboard", "asked_at": AT, "line_open": True, **changes})


def test_a_dial_is_known_by_its_call_and_its_number() -> None:
    new = NewDial(item_id="i", lead_id="l", number=2, phone="+1", caller="olia", way="switchboard")
    assert new.call_id == "dial:i:2"


def test_a_call_that_is_answered_rings_talks_and_ends_with_the_seconds_talked() -> None:
    states, dial = [], dialled()
    happened: tuple[tuple[DialEvent, int], ...] = (("ringing", 1), ("answered", 4), ("completed", 64))
    for event, second in happened:
        states.append(dial.state)
        dial = heard(dial, event, later(second))
    assert [*states, dial.state] == ["asked", "ringing", "talking", "ended"]
    assert (dial.result, dial.talk_seconds, dial.line_open) == ("talked", 60, False)


def test_the_order_in_which_events_are_heard_does_not_matter_to_the_end() -> None:
    happened: tuple[tuple[DialEvent, int], ...] = (("ringing", 1), ("answered", 4), ("completed", 64))
    for order in permutations(happened):
        dial = dialled()
        for event, second in order:
            dial = heard(dial, event, later(second))
        assert (dial.state, dial.result, dial.talk_seconds) == ("ended", "talked", 60), order


@pytest.mark.parametrize(("event", "result"), [("busy", "busy"), ("missed", "no_answer"), ("failed", "failed")])
def test_a_call_that_nobody_took_says_why_and_was_not_talked_on(event: DialEvent, result: str) -> None:
    dial = heard(dialled(rang_at=later(1)), event, later(9))
    assert (dial.result, dial.talk_seconds, dial.state) == (result, None, "ended")
    assert heard(dial, "answered", later(10)) == dial


def test_a_word_that_is_heard_twice_changes_nothing() -> None:
    dial = heard(dialled(), "ringing", later(1))
    assert heard(dial, "ringing", later(5)) == dial


def test_hanging_up_while_talking_was_a_talk_and_before_that_was_none() -> None:
    assert ended(dialled(rang_at=later(1)), "hung_up", later(3)).result == "hung_up"
    talked = ended(dialled(answered_at=later(2)), "hung_up", later(12))
    assert (talked.result, talked.talk_seconds, talked.line_open) == ("talked", 10, True)


def test_what_has_ended_stays_as_it_ended() -> None:
    dial = ended(dialled(), "failed", later(3), "it cannot be reached")
    assert ended(dial, "hung_up", later(9)) == dial
    assert heard(dial, "completed", later(9)).result == "failed"


def test_a_switchboard_that_says_nothing_is_not_waited_for_for_ever() -> None:
    assert not overdue(dialled(), later(10))
    assert overdue(dialled(), later(20))
    assert not overdue(dialled(rang_at=later(5)), later(60))
    assert overdue(dialled(rang_at=later(5)), later(200))
    assert not overdue(dialled(answered_at=later(5)), later(3600))
    assert not overdue(dialled(ended_at=later(1), result="busy"), later(10_000))


def test_the_number_of_a_call_is_the_one_that_was_answered_else_the_last() -> None:
    busy = dialled(phone="+1", ended_at=later(1), result="busy")
    talked = dialled(phone="+2", answered_at=later(2), ended_at=later(33), result="talked")
    missed = dialled(phone="+3", ended_at=later(50), result="no_answer")
    assert spoken([busy, talked, missed]) == ("+2", 31)
    assert spoken([busy, missed]) == ("+3", None)
    assert spoken([]) == (None, None)
