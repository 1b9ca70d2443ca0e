"""Policies, stages, free slots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chassis.errors import Conflict
from services.conversion.desk.choices import by_daylight
from services.conversion.domain import stages
from services.conversion.domain.calendar import OFFICE
from services.conversion.domain.policy import DEMO, STANDARD, Policy
from services.conversion.domain.slots import free_slots
from workflows.contracts.conversion import HandOverReason, Stage

MONDAY = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)  # 09:00 in Kyiv
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("preset", [STANDARD, DEMO])
def test_presets_survive_the_database(preset: Policy) -> None:
    assert Policy.model_validate(preset.model_dump(mode="json")) == preset


def test_how_long_a_manager_has_to_answer() -> None:
    late = MONDAY + timedelta(hours=8, minutes=55)  # five minutes to closing
    assert STANDARD.accept_by(HandOverReason.HARD_QUESTION, MONDAY) == MONDAY + timedelta(minutes=10)
    assert STANDARD.accept_by(HandOverReason.INBOUND, MONDAY) == MONDAY + timedelta(minutes=10)
    assert STANDARD.accept_by(HandOverReason.INTERESTED, MONDAY) == MONDAY + timedelta(minutes=30)
    assert STANDARD.accept_by(HandOverReason.HARD_QUESTION, late) == MONDAY + timedelta(days=1, minutes=5)


def test_a_newcomer_in_the_sample_department_has_time_to_read_and_decide() -> None:
    assert min(DEMO.accept_within.values()) >= timedelta(minutes=1)
    assert min(DEMO.first_step_within, *DEMO.next_step_within.values()) >= timedelta(minutes=1)


def test_of_many_free_times_those_of_the_day_are_offered() -> None:
    day = datetime(2026, 5, 4, tzinfo=UTC)
    hours = [(day + number * HOUR, day + (number + 1) * HOUR) for number in range(24)]
    assert [opens.hour for opens, _ in by_daylight(hours, ZoneInfo("UTC"))] == list(range(8, 20))
    # Few are all offered, and whoever works at night only is met at night.
    assert by_daylight(hours[:5], ZoneInfo("UTC")) == hours[:5]
    assert by_daylight([*hours[:7], *hours[20:]] * 2, ZoneInfo("UTC"))


def test_the_first_step_is_due_within_a_working_day() -> None:
    assert STANDARD.calendar.add(MONDAY + HOUR, STANDARD.first_step_within) == MONDAY + timedelta(days=1) + HOUR


def test_a_policy_must_name_every_deadline() -> None:
    body = STANDARD.model_dump(mode="json")
    del body["accept_within"]["inbound"]
    with pytest.raises(ValidationError, match="inbound"):
        Policy.model_validate(body)


def test_nobody_but_named_roles_may_give_discounts() -> None:
    assert STANDARD.limit_of("manager") < STANDARD.limit_of("supervisor")
    assert STANDARD.limit_of("caller") == 0


@given(st.sampled_from(stages.PATH), st.sampled_from(stages.PATH))
def test_a_deal_never_goes_back(current: Stage, wanted: Stage) -> None:
    after = stages.advance(current, wanted)
    assert after in (current, wanted)
    assert stages.PATH.index(after) == max(stages.PATH.index(current), stages.PATH.index(wanted))


ENTRY: dict[Stage, list[str]] = {
    Stage.QUALIFIED: ["timing", "need"],
    Stage.MEETING: ["meeting_held"],
    Stage.OFFER: ["need", "volume"],
    Stage.WON: ["offer_accepted"],
}


@pytest.mark.parametrize(
    ("current", "wanted", "known", "missing"),
    [
        (Stage.INFORMING, Stage.QUALIFIED, ["need"], {"qualified": ["timing"]}),
        (Stage.ACCEPTED, Stage.OFFER, ["volume"],
         {"qualified": ["need", "timing"], "meeting": ["meeting_held"], "offer": ["need"]}),
        (Stage.QUALIFIED, Stage.OFFER, ["volume"], {"meeting": ["meeting_held"], "offer": ["need"]}),
        (Stage.ACCEPTED, Stage.WON, ["need", "timing", "volume"],
         {"meeting": ["meeting_held"], "won": ["offer_accepted"]}),
        (Stage.NEGOTIATING, Stage.WON, [], {"won": ["offer_accepted"]}),
        (Stage.NEGOTIATING, Stage.OFFER, [], {"offer": ["need", "volume"]}),
    ],
)  # fmt: skip
def test_a_jump_asks_for_what_every_stage_passed_over_asks_for_and_names_it_by_stage(
    current: Stage, wanted: Stage, known: list[str], missing: dict[str, list[str]]
) -> None:
    facts = dict.fromkeys(known, "yes")
    with pytest.raises(Conflict) as refusal:
        stages.check_entry(current, wanted, facts, ENTRY)
    detail = refusal.value.detail
    assert (refusal.value.code, detail["stage"], detail["missing_by_stage"]) == ("not_qualified", wanted, missing)
    assert set(detail["missing"]) == {name for names in missing.values() for name in names}
    for stage, names in missing.items():
        told = ", ".join(name.replace("_", " ") for name in names)
        assert f"{told} (for {stage})" in refusal.value.message
    stages.check_entry(current, wanted, {**facts, **dict.fromkeys(detail["missing"], "yes")}, ENTRY)


@given(st.sampled_from(stages.PATH), st.sampled_from(stages.PATH), st.sets(st.sampled_from(stages.FACTS)))
def test_a_step_that_is_no_jump_goes_as_far_as_the_stages_let_it(
    current: Stage, wanted: Stage, known: set[str]
) -> None:
    facts = dict.fromkeys(known, "yes")
    reached = stages.furthest(current, wanted, facts, ENTRY)
    assert stages.advance(current, reached) is reached and stages.advance(reached, stages.advance(current, wanted))
    assert reached is current or not stages.lacking(current, reached, facts, ENTRY)
    ahead = stages.entered(reached, wanted)[0]
    assert stages.advance(current, wanted) is reached or stages.missing(facts, ENTRY.get(ahead, []))


def test_a_wrong_stage_is_refused_with_the_present_one() -> None:
    with pytest.raises(Conflict) as refusal:
        stages.require(Stage.WON, stages.WORKED)
    assert (refusal.value.code, refusal.value.detail) == ("wrong_state", {"stage": "won"})


def test_free_slots_leave_out_lunch_and_meetings() -> None:
    booked = [(MONDAY + HOUR, MONDAY + HOUR * 1.5)]
    slots = free_slots(OFFICE, booked, start=MONDAY, end=MONDAY + 9 * HOUR, length=HOUR, most=20)
    starts = [(opens - MONDAY) / HOUR for opens, _ in slots]
    assert starts == [0, 1.5, 2.5, 5, 6, 7, 8]


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 300)), max_size=12),
    st.integers(5, 240),
    st.integers(0, 1500),
    st.integers(1, 30),
)
def test_slots_are_open_free_and_apart(meetings: list[tuple[int, int]], minutes: int, offset: int, most: int) -> None:
    booked = [
        (MONDAY + timedelta(minutes=start), MONDAY + timedelta(minutes=start + length)) for start, length in meetings
    ]
    start, length = MONDAY + timedelta(minutes=offset), timedelta(minutes=minutes)
    slots = free_slots(OFFICE, booked, start=start, end=start + timedelta(days=3), length=length, most=most)
    assert len(slots) <= most
    for number, (opens, closes) in enumerate(slots):
        assert closes - opens == length == OFFICE.between(opens, closes)
        assert opens >= start
        assert not any(taken < closes and until > opens for taken, until in booked)
        assert number == 0 or slots[number - 1][1] <= opens
