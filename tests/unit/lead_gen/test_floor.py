"""What somebody on the floor does, and the curve of supply."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lead_gen.domain.floor import CampaignOnFloor, Doing, OnFloor, outlook

NOW = datetime(2026, 11, 27, 10, 42, tzinfo=UTC)
MORNING = datetime(2026, 11, 27, 9, tzinfo=UTC)


def minutes_ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def caller(**known: datetime | None) -> OnFloor:
    times = dict.fromkeys(("break_since", "held_since", "asked_at", "answered_at", "last_call_at"))
    named = {"caller": "anna", "name": "Anna", "company": None, "campaign": None, "quota": None}
    figures = {"calls": 3, "contacts": 2, "interested": 1}
    return OnFloor.model_validate({**named, **figures, "signed_on_at": MORNING, "ends_at": NOW, **times, **known})


@pytest.mark.parametrize(
    ("one", "doing", "since"),
    [
        (caller(break_since=minutes_ago(9), last_call_at=minutes_ago(10)), "break", 9),
        (caller(held_since=minutes_ago(4)), "holding", 4),
        (caller(held_since=minutes_ago(4), asked_at=minutes_ago(3)), "dialling", 3),
        (caller(held_since=minutes_ago(4), asked_at=minutes_ago(3), answered_at=minutes_ago(2)), "talking", 2),
        (caller(last_call_at=minutes_ago(1)), "between", 1),
        (caller(last_call_at=minutes_ago(6)), "waiting", 6),
        (caller(), "waiting", 102),
    ],
)
def test_what_a_caller_does_follows_from_what_has_happened(one: OnFloor, doing: Doing, since: float) -> None:
    assert one.doing(NOW) == (doing, minutes_ago(since))


def test_a_talk_of_eighteen_minutes_is_unusually_long() -> None:
    assert caller(held_since=minutes_ago(20), answered_at=minutes_ago(18)).is_long(NOW)
    assert not caller(held_since=minutes_ago(20), answered_at=minutes_ago(2)).is_long(NOW)


def test_a_campaign_with_few_talks_says_nothing_of_its_success() -> None:
    few = CampaignOnFloor(
        id="c", name="C", state="running", script_version=None, in_work=1, due=0, talks=3, interested=1
    )
    assert few.success is None
    many = few.model_copy(update={"talks": 200, "interested": 12})
    assert many.success is not None
    share, low, high = many.success
    assert (share, low < share < high) == (0.06, True)


def spans(*hours: tuple[float, float]) -> list[tuple[datetime, datetime]]:
    return [(MORNING + timedelta(hours=start), MORNING + timedelta(hours=end)) for start, end in hours]


def test_the_curve_falls_by_what_managers_take_and_bends_where_calling_ends() -> None:
    curve = outlook(spans((0, 4), (24, 28)), stock=10, low=2, likely=4, high=6, calling_hours=2, demand=8)
    assert curve.hours == 8
    assert [(one.hours, one.likely) for one in curve.points] == [(0, 10), (2, 12), (8, 6)]
    assert [(night.hours, night.ends) for night in curve.nights] == [(4, MORNING + timedelta(hours=24))]
    assert curve.most == 14


def test_the_curve_ends_at_nothing_where_the_stock_runs_dry() -> None:
    curve = outlook(spans((0, 8)), stock=4, low=0, likely=0, high=0, calling_hours=0, demand=8)
    dry = next(one.hours for one in curve.points if one.likely == 0)
    assert dry == pytest.approx(4, abs=0.1)


@given(
    stock=st.integers(0, 100),
    found=st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(0, 50)),
    calling=st.floats(0, 20),
    demand=st.floats(0, 100),
)
def test_the_likely_curve_lies_in_its_band_and_never_below_nothing(
    stock: int, found: tuple[float, float, float], calling: float, demand: float
) -> None:
    low, likely, high = sorted(found)
    curve = outlook(spans((0, 8)), stock=stock, low=low, likely=likely, high=high, calling_hours=calling, demand=demand)
    for one in curve.points:
        assert 0 <= one.low <= one.likely <= one.high <= curve.most
