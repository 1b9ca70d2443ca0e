"""Figures per hour of work, shares with their uncertainty, and cohorts of weeks that have passed."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.lead_gen.domain.reports import CallGroup, CohortGroup, NodeFigures, ScriptFigures, cohorts, figures_of

MONDAY = date(2026, 6, 1)


def group(**changes: Any) -> CallGroup:
    known = {"group": "spring", "label": "Spring", "first_caller": "anna", "last_caller": "anna"}
    counts = {"calls": 40, "contacts": 10, "interested": 2, "hard_questions": 1, "handed_over": 3}
    return CallGroup.model_validate({**known, **counts, "accepted": 1, "won": 0, **changes})


def test_figures_are_per_hour_of_work() -> None:
    figures = figures_of(group(), 2.005)
    assert (figures.hours, figures.calls_per_hour, figures.handed_over_per_hour) == (2.0, 19.95, 1.5)
    assert figures_of(group(), 0).calls_per_hour is None


def test_a_group_names_its_caller_only_if_it_is_one_persons() -> None:
    assert figures_of(group(), 1).caller == "anna"
    assert figures_of(group(last_caller="vira"), 1).caller is None


def script(contacts: int, handed_over: int) -> ScriptFigures:
    return ScriptFigures(
        script_id="s",
        name="Spring",
        version=1,
        calls=100,
        contacts=contacts,
        interested=0,
        handed_over=handed_over,
        nodes=[NodeFigures(node="greet", reached=100, ended=4)],
    )


def test_a_share_says_how_sure_it_is() -> None:
    rate = script(40, 10).rate
    assert rate is not None
    assert rate.mean == 0.25
    assert rate.low < 0.25 < rate.high
    assert script(0, 0).rate is None


def weeks(**took: int | None) -> dict[str, int | None]:
    return {"reached": None, "handed_over": None, "accepted": None, "won": None, **took}


def test_a_cohort_is_followed_only_through_weeks_that_have_passed_for_all_of_it() -> None:
    groups = [CohortGroup(MONDAY, 6, weeks(reached=0, handed_over=2)), CohortGroup(MONDAY, 4, weeks())]
    [cohort] = cohorts(groups, weeks=8, today=date(2026, 6, 23))
    assert (cohort.size, cohort.ever["reached"], cohort.ever["handed_over"]) == (10, 6, 6)
    assert [(week["reached"], week["handed_over"]) for week in cohort.after] == [(6, 0), (6, 0)]
