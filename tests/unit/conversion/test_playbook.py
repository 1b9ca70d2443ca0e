"""Playbooks: what is refused when saved, who may enter, when steps are due, which track follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.conversion.domain.calendar import ALWAYS, OFFICE
from services.conversion.domain.mail_fields import MAIL_FIELDS
from services.conversion.domain.playbook_runs import RunStep, action_of, is_next_action
from services.conversion.domain.playbooks import (
    Playbook,
    Response,
    Rule,
    SavedPlaybook,
    Step,
    Track,
    after_response,
    best_fit,
    due_at,
    due_times,
    fits,
    problems,
)
from services.conversion.domain.policy import STANDARD
from services.conversion.seed_texts import PLAYBOOKS, TEMPLATES
from tests.unit.conversion.test_deals import a_deal

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


def saved(name: str, priority: int, *entry: Rule) -> SavedPlaybook:
    body = Playbook(main=[CALL], priority=priority, entry=list(entry))
    return SavedPlaybook(id=name, name=name, version=1, body=body, created_by="boss", created_at=NOW)


def test_of_the_playbooks_that_fit_the_most_urgent_is_taken_then_the_first_by_name() -> None:
    steel, grain = [Rule(field="segment", op="in", values=[value]) for value in ("steel", "grain")]
    known = [saved("z", 5, steel), saved("b", 5, steel), saved("a", 1), saved("first", 9, grain)]
    deal = a_deal(segment="steel")
    assert getattr(best_fit(known, deal), "name", None) == "b"
    assert best_fit([saved("first", 9, grain)], deal) is None
    assert best_fit([], deal) is None


def test_a_preview_leaves_the_minimum_gap_between_contacts_and_counts_waits_as_none() -> None:
    gap = STANDARD.playbook_min_gap
    wait = Step(id="wait", kind="wait", after=timedelta(hours=1))
    planned = due_times([CALL, wait, MAIL], STANDARD, NOW, None)
    (_, call), (_, waited), (_, mail) = planned
    assert [step.id for step, _ in planned] == ["call", "wait", "mail"]
    assert (call, waited) == (NOW, STANDARD.calendar.add(NOW, timedelta(hours=1)))
    assert mail == STANDARD.calendar.add(call, gap)


@pytest.mark.parametrize(
    ("action", "state", "text", "playbooks"),
    [
        ("playbook: Call.", "planned", "Call.", True),
        ("playbook: something of an earlier step", None, "", True),
        ("Call.", "open", "Call.", True),
        ("Call.", "planned", "Call.", False),
        ("call about the price list", "open", "Call.", False),
        (None, None, "", False),
    ],
)
def test_a_next_action_is_the_playbooks_if_one_has_written_it(
    action: str | None, state: str | None, text: str, playbooks: bool
) -> None:
    ahead = None if state is None else run_step(state=state, text=text)
    assert is_next_action(a_deal(next_action=action), ahead) is playbooks


def test_a_next_action_says_what_the_planned_step_is_and_fits_its_column() -> None:
    assert action_of(run_step(text="Call.")) == "playbook: Call."
    assert action_of(run_step(text="", kind="mail", template="pack")) == "playbook: pack"
    assert action_of(run_step(text="", kind="wait")) == "playbook: wait"
    assert len(action_of(run_step(text="x" * 500))) == 200


def run_step(**values: Any) -> RunStep:
    known = {
        "run_id": "r", "number": 1, "step_id": "s", "kind": "call", "track": "main", "text": "", "template": None,
        "due_at": NOW, "state": "planned", "result": None, "done_at": None,
    }  # fmt: skip
    return RunStep.model_validate({**known, **values})
