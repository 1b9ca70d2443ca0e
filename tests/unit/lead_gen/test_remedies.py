"""What would help against drought and glut: every effect is what the forecast itself would say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.lead_gen.domain.gamma_poisson import overall_rate
from services.lead_gen.domain.remedies import (
    Chances,
    IdleCampaign,
    LateShift,
    Remedy,
    RunningCampaign,
    remedies,
    shares_of,
)
from services.lead_gen.domain.supply import Situation

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
LIMIT = 20


def known(**more: Any) -> Situation:
    """Ten hours until the next shift, in which the managers take two leads an hour; callers find one an hour."""
    facts: dict[str, Any] = {
        "now": NOW,
        "until": NOW + timedelta(hours=10),
        "stock": 8,
        "rate": overall_rate(98, 98.0),
        "calling_hours": 4.0,
        "taken_per_hour": 2.0,
        "open_hours": lambda start, end: (end - start) / timedelta(hours=1),
    }
    return Situation(**facts | more)


def chances(**more: Any) -> Chances:
    facts: dict[str, Any] = {
        "open_hours": 8.0, "late_shifts": [], "idle": [], "running": [], "promised": 0, "talks": 100, "interested": 30,
        "callers": 2,
    }  # fmt: skip
    return Chances(**facts | more)


def act(found: list[Remedy], kind: str) -> Remedy:
    return next(one for one in found if one.kind == kind)


def test_nothing_is_proposed_while_no_alarm_rings() -> None:
    assert remedies(None, known(), chances(promised=3), LIMIT) == []


def test_one_more_caller_is_the_forecast_with_their_two_hours_in_it() -> None:
    found = act(remedies("drought", known(), chances(), LIMIT), "caller")
    with_them = known(calling_hours=6.0).ahead()
    assert found.after == with_them.rounded()
    before = known().ahead()
    assert found.after is not None
    assert found.after.runs_dry < before.runs_dry
    assert found.after.runs_dry_at and before.runs_dry_at
    assert found.after.runs_dry_at > before.runs_dry_at


def test_as_many_callers_are_proposed_as_end_the_alarm_and_no_more() -> None:
    found = act(remedies("drought", known(), chances(), LIMIT), "callers")
    assert found.after is not None
    assert found.after.runs_dry < 0.3
    assert known().ahead(more_hours=(found.count - 1) * 2.0).runs_dry >= 0.3


def test_nobody_is_asked_to_call_when_nobody_may_be_called_before_the_next_shift() -> None:
    found = remedies("drought", known(), chances(open_hours=0.0), LIMIT)
    assert [one.kind for one in found] == []


def test_whoever_should_be_here_is_rung_first_if_they_help_most() -> None:
    late = [LateShift(caller="ihor", name="Ihor", hours=5.0), LateShift(caller="over", name="Over", hours=0.0)]
    found = remedies("drought", known(), chances(late_shifts=late), LIMIT)
    assert [one.name for one in found if one.kind == "late_shift"] == ["Ihor"]
    kinds = [one.kind for one in found]
    assert kinds.index("late_shift") < kinds.index("caller")


def test_a_campaign_that_opens_no_hours_says_what_is_due_and_claims_nothing_of_the_forecast() -> None:
    idle = [
        IdleCampaign(id="a", name="Spring", due=120, hours=0.0, room=50),
        IdleCampaign(id="b", name="West", due=10, hours=3.0, room=50),
        IdleCampaign(id="c", name="Empty", due=0, hours=0.0, room=0),
    ]
    found = [one for one in remedies("drought", known(), chances(idle=idle), LIMIT) if one.kind == "campaign"]
    assert [(one.name, one.count) for one in found] == [("West", 10), ("Spring", 120)]
    assert found[1].after is None
    assert found[0].after == known().ahead(more_hours=3.0).rounded()


def test_late_promises_bring_what_talks_bring() -> None:
    found = act(remedies("drought", known(), chances(promised=6), LIMIT), "callbacks")
    assert (found.count, found.after) == (6, known().ahead(more_leads=2).rounded())
    few = act(remedies("drought", known(), chances(promised=1, talks=0, interested=0), LIMIT), "callbacks")
    assert (few.count, few.after) == (1, None)


def test_a_glut_is_over_when_the_managers_have_taken_what_is_too_much() -> None:
    found = remedies("glut", known(stock=26), chances(), LIMIT)
    assert found[0].kind == "wait"
    assert found[0].at is not None
    assert timedelta(hours=3) <= found[0].at - NOW <= timedelta(hours=3, minutes=15)
    assert remedies("glut", known(stock=26, taken_per_hour=0.0), chances(), LIMIT)[0].at is None


def test_a_campaign_is_paused_for_its_part_of_what_is_found() -> None:
    running = [RunningCampaign(id="a", name="Spring", share=0.75), RunningCampaign(id="b", name="West", share=0.25)]
    found = [one for one in remedies("glut", known(stock=26), chances(running=running), LIMIT) if one.kind == "pause"]
    assert [one.name for one in found] == ["Spring", "West"]
    assert found[0].after == known(stock=26, calling_hours=1.0).ahead().rounded()
    assert found[0].left == 26 + 1.0 - 20
    assert act(remedies("glut", known(stock=26), chances(), LIMIT), "fewer").hours == -2.0


def test_parts_of_what_was_found_make_a_whole() -> None:
    assert [one.share for one in shares_of([("a", "A", 3), ("b", "B", 1)])] == [0.75, 0.25]
    assert shares_of([("a", "A", 0)]) == []
