"""Playbooks: what is refused when saved, who may enter, when steps are due, which track follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.conversion.domain.calendar import ALWAYS, OFFICE
from services.conversion.domain.mail_fields import MAIL_FIELDS
from services.conversion.domain.playbooks import (
    Playbook,
    Response,
    Rule,
    Step,
    Track,
    after_response,
    due_at,
    fits,
    problems,
)
from services.conversion.seed_texts import PLAYBOOKS, TEMPLATES

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
CALL = Step(id="call", kind="call", text="Call.")
MAIL = Step(id="mail", kind="mail", template="pack")


def test_everything_that_is_wrong_is_said_at_once() -> None:
    broken = Playbook(
        entry=[Rule(field="segment", op="in")],
        main=[CALL, CALL, Step(id="m", kind="mail"), Step(id="x", kind="mail", template="gone")],
        positive=[Step(id="silent", kind="call")],
        negative=[Step(id="w", kind="wait")],
    )
    assert [field for field, _ in problems(broken, {"pack"})] == [
        "body.main[1].id",
        "body.main[2].template",
        "body.main[3].template",
        "body.positive[0].text",
        "body.negative[0].after",
        "body.entry[0].values",
    ]


def test_the_presets_are_right_in_every_language() -> None:
    for playbook in PLAYBOOKS.values():
        assert problems(playbook, TEMPLATES) == []
    for words in TEMPLATES.values():
        assert set(words) == {"uk", "en"}
        for subject, body in words.values():
            assert list(MAIL_FIELDS.faults(subject + body)) == []


@pytest.mark.parametrize(
    ("rule", "facts", "enters"),
    [
        (Rule(field="segment", op="in", values=["steel"]), {"segment": "steel"}, True),
        (Rule(field="segment", op="in", values=["steel"]), {}, False),
        (Rule(field="segment", op="not_in", values=["steel"]), {"segment": "food"}, True),
        (Rule(field="email", op="known"), {"email": ""}, False),
        (Rule(field="email", op="unknown"), {"email": None}, True),
    ],
)
def test_entry_rules(rule: Rule, facts: dict[str, object], enters: bool) -> None:
    assert (fits(Playbook(entry=[rule], main=[CALL]), facts) is None) is enters


steps = st.lists(
    st.builds(
        lambda n, kind, hours: Step(id=f"s{n}", kind=kind, text="do it", after=timedelta(hours=hours)),
        st.integers(0, 10**6),
        st.sampled_from(["call", "mail", "meeting", "wait"]),
        st.integers(0, 60),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(steps, st.integers(1, 16), st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))
def test_no_two_steps_touch_a_lead_closer_than_the_gap_and_every_track_ends(
    track: list[Step], gap_hours: int, begin: datetime
) -> None:
    gap, at, touched = timedelta(hours=gap_hours), begin.replace(tzinfo=UTC), None
    for step in track:
        due = due_at(step, since=at, last_contact=touched, min_gap=gap, calendar=OFFICE)
        assert due >= at and OFFICE.between(at, due) >= step.after
        if step.kind != "wait":
            assert touched is None or OFFICE.between(touched, due) >= gap
            touched = due
        at = due


@pytest.mark.parametrize(
    ("track", "response", "after", "left"),
    [
        ("main", "none", "main", ["rest"]),
        ("main", "positive", "positive", ["meet"]),
        ("positive", "positive", "positive", ["rest"]),
        ("positive", "negative", "negative", []),
    ],
)
def test_what_the_lead_does_decides_the_track(track: Track, response: Response, after: Track, left: list[str]) -> None:
    playbook = Playbook(main=[CALL], positive=[Step(id="meet", kind="meeting", text="Meet.")])
    rest = [Step(id="rest", kind="call", text="Rest.")]
    found, steps_left = after_response(playbook, track, rest, response)
    assert (found, [step.id for step in steps_left]) == (after, left)


def test_a_step_of_no_time_is_due_at_once_in_open_hours() -> None:
    assert due_at(CALL, since=NOW, last_contact=None, min_gap=timedelta(hours=1), calendar=ALWAYS) == NOW
